"""What a code base uses of `mlflow`, name by name."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from pathlib import Path

import attrs

from genesis_flow.api.scanning.sources import Piece, Unreadable, files_below, pieces_of
from genesis_flow.api.scanning.support import absence, refusal
from genesis_flow.api.scanning.usage import Scope, uses_in
from genesis_flow.domain.values.uris import redacted


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
        names: Every name that is used, and calls with addresses that are refused.
        skipped: Files, and cells of notebooks, that were not read, with reasons.
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
    Which names of `mlflow` the files and directories use, and which of its calls name a store that is none of ours.

    Names are found by imports, aliases, and attributes of what is imported; methods where a client was made, or is
    annotated, in the same file. Names and addresses that are computed are not found.
    """
    found = _Found()
    for file in files_below(list(paths)):
        found.add(file)
    names = (UsedName(name, tuple(sorted(places)), absence(name)) for name, places in sorted(found.places.items()))
    refused = (
        UsedName(f"{name}({redacted(address)!r})", tuple(sorted(places)), refusal(address))
        for (name, address), places in sorted(found.addresses.items())
    )
    wanting = (each for each in refused if each.reason is not None)
    return Scan(found.file_count, (*names, *wanting), tuple(found.skipped))


class _Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.places: dict[str, set[Place]] = {}
        self.addresses: dict[tuple[str, str], set[Place]] = {}
        self.skipped: list[tuple[str, str]] = []
        self.file_count = 0

    def add(self, file: Path) -> None:
        """What is in a file; of a notebook, what cannot be read is passed over cell by cell."""
        scope: Scope = ChainMap()
        try:
            pieces = pieces_of(file)
        except Unreadable as error:
            self.skipped.append((str(file), error.reason))
            return
        read = [self._add_piece(str(file), piece, scope) for piece in pieces]
        self.file_count += any(read) or not pieces

    def _add_piece(self, file: str, piece: Piece, scope: Scope) -> bool:
        try:
            for use in uses_in(piece.tree(), scope):
                place = Place(file, piece.cell, use.line)
                if use.address:
                    self.addresses.setdefault((use.name, use.address), set()).add(place)
                else:
                    self.places.setdefault(use.name, set()).add(place)
        except (Unreadable, RecursionError) as error:
            reason = error.reason if isinstance(error, Unreadable) else "nested too deeply"
            self.skipped.append((f"{file}:cell {piece.cell}" if piece.cell else file, reason))
            return False
        return True
