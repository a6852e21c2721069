"""
Pages in an order that the server cannot give: sort keys are read of every candidate, ordered here, and the page is
fetched by `_id`.

Memory is bounded by the page: of the keys that stream by, only those of the first `limit` documents are kept. What it
costs is reading every candidate's keys for each page; Cosmos DB's RU tier has no order on several paths without an
index made for just these paths.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

import attrs
from pymongo.collection import Collection

from genesis_flow.adapters.mongo.conditions import Condition
from genesis_flow.domain.values.pages import Cursor

Document = dict[str, Any]
D = TypeVar("D", bound=Mapping[str, Any])

VALUE, NAN, MISSING = 0, 1, 2

#: Ids in one request: the service limits the size of requests, and of what it answers at once.
_FETCHED_AT_ONCE: Final = 500
_ATTEMPTS: Final = 4


@attrs.frozen
class Place:
    """
    Where one sort key puts a document: by rank (value, NaN, missing), then by value.

    Texts compare by code points, which is the order of their UTF-8 bytes, as on servers.
    """

    rank: int
    value: Any
    ascending: bool

    def __lt__(self, other: Place) -> bool:
        if self.rank != other.rank:
            return self.rank < other.rank
        if self.rank != VALUE:
            return False
        return bool(self.value < other.value) if self.ascending else bool(other.value < self.value)


@attrs.frozen
class Source:
    """A path whose values order documents."""

    path: str
    ascending: bool

    def place(self, document: Mapping[str, Any]) -> Place:
        """Where a document is placed by what it has at the path."""
        value: Any = document
        for name in self.path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return place_of(value, self.ascending)


def place_of(value: Any, ascending: bool) -> Place:
    """The place of a value; `None` is a missing one."""
    if value is None:
        return Place(MISSING, None, ascending)
    if value != value:
        return Place(NAN, None, ascending)
    return Place(VALUE, value, ascending)


@attrs.frozen
class Ranked:
    """A document's `_id` and partition with its places."""

    places: tuple[Place, ...]
    id: Any
    route: Any = None

    def __lt__(self, other: Ranked) -> bool:
        return self.places < other.places


def cursor_places(cursor: Cursor, sources: Sequence[Source]) -> tuple[Place, ...]:
    """The places of the last document on the page before."""
    pairs = zip(cursor.keys, sources, strict=True)
    return tuple(Place(rank, value if rank == VALUE else None, source.ascending) for (rank, value), source in pairs)


def first(rows: Iterable[Ranked], cursor: tuple[Place, ...] | None, limit: int) -> list[Ranked]:
    """The first `limit` of `rows` behind `cursor`, in order."""
    beyond = rows if cursor is None else (row for row in rows if cursor < row.places)
    return heapq.nsmallest(limit, beyond)


def candidates(
    collection: Collection[Any], conditions: Sequence[Condition], sources: Sequence[Source], route: str | None
) -> Iterator[Ranked]:
    """The places of every document that satisfies all `conditions`, in no order."""
    paths = {source.path for source in sources} | {"_id"} | ({route} if route else set())
    found = collection.find({"$and": list(conditions)} if conditions else {}, dict.fromkeys(sorted(paths), 1))
    for row in found:
        yield Ranked(tuple(source.place(row) for source in sources), row["_id"], row.get(route) if route else None)


def fetch(
    collection: Collection[D], rows: Sequence[Ranked], projection: Mapping[str, int], route: str | None
) -> list[D] | None:
    """The documents of `rows`, in their order; None if one is gone."""
    found: dict[Any, D] = {}
    remaining = iter(rows)
    while chunk := list(islice(remaining, _FETCHED_AT_ONCE)):
        wanted: Condition = {"_id": {"$in": [row.id for row in chunk]}}
        if route and route != "_id":
            wanted[route] = {"$in": sorted({row.route for row in chunk})}
        found |= {document["_id"]: document for document in collection.find(wanted, projection or None)}
    if len(found) < len(rows):
        return None
    return [found[row.id] for row in rows]


def page(
    collection: Collection[D],
    rank: Callable[[], list[Ranked]],
    projection: Mapping[str, int],
    route: str | None,
) -> list[D]:
    """The documents that `rank` puts first; ranked again if one was erased meanwhile."""
    for _ in range(_ATTEMPTS):
        rows = rank()
        documents = fetch(collection, rows, projection, route)
        if documents is not None:
            return documents
    return [document for row in rows for document in fetch(collection, [row], projection, route) or ()]
