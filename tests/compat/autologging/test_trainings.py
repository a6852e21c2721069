"""What autologging keeps of trainings with transformers and PyTorch Lightning is what MLflow 3.17.2 keeps of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.compat.autologging.test_autologging import differences, without_values

for _library in ("accelerate", "lightning", "pytorch_lightning"):
    pytest.importorskip(_library)

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "trainings-3.17.2.json").read_text())

_STOPPING = ("best_score", "restored_epoch", "stopped_epoch", "wait_count")
_METRICS = ["both", "both_epoch", "both_step", "step_loss", "train_loss", "val_loss"]

#: Where ours keeps more, by training: path to what differs -> what ours has. MLflow leaves the run of a `Trainer` that
#: failed and the logged model of a failed training open, and does not know the early stopping of `lightning.pytorch`.
DIFFERENCES: dict[str, dict[str, Any]] = {
    "transformers, a failure": {"/runs[0]/status": "FAILED"},
    "lightning.pytorch, a failure": {"/models[0]/status": "FAILED"},
    "lightning.pytorch, stopped early": {
        "/models[0]/metrics": sorted([*_METRICS, *_STOPPING]),
        "/runs[0]/artifacts": [
            "checkpoints/latest_checkpoint.pth",
            "checkpoints/latest_checkpoint_metrics.json",
            "model_summary.txt",
            "restored_model_checkpoint/epoch=1-step=8.ckpt",
        ],
        "/runs[0]/metrics/best_score": [[0, 0.453781]],
        "/runs[0]/metrics/restored_epoch": [[0, 0.0]],
        "/runs[0]/metrics/stopped_epoch": [[0, 1.0]],
        "/runs[0]/metrics/wait_count": [[0, 1.0]],
        "/runs[0]/params/min_delta": "-10.0",
        "/runs[0]/params/mode": "min",
        "/runs[0]/params/monitor": "val_loss",
        "/runs[0]/params/patience": "1",
        "/runs[0]/params/stopped_epoch": "0",
    },
}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script prints with this package."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "COV_", "COVERAGE_"))}
    done = subprocess.run(
        [sys.executable, str(HERE / "probe_training.py"), "genesis_flow"],
        env=kept | {"PYTHONPATH": str(HERE.parents[2])},
        cwd=tmp_path_factory.mktemp("trainings"),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert 0 == done.returncode, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("training", sorted(RECORDED["trainings"]))
def test_a_training_leaves_what_mlflow_leaves(training: str, ours: dict[str, Any]) -> None:
    """Params, metrics at their steps, tags, artifacts, statuses and logged models are equal."""
    expected, found = RECORDED["trainings"][training], ours["trainings"][training]
    if ours["versions"] != RECORDED["versions"]:  # others have other params and compute other values
        expected, found = without_values(expected), without_values(found)

    assert DIFFERENCES.get(training, {}) == differences(expected, found)


def test_nothing_was_trained_that_mlflow_was_not_asked_about(ours: dict[str, Any]) -> None:
    """The script is the one of the recording."""
    assert set(RECORDED["trainings"]) == set(ours["trainings"])


def test_signatures_are_those_of_mlflow(ours: dict[str, Any]) -> None:
    """Names, order and defaults."""
    assert RECORDED["signatures"] == ours["signatures"]
