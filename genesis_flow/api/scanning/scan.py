"""What a code base uses of `mlflow`, name by name."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from genesis_flow.api.scanning.sources import Unreadable, files_below, pieces_of
from genesis_flow.api.scanning.support import absence
from genesis_flow.api.scanning.usage import Scope, uses_in


@attrs.frozen(order=True)
class Place:
    """A line of a file, or of a cell of a notebook; lines and cells are counted from 1."""

    file: str
    cell: int
    line: int

    def __str__(self) -> str:
        return f"{self.file}:cell {self.cell}:{self.line}" if self.cell else f"{self.file}:{self.line}"


@attrs.frozen
class UsedName:
    """
    A name and where it is used.

    Attributes:
        reason: Why this package lacks it, None if it is supported.
    """

    name: str
    places: tuple[Place, ...]
    reason: str | None


@attrs.frozen
class Scan:
    """
    Attributes:
        file_count: How many files were read.
        names: Every name that is used. skipped: Files that were not read, or not to the end, with reasons.
    """

    file_count: int
    names: tuple[UsedName, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def unsupported(self) -> tuple[UsedName, ...]:
        """Those that this package lacks."""
        return tuple(each for each in self.names if each.reason is not None)

    @property
    def supported(self) -> tuple[UsedName, ...]:
        """Those that this package has."""
        return tuple(each for each in self.names if each.reason is None)


def scan(paths: Sequence[Path]) -> Scan:
    """
    Which names of `mlflow` the files and directories use.

    They are found by imports, aliases, and attributes of what is imported; methods where a client was made, or is
    annotated, in the same file. Names that are computed are not found.
    """
    places: dict[str, set[Place]] = {}
    skipped = []
    count = 0
    for file in files_below(list(paths)):
        try:
            for name, place in _found_in(file):
                places.setdefault(name, set()).add(place)
            count += 1
        except Unreadable as error:
            skipped.append((str(file), error.reason))
    names = tuple(UsedName(name, tuple(sorted(found)), absence(name)) for name, found in sorted(places.items()))
    return Scan(count, names, tuple(skipped))


def _found_in(file: Path) -> Iterator[tuple[str, Place]]:
    scope: Scope = ChainMap()
    for piece in pieces_of(file):
        try:
            uses = uses_in(piece.tree, scope)
        except RecursionError as error:
            raise Unreadable("nested too deeply") from error
        for use in uses:
            yield use.name, Place(str(file), piece.cell or 0, use.line)
