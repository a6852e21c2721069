"""Runs in an interpreter that has stock MLflow, with genesis-flow as its guest; see `stock_worker.py`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from tests.compat.differential.performing import START, Performer, clock_at
from tests.compat.differential.stock_worker import serve


def _answers(uri: str, number: int, commands: list[Any]) -> list[Any]:
    """The answers on an empty store: another file, or the database of a `mongodb://` URI, emptied."""
    from mlflow import MlflowClient

    if uri.startswith("mongodb://"):
        _empty(uri)
        own = f"{uri}?appname=sequence-{number}"  # MLflow keeps the store of a URI, with what that store remembers
    else:
        own = f"{uri}{Path.cwd()}/store-{number}.db"
    with clock_at(START):  # the default experiment is made now
        client = MlflowClient(own)
    try:
        return Performer("mlflow", client, ids_of="genesis_flow").perform(commands)
    finally:
        client._tracking_client.store._application.close()


def _empty(uri: str) -> None:
    import pymongo

    with pymongo.MongoClient(uri) as client:
        database = client.get_default_database()
        for name in database.list_collection_names():
            database[name].delete_many({})


if __name__ == "__main__":
    serve(partial(_answers, sys.argv[1]))
