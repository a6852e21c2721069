"""What autologging keeps of trainings is what MLflow 3.17.2 keeps of them; differences are named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sklearn")

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "autologging-3.17.2.json").read_text())

#: Where ours keeps more, by training: path to what differs -> what ours has. MLflow notes the data of a training
#: only once it has succeeded, and fails after a search without models, which ends the run FAILED.
DIFFERENCES: dict[str, dict[str, Any]] = {
    "a failure": {"/runs[0]/datasets": [["dataset", "10c749ba", "train"]]},
    "no models": {"/runs[0]/datasets": [["dataset", "2d87ac0c", "train"]], "/runs[0]/status": "FINISHED"},
}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script prints with this package."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "COV_", "COVERAGE_"))}
    directory = tmp_path_factory.mktemp("autologging")
    done = subprocess.run(
        [sys.executable, str(HERE / "probe_autologging.py"), "genesis_flow"],
        env=kept | {"MPLBACKEND": "agg", "PYTHONPATH": str(HERE.parents[2])},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert 0 == done.returncode, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("training", sorted(RECORDED["trainings"]))
def test_a_training_leaves_what_mlflow_leaves(training: str, ours: dict[str, Any]) -> None:
    """Params, metrics with their values, tags, artifacts, data, child runs and logged models are equal."""
    expected, found = RECORDED["trainings"][training], ours["trainings"][training]
    if ours["sklearn"] != RECORDED["sklearn"]:  # another version has other params and computes other values
        expected, found = without_values(expected), without_values(found)

    assert DIFFERENCES.get(training, {}) == differences(expected, found)


def test_nothing_was_trained_that_mlflow_was_not_asked_about(ours: dict[str, Any]) -> None:
    """The script is the one of the recording."""
    assert set(RECORDED["trainings"]) == set(ours["trainings"])


def differences(expected: Any, found: Any, path: str = "") -> dict[str, Any]:
    """What is in `found`, by path, where it is not as expected; "nothing" for what is not there."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {
            where: what
            for key in sorted({*expected, *found})
            for where, what in differences(
                expected.get(key, "nothing"), found.get(key, "nothing"), f"{path}/{key}"
            ).items()
        }
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return {where: what for at, pair in pairs for where, what in differences(*pair, f"{path}[{at}]").items()}
    if isinstance(expected, float) and found == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True):
        return {}
    return {} if expected == found else {path: found}


def without_values(facts: Any) -> Any:
    """Facts without numbers, params and digests."""
    if isinstance(facts, dict):
        return {key: without_values(value) for key, value in facts.items() if key not in ("params", "datasets")}
    if isinstance(facts, list):
        return [without_values(each) for each in facts]
    return "a number" if isinstance(facts, float) else facts
