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
from genesis_flow.domain.errors import Unsupported

Document = dict[str, Any]

_RETRIES: Final = 8
_CANNOT_CREATE: Final = 67
_NOT_THERE: Final = 26


def prepare(database: Database[Document], dialect: Dialect) -> None:
    """
    Create what is missing of collections and indexes.

    Raises:
        Unsupported: A unique index is missing where the server cannot make it any more.
    """
    if dialect.shard_keys:
        _create_collections(database, dialect)
    for collection, models in indexes_for(dialect).items():
        _create_indexes(database, collection, models, asks_first=not dialect.fills_uniques)


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


def _create_indexes(
    database: Database[Document], collection: str, models: Sequence[IndexModel], *, asks_first: bool
) -> None:
    wanted = _missing(database, collection, models) if asks_first else list(models)
    for attempt in range(_RETRIES):
        if not wanted:
            return
        try:
            database[collection].create_indexes(wanted)
            return
        except OperationFailure as error:
            # Servers may refuse one of two processes that create the same index at the same moment.
            wanted = _missing(database, collection, models)
            uniques = [name_of(model) for model in wanted if model.document.get("unique")]
            if error.code == _CANNOT_CREATE and uniques:
                raise _too_late(collection, uniques) from error
            if wanted and attempt == _RETRIES - 1:
                raise
            time.sleep(0.05 * 2**attempt)


def _missing(database: Database[Document], collection: str, models: Sequence[IndexModel]) -> list[IndexModel]:
    try:
        names = {row["name"] for row in database[collection].list_indexes()}
    except OperationFailure as error:
        if error.code != _NOT_THERE:
            raise
        names = set()
    return [model for model in models if name_of(model) not in names]


def name_of(model: IndexModel) -> str:
    """The name of an index."""
    return str(model.document["name"])


def _too_late(collection: str, names: Sequence[str]) -> Unsupported:
    return Unsupported(
        f"The collection {collection!r} has documents but not its unique index {', '.join(names)}, without which "
        "ids could be given twice. This server makes unique indexes on empty collections only: copy the documents to "
        "a database that genesis-flow has prepared, or empty the collection."
    )
