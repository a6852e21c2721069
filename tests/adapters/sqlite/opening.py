"""How to open an empty store in a SQLite file."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.experiments import SqliteExperimentRepository
from genesis_flow.adapters.sqlite.logged_models import SqliteLoggedModelRepository
from genesis_flow.adapters.sqlite.model_versions import SqliteModelVersionRepository
from genesis_flow.adapters.sqlite.registered_models import SqliteRegisteredModelRepository
from genesis_flow.adapters.sqlite.runs import SqliteRunRepository
from genesis_flow.adapters.sqlite.webhooks import SqliteWebhookRepository
from tests.contracts.samples import ROOT
from tests.contracts.stores import Capability, OpensStores, Stores


def opened(path: Path, **settings: Any) -> SqliteDatabase:
    """The database in a file, without waiting for the disk at each write."""
    return SqliteDatabase(path, **{"artifact_root": ROOT, "synchronous": "NORMAL", **settings})


def stores_of(database: SqliteDatabase) -> Stores:
    """Repositories over a database."""
    return Stores(
        experiments=SqliteExperimentRepository(database),
        runs=SqliteRunRepository(database),
        models=SqliteRegisteredModelRepository(database),
        versions=SqliteModelVersionRepository(database),
        logged_models=SqliteLoggedModelRepository(database),
        webhooks=SqliteWebhookRepository(database),
        reopen=lambda: stores_of(opened(database.path)),
        capabilities=frozenset({Capability.DURABLE}),
        close=database.close,
    )


class OpensSqlite(OpensStores):
    """How to open an empty store in a SQLite file."""

    store = "SQLite"

    @pytest.fixture(autouse=True)
    def _directory(self, tmp_path: Path) -> None:
        self.directory = tmp_path
        self.numbers = itertools.count()

    def open_stores(self) -> Stores:
        return stores_of(opened(self.directory / f"store{next(self.numbers)}.db"))
