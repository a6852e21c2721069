"""Our stores, and how to open an empty one of each. A row in `STORES` is all that another one needs."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from genesis_flow import MlflowClient
from genesis_flow.api import session
from tests.services.mongodb import database_uri

_numbers = itertools.count()
_databases: set[str] = set()


@contextmanager
def empty_memory() -> Iterator[str]:
    """The URI of an empty store in memory."""
    yield f"memory://differential-{os.getpid()}-{next(_numbers)}"


@contextmanager
def empty_sqlite() -> Iterator[str]:
    """The URI of an empty SQLite database."""
    with tempfile.TemporaryDirectory(prefix="differential-") as directory:
        yield f"sqlite:///{directory}/store.db"


@contextmanager
def empty_mongodb() -> Iterator[str]:
    """The URI of the database of this process on the MongoDB server, emptied."""
    import pymongo

    uri = database_uri("differential")
    _databases.add(uri)
    with pymongo.MongoClient(uri) as client:
        database = client.get_default_database()
        for name in database.list_collection_names():
            database[name].delete_many({})
    yield uri


def drop_mongodb() -> None:
    """Drop the database of this process, if it used one."""
    import pymongo

    while _databases:
        uri = _databases.pop()
        with pymongo.MongoClient(uri) as client:
            client.drop_database(client.get_default_database().name)


#: How to open an empty store of each kind: a context that gives its tracking URI.
STORES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "memory": empty_memory,
    "sqlite": empty_sqlite,
    "mongodb": empty_mongodb,
}


@contextmanager
def fresh_client(store: str, kind: Callable[[str], Any] = MlflowClient) -> Iterator[Any]:
    """A client of an empty store, closed at the end."""
    with STORES[store]() as uri:
        try:
            yield kind(uri)
        finally:
            session.close_all()
