"""Makes a server fail commands of one client, the way MongoDB's own driver tests do."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient

from genesis_flow.adapters.mongo.client import MongoDatabase
from tests.adapters.mongo.opening import open_database
from tests.services.mongodb import PORT, URI_VARIABLE, start, with_options


def open_failing(name: str, **options: str) -> MongoDatabase:
    """A database whose client has a name of its own, so that only its commands fail."""
    database = open_database(name)
    own = server_of_this_worker()
    if own is not None:
        database.uri = f"{own}/{database.uri.rpartition('/')[2]}"
    database.uri = with_options(database.uri, appname=f"failing-{name}", **options)
    return database


@functools.cache
def server_of_this_worker() -> str | None:
    """A front of the engine for this process alone: a server has one fail point at a time."""
    if os.environ.get(URI_VARIABLE):
        return None
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return start("--port", str(PORT + 10 + int(worker)))


@contextmanager
def failing(
    database: MongoDatabase, *commands: str, times: int = 1, after: int | None = None, **what: Any
) -> Iterator[None]:
    """
    Let the next `times` of `commands` fail as `what` says.

    Args:
        after: All that come after this many fail instead, until the end.
        what: `errorCode=N`, or `closeConnection=True`; with `afterApply=True` the command has taken effect.
    """
    app = database.uri.partition("appname=")[2].partition("&")[0]
    data = {"failCommands": list(commands), "appName": app, **what}
    mode = {"times": times} if after is None else {"skip": after}
    admin = _client(database.uri.partition("?")[0]).admin
    admin.command("configureFailPoint", "failCommand", mode=mode, data=data)
    try:
        yield
    finally:
        admin.command("configureFailPoint", "failCommand", mode="off")


@functools.cache
def _client(uri: str) -> MongoClient[dict[str, Any]]:
    """A client that nothing fails for: it has no name."""
    return MongoClient(uri)
