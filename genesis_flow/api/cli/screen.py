"""What people read: tables that fit a terminal, and plain columns with nothing cut off where output is piped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from genesis_flow.api.cli.text import clean

if TYPE_CHECKING:
    from rich.console import Console

#: Piped cells that are longer than this stick out of their column.
_WIDEST_PIPED: Final = 60
_GAP: Final = 2


@attrs.frozen
class Column:
    """
    A column of a table.

    Attributes:
        least: Narrower than this many characters it is of no use; it is never cut where output is piped.
        is_number: Aligned to the right, and never cut.
        is_optional: Left out where the terminal is too narrow for all columns.
        folds: Long cells go on in the next line instead of being cut.
    """

    title: str
    least: int = 8
    is_number: bool = False
    is_optional: bool = False
    folds: bool = False


@attrs.frozen
class Cell:
    """A text with a colour for terminals that have some."""

    text: str
    style: str = ""

    def __str__(self) -> str:
        return self.text


def is_terminal() -> bool:
    """Whether a person looks at the output."""
    return sys.stdout.isatty()


def line(text: object = "", style: str = "") -> None:
    """Print one line, however long."""
    if style and is_terminal():
        from rich.text import Text

        console().print(Text(clean(text), style=style), soft_wrap=True)
    else:
        click.echo(clean(text))


def heading(text: str) -> None:
    """Print what the following lines are about."""
    line()
    line(text, "bold")


def fields(pairs: Sequence[tuple[str, object]]) -> None:
    """Print names and values, one pair a line."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        if is_terminal():
            from rich.text import Text

            style = value.style if isinstance(value, Cell) else ""
            parts = (f"{name:<{width}}  ", "dim"), (clean(value), style)
            console().print(Text.assemble(*parts), soft_wrap=True)
        else:
            click.echo(f"{name:<{width}}  {clean(value)}")


def table(columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
    """Print rows of cells (texts or `Cell`) below the titles of their columns."""
    cells = [[Cell(clean(each), each.style if isinstance(each, Cell) else "") for each in row] for row in rows]
    if is_terminal():
        _print_table(columns, cells)
    else:
        _print_columns(columns, cells)


def console() -> Console:
    """A rich console that takes nothing in a text for markup."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def _print_columns(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    widths = [min(width, _WIDEST_PIPED) for width in _natural_widths(columns, rows)]
    for row in [[Cell(clean(column.title)) for column in columns], *rows]:
        padded = (_padded(*each) for each in zip(row, widths, columns, strict=True))
        click.echo((" " * _GAP).join(padded).rstrip())


def _padded(cell: Cell, width: int, column: Column) -> str:
    from rich.cells import cell_len

    room = " " * (width - cell_len(cell.text))
    return room + cell.text if column.is_number else cell.text + room


def _print_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = console()
    kept, widths = _fitted(columns, rows, out.width)
    # The box adds one character between columns to the padding of the left one.
    drawn = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0), header_style="bold"
    )
    for index in kept:
        layout: Any = {"overflow": "fold"} if columns[index].folds else {"overflow": "ellipsis", "no_wrap": True}
        side: Any = "right" if columns[index].is_number else "left"
        drawn.add_column(Text(clean(columns[index].title)), width=widths[index], justify=side, **layout)
    for row in rows:
        drawn.add_row(*(Text(row[index].text, style=row[index].style) for index in kept))
    out.print(drawn)
    if len(kept) < len(columns):
        hidden = ", ".join(columns[index].title for index in range(len(columns)) if index not in kept)
        line(f"(No room for: {hidden}. A wider terminal, a pipe or --json shows all.)", "dim")


def _natural_widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[int]:
    from rich.cells import cell_len

    titles = [cell_len(clean(column.title)) for column in columns]
    return [max(title, width) for title, width in zip(titles, _value_widths(columns, rows), strict=True)]


def _value_widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[int]:
    from rich.cells import cell_len

    return [max((cell_len(row[index].text) for row in rows), default=0) for index in range(len(columns))]


def _fitted(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], room: int) -> tuple[list[int], list[int]]:
    """Which columns are shown on `room` characters, and how wide each column is."""
    widths, kept = _natural_widths(columns, rows), list(range(len(columns)))
    least = [
        min(max(column.least, value) if column.is_number else column.least, width)
        for column, value, width in zip(columns, _value_widths(columns, rows), widths, strict=True)
    ]

    def taken(each_width: Sequence[int]) -> int:
        return sum(each_width[index] + _GAP for index in kept) - _GAP

    for index in reversed(range(len(columns))):
        if taken(least) > room and columns[index].is_optional:
            kept.remove(index)
    while taken(widths) > room:
        spare = [index for index in kept if widths[index] > least[index]] or [i for i in kept if widths[i] > 1]
        if not spare:
            break
        widths[max(spare, key=lambda index: widths[index])] -= 1
    return kept, widths
