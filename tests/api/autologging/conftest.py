"""An empty store, and nothing chosen before or after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import genesis_flow as mlflow
from genesis_flow.api.autologging import choices


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new store in the current directory, which is a new one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'g.db'}")
    yield
    while mlflow.active_run():
        mlflow.end_run()
    mlflow.transformers.autolog(disable=True)
    mlflow.pytorch.autolog(disable=True)
    choices.forget()
