"""Directories of models that MLflow saved, and that we saved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.services.stock import stock_python

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TIMEOUT_S = 900


def run(python: Path | str, script: str, *arguments: object) -> str:
    """What a script of this directory prints when `python` runs it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "COV_", "COVERAGE_"))}
    path = str(ROOT) if str(python) == sys.executable else ""
    done = subprocess.run(
        [str(python), str(HERE / script), *map(str, arguments)],
        capture_output=True, text=True, timeout=TIMEOUT_S, check=False, env={**kept, "PYTHONPATH": path},
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-3000:]
    return done.stdout


def loaded(python: Path | str, package: str, directory: Path) -> dict[str, Any]:
    """What the models in a directory predict, by name."""
    found: dict[str, Any] = json.loads(run(python, "models.py", "load", package, directory).splitlines()[-1])
    return found


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models that we saved."""
    pytest.importorskip("skops")
    directory = tmp_path_factory.mktemp("ours")
    run(sys.executable, "models.py", "save", "genesis_flow", directory)
    return directory


@pytest.fixture(scope="session")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models that MLflow saved."""
    directory = tmp_path_factory.mktemp("theirs")
    run(stock_python(), "models.py", "save", "mlflow", directory)
    return directory
