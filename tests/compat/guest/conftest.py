"""Stock MLflow with genesis-flow as its guest, in its oldest and newest version."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.compat.differential.stock_process import StockProcess
from tests.services.guest_site import ROOT, guest_environment, unpacked_wheel
from tests.services.mongodb import database_uri
from tests.services.stock import NEWEST, OLDEST, guest_python, stock_python

SQLITE = "genesis+sqlite:///"


@attrs.frozen
class Guest:
    """
    An interpreter that has stock MLflow, in which genesis-flow is installed.

    Attributes:
        site: Where genesis-flow is. directory: Below which its processes run, each in a new directory.
    """

    version: str
    python: Path
    site: Path
    directory: Path

    def run(self, module: str, *arguments: str, **variables: str) -> dict[str, Any]:
        """What a module of these tests prints in its last line."""
        done = subprocess.run(
            [str(self.python), "-m", module, *arguments],
            cwd=tempfile.mkdtemp(dir=self.directory), env=guest_environment(self.site, ROOT, **variables),
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


@pytest.fixture(scope="session")
def guest_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where genesis-flow is installed by itself."""
    return unpacked_wheel(tmp_path_factory.mktemp("guest"))


@pytest.fixture(scope="module", params=[NEWEST, OLDEST])
def guest(request: pytest.FixtureRequest, guest_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Guest:
    """The oldest and the newest MLflow."""
    return Guest(request.param, guest_python(request.param), guest_site, tmp_path_factory.mktemp("mlflow"))


@pytest.fixture(scope="session")
def newest(guest_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Guest:
    """The newest MLflow."""
    return Guest(NEWEST, guest_python(NEWEST), guest_site, tmp_path_factory.mktemp("mlflow"))


@pytest.fixture(scope="session")
def oldest(guest_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Guest:
    """The oldest MLflow."""
    return Guest(OLDEST, guest_python(OLDEST), guest_site, tmp_path_factory.mktemp("mlflow"))


@pytest.fixture(scope="session")
def mongodb_uri() -> Iterator[str]:
    """The URI of a database, and the beginning of those of others, which go at the end."""
    import pymongo

    uri = database_uri("guest")
    yield uri
    with pymongo.MongoClient(uri) as client:
        prefix = client.get_default_database().name
        for name in client.list_database_names():
            if name.startswith(prefix):
                client.drop_database(name)


@pytest.fixture(scope="module", params=["genesis+sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def store_uri(request: pytest.FixtureRequest) -> str:
    """The URI of a store, as stock MLflow has it; that of a file lacks the path."""
    if request.param != "mongodb":
        return SQLITE
    found: str = request.getfixturevalue("mongodb_uri")
    return found


@pytest.fixture(scope="session")
def stock() -> Iterator[StockProcess]:
    """Stock MLflow on its own store."""
    process = StockProcess(stock_python())
    yield process
    process.close()
