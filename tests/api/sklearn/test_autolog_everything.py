"""`genesis_flow.autolog`: every library, now or once it is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import genesis_flow as mlflow
from genesis_flow.api.autologging import choices

pytestmark = pytest.mark.usefixtures("off", "memory")

ROOT = Path(mlflow.__file__).parents[1]


def in_a_process(code: str, directory: Path) -> list[str]:
    """What a fresh process prints."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "COV_", "COVERAGE_"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=kept | {"PYTHONPATH": str(ROOT)},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout.split()


def test_a_library_is_logged_once_it_is_imported(tmp_path: Path) -> None:
    """Switching on imports none of the libraries; importing one switches it on, and no other."""
    code = """
import sys
import genesis_flow as mlflow
mlflow.set_tracking_uri("memory://")
mlflow.autolog(log_models=False)
heavy = {"sklearn", "numpy", "torch", "transformers", "lightning"}
print(heavy & set(sys.modules) or "light")
from sklearn.linear_model import LinearRegression
LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])
print(len(mlflow.search_runs(output_format="list")))
print({"torch", "transformers", "lightning"} & set(sys.modules) or "light")
"""
    assert ["light", "1", "light"] == in_a_process(code, tmp_path)


def test_the_flavor_is_there_without_its_library(tmp_path: Path) -> None:
    """Importing `genesis_flow.sklearn`, and switching it off, imports no scikit-learn."""
    code = """
import sys
import genesis_flow.sklearn
genesis_flow.sklearn.autolog(disable=True)
print({"sklearn", "torch", "transformers"} & set(sys.modules) or "light")
"""
    assert ["light"] == in_a_process(code, tmp_path)


def test_an_imported_library_is_logged_at_once(X: Any, y: Any) -> None:
    """With the options that its flavor knows."""
    from sklearn.linear_model import LinearRegression

    mlflow.autolog(log_models=False, extra_tags={"team": "blue"})
    LinearRegression().fit(X, y)
    (run,) = mlflow.search_runs(output_format="list")

    assert "blue" == run.data.tags["team"]


def test_what_was_chosen_for_a_flavor_itself_stays() -> None:
    """The general switch changes only what it has set."""
    mlflow.sklearn.autolog(log_models=False)
    mlflow.autolog(disable=True)
    found = choices.in_force("sklearn")

    assert found is not None
    assert not found.log_models


def test_the_general_switch_switches_off_what_it_switched_on() -> None:
    """And on again."""
    mlflow.autolog()
    assert choices.in_force("sklearn") is not None
    mlflow.autolog(disable=True)
    assert choices.in_force("sklearn") is None
    mlflow.autolog()
    assert choices.in_force("sklearn") is not None


def test_a_flavor_can_be_left_out() -> None:
    """By its name."""
    mlflow.autolog(exclude_flavors=["sklearn"])

    assert choices.chosen("sklearn") is None
