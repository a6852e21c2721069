"""A process without a past: no choices, no variables, a working directory of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory of a process in which nobody has chosen anything."""
    session.reset()
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "GENESIS_FLOW_"))]:
        del os.environ[name]
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    session.reset()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(params=["memory", "sqlite"])
def uri(request: pytest.FixtureRequest, fresh: Path) -> str:
    """The tracking URI in force: of a new store, one of each kind that needs no server."""
    chosen = "memory://" if request.param == "memory" else f"sqlite:///{fresh}/store.db"
    session.set_tracking_uri(chosen)
    return chosen


@pytest.fixture
def memory(fresh: Path) -> str:
    """The tracking URI in force, of a new store in memory."""
    session.set_tracking_uri("memory://")
    return "memory://"


@pytest.fixture
def client(uri: str) -> MlflowClient:
    """A client of the store in force."""
    return MlflowClient()


@pytest.fixture
def run_id(client: MlflowClient) -> str:
    """A run of the default experiment in the store in force."""
    return str(client.create_run("0").info.run_id)
