"""Stock MLflow with genesis-flow as its guest, in its oldest and newest version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.differential.stock_process import StockProcess
from tests.services.guest_site import unpacked_wheel
from tests.services.mongodb import database_uri
from tests.services.stock import NEWEST, OLDEST, guest_python, stock_python


@pytest.fixture(scope="session")
def guest_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where genesis-flow is installed by itself."""
    return unpacked_wheel(tmp_path_factory.mktemp("guest"))


@pytest.fixture(scope="session", params=[OLDEST, NEWEST])
def version(request: pytest.FixtureRequest) -> str:
    """A version of MLflow."""
    found: str = request.param
    return found


@pytest.fixture(scope="session")
def python(version: str) -> Path:
    """The interpreter that has that version."""
    return guest_python(version)


@pytest.fixture(scope="session", params=["genesis+sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def store_uri(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URI of a store, as stock MLflow has it; that of a file lacks the path, that of a database the name."""
    if request.param != "mongodb":
        yield "genesis+sqlite:///"
        return
    import pymongo

    uri = database_uri("guest")
    yield uri
    with pymongo.MongoClient(uri) as client:
        prefix = client.get_default_database().name
        for name in client.list_database_names():
            if name.startswith(prefix):
                client.drop_database(name)


@pytest.fixture(scope="session")
def stock() -> Iterator[StockProcess]:
    """Stock MLflow on its own store."""
    process = StockProcess(stock_python())
    yield process
    process.close()
