"""The stores that a test of the facade runs on, the server among them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from genesis_flow.api import session

#: Parameters of fixtures: each kind of store.
EVERY_STORE: Final = ("memory", "sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb))
#: Those that other processes see, too.
DURABLE_STORES: Final = EVERY_STORE[1:]


def store_uri(kind: str, directory: Path) -> str:
    """The tracking URI of an empty store, whose default experiment keeps its artifacts below `directory`."""
    if kind == "memory":
        return "memory://"
    if kind == "sqlite":
        return f"sqlite:///{directory}/store.db"
    from genesis_flow.adapters.mongo.indexes import EXPERIMENTS
    from tests.adapters.mongo.opening import empty, shared_database

    database = shared_database()
    empty(database)
    location = {"location": str(directory / "artifacts")}
    database[EXPERIMENTS].update_one({"_id": 0}, {"$set": location})
    return database.uri


def forget_own_models() -> None:
    """Have this process be one that wrote none of the models that are there."""
    session._process.shared.pop(session.OWN_MODELS, None)
