"""Sort keys: what they are read from, and what comes after a place in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from genesis_flow.adapters.sqlite.sql import FALSE, TRUE, Bindable, Sql, every
from genesis_flow.domain.values.pages import Cursor, Key

VALUE: Final = 0
NAN: Final = 1
MISSING: Final = 2

Places = Sequence[tuple[int, Key]]


@attrs.frozen
class SortKey:
    """
    One sort key in SQL.

    Attributes:
        value: Expression of the value; NULL unless the rank is 0.
        ascending: Direction of the values; ranks always ascend.
        rank: 0 for a value, 1 for NaN, 2 for missing: an expression, or a number where it is known.
    """

    value: str
    ascending: bool
    rank: str | int = VALUE

    def beyond(self, rank: int, value: Key, rest: Sql) -> Sql:
        """What comes after the place (`rank`, `value`), or is at that place and fulfils `rest`."""
        if isinstance(self.rank, int) and self.rank != rank:
            return TRUE if self.rank > rank else FALSE
        if rank == VALUE:
            later = f"{self.value} {'>' if self.ascending else '<'} ?"
            if isinstance(self.rank, str):
                later += f" OR {self.value} IS NULL"
            return Sql(f"({later} OR ({self.value} = ? AND {rest.text}))", (value, value, *rest.values))
        if isinstance(self.rank, int):
            return rest
        return Sql(
            f"({self.rank} > ? OR ({self.rank} = ? AND {rest.text}))", (rank, rank, *rest.values)
        )

    def at_or_beyond(self, value: Key) -> Sql:
        """A range that an index can serve, for a key that always has a value."""
        return Sql(f"{self.value} {'>=' if self.ascending else '<='} ?", (value,))


def after(keys: Sequence[SortKey], places: Places) -> Sql:
    """What comes after these places, one for each key."""
    condition = FALSE
    for key, (rank, value) in reversed(list(zip(keys, places, strict=True))):
        condition = key.beyond(rank, value, condition)
    first = keys[0] if keys else None
    if first is not None and first.rank == VALUE and places[0][0] == VALUE:
        return every(first.at_or_beyond(places[0][1]), condition)
    return condition


def columns_of(keys: Sequence[SortKey]) -> str:
    """Rank and value of each key, for the columns of a SELECT after its first one."""
    return "".join(f", {key.rank}, {key.value}" for key in keys)


def order_by(keys: Sequence[SortKey]) -> str:
    """The ORDER BY of a SELECT with `columns_of(keys)` after its first column."""
    parts = []
    for number, key in enumerate(keys):
        if isinstance(key.rank, str):
            parts.append(f"{2 * number + 2}")
        if key.value != "NULL":
            parts.append(f"{2 * number + 3}{'' if key.ascending else ' DESC'}")
    return f" ORDER BY {', '.join(parts)}" if parts else ""


def token_after(row: Sequence[Bindable], fingerprint: str) -> str:
    """The page token that continues after a row of such a SELECT."""
    places = [_place(row[number], row[number + 1]) for number in range(1, len(row), 2)]
    return Cursor(tuple(places)).token(fingerprint)


def _place(rank: Bindable, value: Bindable) -> tuple[int, Key]:
    if not isinstance(rank, int) or isinstance(value, bytes):
        raise TypeError("a row without ranks")
    return rank, value if rank == VALUE else None
