"""Line plots made of characters: braille dots, or letters where dots could not be told apart or encoded."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import attrs
import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.text import clean, number

_HEIGHT: Final = 15
_MOST_WIDTH: Final = 100
_PIPED_WIDTH: Final = 80
_BRAILLE: Final = 0x2800
#: The bit of each of the 2 x 4 dots of a braille character, by (column, row).
_DOTS: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_COLOURS: Final = ("cyan", "yellow", "magenta", "green", "red", "blue")
_LETTERS: Final = "*abcdefghijklmnopqrstuvwxyz"


@attrs.frozen
class Series:
    """
    One line of a plot.

    Attributes:
        places: Where points are on the x axis, rising. values: float64[n_points]; may be NaN or infinite.
    """

    label: str
    places: Sequence[float]
    values: Sequence[float]

    @property
    def finite(self) -> list[tuple[float, float]]:
        """The points that can be drawn."""
        return [(x, y) for x, y in zip(self.places, self.values, strict=True) if math.isfinite(y)]


@attrs.frozen
class Mark:
    """One character of a drawing, and which series it belongs to."""

    character: str
    owner: int


Cells = dict[tuple[int, int], Mark]


@attrs.frozen
class Span:
    """From the lowest to the highest number on an axis."""

    low: float
    high: float

    def share(self, number: float) -> float:
        """Where `number` lies, from 0 (low) to 1 (high)."""
        # Halves, because the width of a span may be too large for a float.
        width = self.high / 2 - self.low / 2
        return (number / 2 - self.low / 2) / width if width else 0.5

    @property
    def middle(self) -> float:
        """Half-way."""
        return self.low / 2 + self.high / 2


def span_of(numbers: Sequence[float]) -> Span:
    """The span that holds all of `numbers`."""
    return Span(min(numbers), max(numbers))


def braille(series: Sequence[Series], width: int, height: int) -> Cells:
    """The lines in characters of 2 x 4 dots, by (column, row from the top); the last series wins a character."""
    bits: dict[tuple[int, int], int] = {}
    owners: dict[tuple[int, int], int] = {}
    for owner, x, y in _dots(series, width * 2, height * 4):
        place = (x // 2, y // 4)
        bits[place] = bits.get(place, 0) | _DOTS[x % 2][y % 4]
        owners[place] = owner
    return {place: Mark(chr(_BRAILLE + bits[place]), owner) for place, owner in owners.items()}


def letters(series: Sequence[Series], width: int, height: int) -> Cells:
    """The lines with a letter for each series (`*` if there is but one), by (column, row from the top)."""
    return {(x, y): Mark(letter_of(owner, len(series)), owner) for owner, x, y in _dots(series, width, height)}


def letter_of(owner: int, count: int) -> str:
    """What the line number `owner` of `count` lines is made of."""
    return _LETTERS[0] if count == 1 else _LETTERS[1 + owner % (len(_LETTERS) - 1)]


def _dots(series: Sequence[Series], width: int, height: int) -> Iterator[tuple[int, int, int]]:
    """(series, column, row from the top) of every dot on the lines between points."""
    points = [point for each in series for point in each.finite]
    across, up = span_of([x for x, _ in points]), span_of([y for _, y in points])
    for owner, each in enumerate(series):
        last: tuple[int, int] | None = None
        for x, y in each.finite:
            place = round(across.share(x) * (width - 1)), round((1 - up.share(y)) * (height - 1))
            for dot in _line(last or place, place):
                yield owner, *dot
            last = place


def _line(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    (x, y), (goal_x, goal_y) = start, end
    count = max(abs(goal_x - x), abs(goal_y - y), 1)
    for index in range(count + 1):
        yield x + round((goal_x - x) * index / count), y + round((goal_y - y) * index / count)


def print_plot(series: Sequence[Series], axis: str) -> None:
    """Print lines with their axes and a legend; points that are not finite are left out and counted."""
    points = [point for each in series for point in each.finite]
    if points:
        across, up = span_of([x for x, _ in points]), span_of([y for _, y in points])
        names = {0: number(up.high), _HEIGHT // 2: number(up.middle), _HEIGHT - 1: number(up.low)}
        if up.high == up.low:
            names = {_HEIGHT // 2: number(up.middle)}
        margin = max(map(len, names.values()))
        width = max(_room() - margin - 3, 10)
        draw = braille if _has_braille(len(series)) else letters
        cells = draw(series, width, _HEIGHT)
        for row in range(_HEIGHT):
            _print_row(f"{names.get(row, ''):>{margin}} {_rule()}", cells, row, width)
        left, right = number(across.low), number(across.high)
        screen.line(" " * (margin + 2) + left + right.rjust(width - len(left)))
        screen.line(" " * (margin + 2) + axis.center(width).rstrip())
    for index, each in enumerate(series):
        _print_legend(index, each, len(series))


def _room() -> int:
    return min(screen.console().width, _MOST_WIDTH) if screen.is_terminal() else _PIPED_WIDTH


def _is_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def _rule() -> str:
    return "│" if _is_unicode() else "|"


def _has_colour() -> bool:
    out = screen.console()
    return screen.is_terminal() and out.color_system is not None and not out.no_color


def _has_braille(count: int) -> bool:
    return _is_unicode() and (count == 1 or (count <= len(_COLOURS) and _has_colour()))


def _print_row(start: str, cells: Cells, row: int, width: int) -> None:
    marks = [cells.get((column, row)) for column in range(width)]
    if not _has_colour():
        click.echo((start + "".join(mark.character if mark else " " for mark in marks)).rstrip())
        return
    from rich.text import Text

    text = Text(start)
    for mark in marks:
        text.append(mark.character if mark else " ", style=_COLOURS[mark.owner % len(_COLOURS)] if mark else "")
    text.rstrip()
    screen.console().print(text, soft_wrap=True)


def _print_legend(index: int, series: Series, count: int) -> None:
    values = [value for _, value in series.finite]
    missing = len(series.values) - len(values)
    symbol = ("⣿" if _has_braille(count) else letter_of(index, count)) + " "
    facts = [f"{len(series.values)} points"]
    if values:
        facts += [f"min {number(min(values))}", f"max {number(max(values))}"]
    facts.append(f"last {number(series.values[-1])}")
    if missing:
        facts.append(f"{missing} not finite")
    text = f"{symbol}{clean(series.label)}: {', '.join(facts)}"
    screen.line(text, _COLOURS[index % len(_COLOURS)] if _has_colour() else "")
