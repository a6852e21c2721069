"""Puts collections and indexes in place; safe to do from many processes at once, and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from genesis_flow.adapters.mongo.dialect import Dialect
from genesis_flow.adapters.mongo.indexes import COLLECTIONS, indexes_for

Document = dict[str, Any]

_RETRIES: Final = 8


Wrap = Callable[[Collection[Document]], Collection[Document]]


def prepare(database: Database[Document], dialect: Dialect, wrap: Wrap) -> None:
    """Create what is missing of collections and indexes; `wrap` is put around collections, as by `MongoDatabase`."""
    if dialect.shard_keys:
        _create_collections(database, dialect)
    for name, models in indexes_for(dialect).items():
        if models:
            _create_indexes(wrap(database[name]), models)


def _create_collections(database: Database[Document], dialect: Dialect) -> None:
    """Partitioned collections must be made as such; one that is there already stays as it is."""
    present = set(database.list_collection_names())
    for name in COLLECTIONS:
        key = dialect.shard_keys.get(name)
        if key is not None and name not in present:
            _create_collection(database, name, key)


def _create_collection(database: Database[Document], name: str, key: str) -> None:
    for attempt in range(_RETRIES):
        try:
            database.client.admin.command("shardCollection", f"{database.name}.{name}", key={key: "hashed"})
            return
        except OperationFailure:
            if name in database.list_collection_names():  # another process was first
                return
            if attempt == _RETRIES - 1:
                raise
            time.sleep(0.05 * 2**attempt)


def _create_indexes(collection: Collection[Document], models: Sequence[IndexModel]) -> None:
    for attempt in range(_RETRIES):
        try:
            collection.create_indexes(list(models))
            return
        except OperationFailure:
            # Servers may refuse one of two processes that create the same index at the same moment.
            if models_exist(collection, models):
                return
            if attempt == _RETRIES - 1:
                raise
            time.sleep(0.05 * 2**attempt)


def models_exist(collection: Collection[Document], models: Sequence[IndexModel]) -> bool:
    """Whether the collection has all of these indexes."""
    names = {row["name"] for row in collection.list_indexes()}
    return all(model.document["name"] in names for model in models)
