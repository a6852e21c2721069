"""How the suites open a database with the dialects of Cosmos DB."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from genesis_flow.adapters.cosmos.database import open_cosmos
from genesis_flow.adapters.cosmos.dialect import RU, VCORE
from genesis_flow.adapters.mongo.client import MongoDatabase, database_name
from tests.adapters.cosmos.strictness import Strictness
from tests.adapters.mongo.opening import empty, stores_on
from tests.contracts.stores import OpensStores, Stores
from tests.services.missing import missing
from tests.services.mongodb import PORT, database_uri, named, start, with_options

#: As the RU tier, but a run has room for a little over a kilobyte: many are too large from the start, others soon.
TINY = attrs.evolve(RU, document_limit=5_000)

#: Looks at everything that the contracts send to the RU tier.
STRICTNESS = Strictness()

RU_VARIABLE = "GENESIS_FLOW_TEST_COSMOS_RU_URI"
RU_PORT = PORT + 18


@functools.cache
def ru_server(units: int = 100_000) -> str:
    """
    The URI of a server that refuses what the RU tier refuses; the test is skipped where there is none.

    Workers of one test run have servers of their own, because a server has one fail point at a time.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    port = RU_PORT + 2 * worker + (units < 100_000)
    uri = os.environ.get(RU_VARIABLE) or start("--port", str(port), "--cosmos-ru", "--ru-per-second", str(units))
    if uri is None:
        missing(f"no server that acts like the RU tier: set {RU_VARIABLE}=mongodb://HOST:PORT")
    return uri


def open_ru(name: str = "ru", *, server: str | None = None, **options: Any) -> MongoDatabase:
    """A database of this test process on the RU tier."""
    return open_cosmos(named(server or ru_server(), name), "memory://root", **options)


def open_vcore(name: str = "vcore", **options: Any) -> MongoDatabase:
    """A database of this test process on the engine of the vCore tier, with the options of the portal's URIs."""
    uri = with_options(database_uri(name), retryWrites="false")
    return open_cosmos(uri, "memory://root", dialect=VCORE, **options)


def drop(database: MongoDatabase) -> None:
    """Erase a database and let go of it."""
    database.client().drop_database(database_name(database.uri))
    database.close()


@functools.cache
def shared_ru() -> MongoDatabase:
    """The database that the examples of all suites share."""
    return open_ru(listeners=(STRICTNESS,))


@functools.cache
def shared_vcore() -> MongoDatabase:
    """The database that the examples of all suites share."""
    return open_vcore()


class OpensRu(OpensStores):
    """Opens the shared database on the RU tier, emptied for each test."""

    store = "Cosmos DB RU"

    def open_stores(self) -> Stores:
        return stores_on(shared_ru(), closes=False)

    @pytest.fixture
    def stores(self) -> Iterator[Stores]:
        empty(shared_ru())
        yield stores_on(shared_ru(), closes=False)
        assert [] == STRICTNESS.taken()


class OpensVcore(OpensStores):
    """Opens the shared database on the vCore tier, emptied for each test."""

    store = "Cosmos DB vCore"

    def open_stores(self) -> Stores:
        return stores_on(shared_vcore(), closes=False)

    @pytest.fixture
    def stores(self) -> Stores:
        empty(shared_vcore())
        return stores_on(shared_vcore(), closes=False)


@functools.cache
def shared_tiny() -> MongoDatabase:
    """The database that the examples of all suites share, on a server whose documents are tiny."""
    return open_ru("tiny", dialect=TINY, listeners=(STRICTNESS,))


class OpensTiny(OpensStores):
    """Opens the shared database whose runs outgrow their documents all the time, emptied for each test."""

    store = "Cosmos DB RU, large runs"

    def open_stores(self) -> Stores:
        return stores_on(shared_tiny(), closes=False)

    @pytest.fixture
    def stores(self) -> Iterator[Stores]:
        empty(shared_tiny())
        yield stores_on(shared_tiny(), closes=False)
        assert [] == STRICTNESS.taken()
