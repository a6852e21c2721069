"""
Pages of search results and the opaque tokens that continue them.

A token holds the sort keys of the last item that was returned (a keyset), not an offset: pages
neither repeat nor skip unchanged items when others come or go meanwhile, and cost the same at any depth.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

import attrs

from genesis_flow.domain.errors import InvalidInput

T = TypeVar("T")

Key = str | int | float | None


class Lazily(Sequence[T]):
    """
    Items that are made when they are looked at.

    A page of 1,000 runs is often asked for and seldom read to the end.

    Args:
        rows: What the items are made of; must not change.
        make: From a row to its item.
    """

    __slots__ = ("_make", "_rows")

    def __init__(self, rows: Sequence[Any], make: Callable[[Any], T]) -> None:
        self._rows, self._make = rows, make

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return Lazily(self._rows[place], self._make)
        return self._make(self._rows[place])

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return map(self._make, self._rows)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as of every sequence that is compared by its items


@attrs.frozen
class Page(Generic[T]):
    """`items` in order, and the `next_token` that continues after them (None at the end)."""

    items: Sequence[T]
    next_token: str | None = None


@attrs.frozen
class Cursor:
    """
    A place in an ordered search: after the item with these sort keys.

    Attributes:
        keys: One `(rank, value)` for each sort key of the search, the last being the item's id.
            Rank 0: an ordinary value; 1: NaN; 2: missing. For ranks 1 and 2 the value is None.
    """

    keys: tuple[tuple[int, Key], ...]

    def token(self, fingerprint: str) -> str:
        """This cursor as URL-safe text, tied to the search with `fingerprint`."""
        payload = json.dumps({"f": fingerprint, "k": self.keys}, separators=(",", ":"))
        return base64.urlsafe_b64encode(payload.encode()).decode()


def cursor_from_token(token: str | bytes | None, fingerprint: str, width: int) -> Cursor | None:
    """
    The cursor of `token`, None for no token.

    Raises:
        InvalidInput: Not a token of this search (its `fingerprint` and its number of keys, `width`).
    """
    if token is None or token in ("", b""):
        return None
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidInput("page_token", "Invalid page token, could not base64-decode") from None
    try:
        payload = json.loads(raw)
        keys = tuple(_key(*pair) for pair in payload["k"])
        found = payload["f"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InvalidInput("page_token", "Invalid page token, parsed value is not a cursor") from None
    if found != fingerprint or len(keys) != width:
        raise InvalidInput(
            "page_token",
            "Invalid page token: it belongs to another search. Repeat the search with the filter, "
            "order and experiments that the token came from.",
        )
    return Cursor(keys)


def _key(rank: Any, value: Any) -> tuple[int, Key]:
    if rank not in (0, 1, 2) or isinstance(rank, bool) or not isinstance(value, (str, int, float, type(None))):
        raise TypeError("not a sort key")
    if (rank == 0) == (value is None) or isinstance(value, bool):
        raise TypeError("not a sort key")
    return rank, value
