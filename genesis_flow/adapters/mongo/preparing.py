"""Puts collections and indexes in place; safe to do from many processes at once, and again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from pymongo import IndexModel
from pymongo.database import Database
from pymongo.errors import OperationFailure

from genesis_flow.adapters.mongo.dialect import Dialect
from genesis_flow.adapters.mongo.indexes import COLLECTIONS, indexes_for

Document = dict[str, Any]

_RETRIES: Final = 8


def prepare(database: Database[Document], dialect: Dialect) -> None:
    """Create what is missing of collections and indexes."""
    if dialect.shard_keys:
        _create_collections(database, dialect)
    for collection, models in indexes_for(dialect).items():
        _create_indexes(database, collection, models)


def _create_collections(database: Database[Document], dialect: Dialect) -> None:
    """Partitioned collections must be made as such; one that is there already stays as it is."""
    present = set(database.list_collection_names())
    for collection in COLLECTIONS:
        key = dialect.shard_keys.get(collection)
        if key is None or collection in present:
            continue
        try:
            database.client.admin.command("shardCollection", f"{database.name}.{collection}", key={key: "hashed"})
        except OperationFailure:
            if collection not in database.list_collection_names():  # else another process was first
                raise


def _create_indexes(database: Database[Document], collection: str, models: Sequence[IndexModel]) -> None:
    for attempt in range(_RETRIES):
        try:
            if models:
                database[collection].create_indexes(list(models))
            return
        except OperationFailure:
            # Servers may refuse one of two processes that create the same index at the same moment.
            if models_exist(database, collection, models):
                return
            if attempt == _RETRIES - 1:
                raise
            time.sleep(0.05 * 2**attempt)


def models_exist(database: Database[Document], collection: str, models: Sequence[IndexModel]) -> bool:
    """Whether the collection has all of these indexes."""
    names = {row["name"] for row in database[collection].list_indexes()}
    return all(model.document["name"] in names for model in models)
