"""Searching registered models and their versions in MongoDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pymongo.collection import Collection

from genesis_flow.adapters.mongo import conditions, ordering, search
from genesis_flow.adapters.mongo.conditions import MODEL_PATHS, VERSION_PATHS, Condition
from genesis_flow.adapters.mongo.dialect import MONGODB, Dialect
from genesis_flow.adapters.mongo.names import field_name
from genesis_flow.adapters.mongo.registry_documents import (
    ALL_IDS,
    INDEXED_ATTRIBUTES,
    MODEL_PROJECTION,
    VERSION_PROJECTION,
)
from genesis_flow.domain.entities.registered_model import PROMPT_TAG
from genesis_flow.domain.search.ast import Comparison, Field, Filter, Kind, Membership, TextComparison
from genesis_flow.domain.search.queries import ModelVersionQuery, RegisteredModelQuery, RegistryQuery
from genesis_flow.domain.values.pages import Cursor

Document = dict[str, Any]

#: So many ids of models go into a condition.
_FEW_NAMES: Final = 100

_NAME: Final = Field(Kind.ATTRIBUTE, "name")
_NO_PROMPT: Final = {f"t.{field_name(PROMPT_TAG)}": {"$ne": "true"}}


def find_models(
    models: Collection[Document], query: RegisteredModelQuery, dialect: Dialect = MONGODB
) -> list[Document]:
    """The documents on a page, and one more if there is one; one round trip."""
    keys = search.sort_keys(query.order, query.filter, MODEL_PATHS)
    wanted = model_conditions(query)
    return search.read(
        models, wanted, keys,
        cursor=query.cursor, limit=query.limit + 1, projection=MODEL_PROJECTION, dialect=dialect,
    )


def model_conditions(query: RegisteredModelQuery) -> list[Condition]:
    """What the registered models that match satisfy."""
    found = [{"_id": ALL_IDS}, *conditions.candidates(query.filter, ("",), attributes=())[0]]
    return [*found, *conditions.exact(query.filter, MODEL_PATHS), *_unless_prompts(query)]


def find_versions(
    models: Collection[Document],
    versions: Collection[Document],
    query: ModelVersionQuery,
    dialect: Dialect = MONGODB,
) -> list[Document]:
    """
    The documents on a page with the names of their models, and one more if there is one.

    A filter that says which names are wanted is answered in two round trips, any other in one.
    """
    names, cursor = names_of(query.filter), query.cursor
    if not dialect.sorts:
        return _joined_here(models, versions, query, cursor)
    if not any(_gives_names(term) for term in names.terms):
        return _joined(versions, [{"_id": ALL_IDS}, *version_conditions(query)], query, cursor)
    rows = list(models.find({"$and": conditions.exact(names, MODEL_PATHS)}, {"name": 1}))
    if not rows:
        return []
    if len(rows) > 1:
        scope = {"m": {"$in": [row["_id"] for row in rows]}}
        return _joined(versions, [scope, *version_conditions(query)], query, cursor)
    found = _of_one(versions, rows[0]["_id"], query, cursor)
    return [{**document, "name": rows[0]["name"]} for document in found]


def names_of(filter: Filter) -> Filter:
    """The part of a filter that is about names, which versions do not have."""
    return Filter(tuple(term for term in filter.terms if term.field == _NAME))


def version_conditions(query: ModelVersionQuery) -> list[Condition]:
    """What the versions that match satisfy, apart from their names."""
    rest = Filter(tuple(term for term in query.filter.terms if term.field != _NAME))
    found, _ = conditions.candidates(rest, ("",), attributes=INDEXED_ATTRIBUTES)
    return [*found, *conditions.exact(rest, VERSION_PATHS), *_unless_prompts(query)]


def _unless_prompts(query: RegistryQuery) -> list[Condition]:
    return [] if query.sees_prompts else [_NO_PROMPT]


def _gives_names(term: Comparison) -> bool:
    match term:
        case TextComparison(op="=") | Membership(negated=False):
            return True
        case _:
            return False


def _of_one(
    versions: Collection[Document], model_id: str, query: ModelVersionQuery, cursor: Cursor | None
) -> list[Document]:
    """Versions of one model: all of them have one name, so it orders nothing."""
    order = tuple(key for key in query.order if key.field != _NAME)
    if cursor is not None:
        places = zip(cursor.keys, query.order, strict=True)
        cursor = Cursor(tuple(place for place, key in places if key.field != _NAME))
    keys = search.sort_keys(order, query.filter, VERSION_PATHS)
    wanted = [{"m": model_id}, *version_conditions(query)]
    return search.read(
        versions, wanted, keys, cursor=cursor, limit=query.limit + 1, projection=VERSION_PROJECTION
    )


def _joined(
    versions: Collection[Document], wanted: list[Condition], query: ModelVersionQuery, cursor: Cursor | None
) -> list[Document]:
    """Versions of any number of models, each with its model's name; those of removed models are left out."""
    keys = search.sort_keys(query.order, query.filter, VERSION_PATHS)
    named = [{"name": {"$type": "string"}}, *conditions.exact(names_of(query.filter), VERSION_PATHS)]
    beyond = [search.after(cursor, keys)] if cursor is not None else []
    pipeline: list[Document] = [
        {"$match": {"$and": wanted}},
        {"$lookup": {"from": "registered_models", "localField": "m", "foreignField": "_id", "as": "o"}},
        {"$set": {"name": {"$arrayElemAt": ["$o.name", 0]}}},
        {"$match": {"$and": [*named, *beyond]}},
        {"$sort": {key.path: 1 if key.ascending else -1 for key in keys}},
        {"$limit": query.limit + 1},
        {"$project": {**VERSION_PROJECTION, "o": 0}},
    ]
    return list(versions.aggregate(pipeline, batchSize=query.limit + 2))


def _joined_here(
    models: Collection[Document], versions: Collection[Document], query: ModelVersionQuery, cursor: Cursor | None
) -> list[Document]:
    """As `_joined`, for servers that do not sort: names and versions are brought together here."""
    named = [{"_id": ALL_IDS}, *conditions.exact(names_of(query.filter), MODEL_PATHS)]
    names = {row["_id"]: row["name"] for row in models.find({"$and": named}, {"name": 1})}
    scope = {"m": {"$in": list(names)}} if len(names) <= _FEW_NAMES else {"_id": ALL_IDS}
    wanted = [scope, *version_conditions(query)]
    sources = search.sources_of(search.sort_keys(query.order, query.filter, VERSION_PATHS))
    after = ordering.cursor_places(cursor, sources) if cursor is not None else None

    def ranked() -> Iterator[ordering.Ranked]:
        paths = {source.path for source in sources} | {"m"}
        for row in versions.find({"$and": wanted}, dict.fromkeys(sorted(paths), 1)):
            if row["m"] in names:
                document = {**row, "name": names[row["m"]]}
                yield ordering.Ranked(tuple(source.place(document) for source in sources), row["_id"])

    found = ordering.page(
        versions, lambda: ordering.first(ranked(), after, query.limit + 1), VERSION_PROJECTION, None
    )
    return [{**document, "name": names[document["m"]]} for document in found]
