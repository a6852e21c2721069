"""How the suites open a MongoDB database."""

from __future__ import annotations

import functools
from itertools import count
from typing import Any, Final

import attrs
import pytest

from genesis_flow.adapters.mongo.claims import claim_id
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.experiment_ids import ExperimentIds
from genesis_flow.adapters.mongo.experiments import MongoExperimentRepository
from genesis_flow.adapters.mongo.indexes import (
    DATASETS,
    EXPERIMENTS,
    HISTORIES,
    MODEL_POINTS,
    MODEL_VERSIONS,
    MODELS,
    OVERFLOWS,
    REGISTERED_MODELS,
    RUNS,
    WEBHOOKS,
)
from genesis_flow.adapters.mongo.logged_models import MongoLoggedModelRepository
from genesis_flow.adapters.mongo.model_versions import MongoModelVersionRepository
from genesis_flow.adapters.mongo.registered_models import MongoRegisteredModelRepository
from genesis_flow.adapters.mongo.runs import MongoRunRepository
from genesis_flow.adapters.mongo.webhooks import MongoWebhookRepository
from tests.contracts.stores import Capability, OpensStores, Stores
from tests.services.mongodb import database_uri

_NUMBERS: Final = count()


def open_database(name: str = "contracts", **options: Any) -> MongoDatabase:
    """A database of this test process."""
    return MongoDatabase(database_uri(name), "memory://root", **options)


def new_database(name: str) -> MongoDatabase:
    """A database that nobody had before: the engine may fail to make collections of one that was just dropped."""
    return open_database(f"{name}{next(_NUMBERS)}")


def stores_on(database: MongoDatabase, *, closes: bool = True) -> Stores:
    """Repositories over an open database."""
    return Stores(
        MongoExperimentRepository(database),
        MongoRunRepository(database),
        MongoRegisteredModelRepository(database),
        MongoModelVersionRepository(database),
        MongoLoggedModelRepository(database),
        MongoWebhookRepository(database),
        reopen=lambda: stores_on(attrs.evolve(database, listeners=())),
        capabilities=frozenset({Capability.DURABLE}),
        close=database.close if closes else lambda: None,
    )


@functools.cache
def shared_database() -> MongoDatabase:
    """The database that the examples of all suites share."""
    return open_database()


def empty(database: MongoDatabase) -> None:
    """Erase everything but the default experiment."""
    for name in (
        RUNS, HISTORIES, OVERFLOWS, DATASETS, MODELS, MODEL_POINTS, REGISTERED_MODELS, MODEL_VERSIONS, WEBHOOKS
    ):
        database[name].delete_many({})
    database[EXPERIMENTS].delete_many({"_id": {"$nin": [0, claim_id("Default")]}})
    database.experiment_ids = ExperimentIds()
    database[EXPERIMENTS].update_one(
        {"_id": 0}, {"$set": {"stage": "active", "name": "Default", "t": {}, "location": "memory://root/0"}}
    )


class OpensMongo(OpensStores):
    """Opens the shared database, emptied for each test."""

    store = "MongoDB"

    def open_stores(self) -> Stores:
        return stores_on(shared_database(), closes=False)

    @pytest.fixture
    def stores(self) -> Stores:
        empty(shared_database())
        return stores_on(shared_database(), closes=False)
