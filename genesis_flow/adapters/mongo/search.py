"""Queries to `find` or `aggregate`, and pages back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import attrs
from pymongo.collection import Collection

from genesis_flow.adapters.mongo import ordering
from genesis_flow.adapters.mongo.conditions import Condition, path_of
from genesis_flow.adapters.mongo.dialect import MONGODB, Dialect
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.logged_model import LoggedModel
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.search.ast import (
    Filter,
    Kind,
    Like,
    Membership,
    NumberComparison,
    Order,
    OrderKey,
    TextComparison,
)
from genesis_flow.domain.search.evaluate import order_keys
from genesis_flow.domain.search.queries import Query
from genesis_flow.domain.values.pages import Cursor, Page

Document = dict[str, Any]
D = TypeVar("D", bound=Mapping[str, Any])
E = TypeVar("E", Run, Experiment, RegisteredModel, ModelVersion, LoggedModel)

_VALUE, _NAN, _MISSING = 0, 1, 2
_NEVER_MISSING: Final = frozenset(
    {"id", "name", "status", "user_id", "artifact_uri", "started_at", "created_at", "updated_at", "version"}
)


@attrs.frozen
class SortKey:
    """
    One sort key in terms of document paths.

    Attributes:
        path: Where the value is.
        rank: Where its rank is computed, or None where every match is known to hold an ordinary value.
    """

    path: str
    ascending: bool
    rank: str | None = None
    source: str | None = None


def sort_keys(order: Order, filter: Filter, attributes: Mapping[str, str]) -> list[SortKey]:
    """The sort keys of `order` among the documents that match `filter`."""
    certain = {term.field for term in filter.terms if _implies_value(term)}
    keys = []
    for number, key in enumerate(order):
        path = path_of(key.field, attributes)
        if _is_certain(key, certain):
            keys.append(SortKey(path, key.ascending))
        else:
            keys.append(SortKey(f"_v{number}", key.ascending, f"_r{number}", path))
    return keys


def _is_certain(key: OrderKey, certain: set[Any]) -> bool:
    return key.field in certain or (key.field.kind is Kind.ATTRIBUTE and key.field.key in _NEVER_MISSING)


def _implies_value(term: Any) -> bool:
    """Whether a match holds an ordinary value (neither missing nor NaN) in the field of `term`."""
    match term:
        case NumberComparison():
            return term.op != "!="
        case TextComparison() | Like() | Membership():
            return True
        case _:
            return False


def after(cursor: Cursor, keys: Sequence[SortKey]) -> Condition:
    """What the documents behind `cursor` satisfy."""
    options: list[Condition] = []
    equal: list[Condition] = []
    for (rank, value), key in zip(cursor.keys, keys, strict=True):
        beyond = {key.path: {"$gt" if key.ascending else "$lt": value}}
        if key.rank is None:
            options.append({"$and": [*equal, beyond]})
            equal = [*equal, {key.path: value}]
            continue
        options.append({"$and": [*equal, {key.rank: {"$gt": rank}}]})
        if rank == _VALUE:
            options.append({"$and": [*equal, {key.rank: rank}, beyond]})
            equal = [*equal, {key.path: value}]
        equal = [*equal, {key.rank: rank}]
    return {"$or": options}


def _computed(key: SortKey) -> Document:
    source = f"${key.source}"
    missing = {"$lte": [source, None]}
    rank = {"$cond": [missing, _MISSING, {"$cond": [{"$eq": [source, float("nan")]}, _NAN, _VALUE]}]}
    ordinary = {"$and": [{"$not": [missing]}, {"$ne": [source, float("nan")]}]}
    return {key.rank or "": rank, key.path: {"$cond": [ordinary, source, None]}}


def is_by_id(keys: Sequence[SortKey]) -> bool:
    """Whether the order is one that every server has."""
    return len(keys) == 1 and keys[0].path == "_id"


def _read_unsorted(
    collection: Collection[D],
    conditions: Sequence[Condition],
    keys: Sequence[SortKey],
    cursor: Cursor | None,
    limit: int,
    projection: Mapping[str, int],
    dialect: Dialect,
) -> list[D]:
    sources = sources_of(keys)
    after = ordering.cursor_places(cursor, sources) if cursor is not None else None
    route = dialect.shard_keys.get(collection.name)

    def rank() -> list[ordering.Ranked]:
        return ordering.first(ordering.candidates(collection, conditions, sources, route), after, limit)

    return ordering.page(collection, rank, projection, route)


def sources_of(keys: Sequence[SortKey]) -> list[ordering.Source]:
    """Where the values of sort keys are in documents."""
    return [ordering.Source(key.source or key.path, key.ascending) for key in keys]


def read(
    collection: Collection[D],
    conditions: Sequence[Condition],
    keys: Sequence[SortKey],
    *,
    cursor: Cursor | None,
    limit: int,
    projection: Mapping[str, int],
    dialect: Dialect = MONGODB,
) -> list[D]:
    """
    At most `limit` documents that satisfy all `conditions`, in the order of `keys`.

    One round trip; where the server does not sort (`ordering.py`), one for each thousand candidates or so more.
    """
    if not dialect.sorts and not is_by_id(keys):
        return _read_unsorted(collection, conditions, keys, cursor, limit, projection, dialect)
    beyond = [after(cursor, keys)] if cursor is not None else []
    computed = [key for key in keys if key.rank is not None]
    if not computed:
        conditions, beyond = [*conditions, *beyond], []
    if len(keys) == 1 and not computed:  # an index has this order
        return list(
            collection.find(
                {"$and": conditions} if conditions else {}, projection or None,
                sort=[(key.path, 1 if key.ascending else -1) for key in keys], limit=limit, batch_size=limit + 1,
            )
        )
    # In a pipeline only what is on the page is projected; `find` projects every match before it sorts.
    directions: dict[str, int] = {}
    for key in keys:
        if key.rank is not None:
            directions[key.rank] = 1
        directions[key.path] = 1 if key.ascending else -1
    extra = {name: 0 for key in computed for name in (key.rank or "", key.path)}
    pipeline: list[Document] = [
        {"$match": {"$and": list(conditions)} if conditions else {}},
        *([{"$set": {name: value for key in computed for name, value in _computed(key).items()}}] if computed else []),
        *({"$match": condition} for condition in beyond),
        {"$sort": directions},
        {"$limit": limit},
        *([{"$project": {**projection, **extra}}] if projection or extra else []),
    ]
    return list(collection.aggregate(pipeline, batchSize=limit + 1))


def page(found: Sequence[E], query: Query, *, has_more: bool) -> Page[E]:
    """The page of a search that `found` is; with a token if there are more."""
    return Page(found, Cursor(order_keys(found[-1], query.order)).token(query.fingerprint) if has_more else None)
