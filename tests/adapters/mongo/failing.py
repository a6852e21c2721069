"""Makes a server fail commands of one client, the way MongoDB's own driver tests do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient

from genesis_flow.adapters.mongo.client import MongoDatabase
from tests.adapters.mongo.opening import open_database
from tests.services.mongodb import with_options


def open_failing(name: str, **options: str) -> MongoDatabase:
    """A database whose client has a name of its own, so that only its commands fail."""
    database = open_database(name)
    database.uri = with_options(database.uri, appname=f"failing-{name}", **options)
    return database


@contextmanager
def failing(database: MongoDatabase, *commands: str, times: int = 1, **what: Any) -> Iterator[None]:
    """
    Let the next `times` of `commands` fail as `what` says.

    Args:
        what: `errorCode=N`, or `closeConnection=True`; with `afterApply=True` the command has taken effect.
    """
    app = database.uri.partition("appname=")[2].partition("&")[0]
    data = {"failCommands": list(commands), "appName": app, **what}
    with MongoClient(database.uri) as client:
        client.admin.command("configureFailPoint", "failCommand", mode={"times": times}, data=data)
        try:
            yield
        finally:
            client.admin.command("configureFailPoint", "failCommand", mode="off")
