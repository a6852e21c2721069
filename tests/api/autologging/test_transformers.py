"""What is noted of trainings with the `Trainer` of transformers."""

from __future__ import annotations

import gc
import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("accelerate")

import transformers

import genesis_flow as mlflow
from genesis_flow.api.autologging.transformers.callback import TrainerNotes
from tests.api.flavors.trainings import failing, trainer


def runs() -> list[Any]:
    """All runs, the oldest first."""
    return sorted(mlflow.search_runs(output_format="list"), key=lambda run: run.info.start_time)


def steps(run: Any, key: str) -> list[int]:
    """At which steps a metric was noted."""
    return [each.step for each in mlflow.MlflowClient().get_metric_history(run.info.run_id, key)]


def test_a_callback_by_hand_notes_a_training_in_the_run_in_force() -> None:
    """Params of the arguments and the model, metrics at their steps; the run stays open."""
    with mlflow.start_run() as run:
        trainer(callbacks=[mlflow.transformers.trainer_callback()]).train()
        assert mlflow.active_run() is not None
    found = mlflow.get_run(run.info.run_id)

    assert ("5e-05", "16", "2") == tuple(
        found.data.params[key] for key in ("learning_rate", "hidden_size", "num_train_epochs")
    )
    assert [1, 2, 3, 4] == steps(found, "loss")
    assert [4] == steps(found, "train_loss")


def test_each_training_without_a_run_gets_one() -> None:
    """Which ends with it, also where one trainer trains twice."""
    made = trainer(callbacks=[mlflow.transformers.trainer_callback()])
    made.train()
    made.train()

    assert mlflow.active_run() is None
    assert [("FINISHED", [1, 2, 3, 4])] * 2 == [(each.info.status, steps(each, "loss")) for each in runs()]


def test_an_evaluation_after_a_training_is_noted_in_its_run() -> None:
    """At the last step, although the run has ended; no further run is started."""
    made = trainer(callbacks=[mlflow.transformers.trainer_callback()])
    made.train()
    made.evaluate()

    assert [("FINISHED", [4])] == [(each.info.status, steps(each, "eval_loss")) for each in runs()]


def test_an_evaluation_alone_gets_a_run_that_ends_with_it() -> None:
    """With the params of the model."""
    trainer(callbacks=[mlflow.transformers.trainer_callback()]).evaluate()

    assert mlflow.active_run() is None
    assert [("FINISHED", [0], "16")] == [
        (each.info.status, steps(each, "eval_loss"), each.data.params["hidden_size"]) for each in runs()
    ]


def test_a_training_that_fails_leaves_no_run_open_once_its_trainer_is_gone() -> None:
    """Its callback is told nothing, and ends the run as failed when it is collected."""
    with pytest.raises(RuntimeError, match="out of memory"):
        trainer(model=failing(), callbacks=[mlflow.transformers.trainer_callback()]).train()
    gc.collect()

    assert mlflow.active_run() is None
    assert ["FAILED"] == [each.info.status for each in runs()]


@pytest.mark.slow
def test_a_training_that_ends_the_program_has_failed(tmp_path: Path) -> None:
    """Its trainer is kept by the error that nobody caught, until the very end."""
    code = (
        "import genesis_flow as mlflow\n"
        "from tests.api.flavors.trainings import failing, trainer\n"
        f"mlflow.set_tracking_uri('sqlite:///{tmp_path / 'g.db'}')\n"
        "made = trainer(model=failing(), callbacks=[mlflow.transformers.trainer_callback()])\n"
        "made.train()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment)

    assert "RuntimeError: out of memory" in done.stderr
    assert ["FAILED"] == [each.info.status for each in runs()]


def test_with_autologging_a_failure_ends_the_run_at_once() -> None:
    """FAILED; a run of the user's stays open."""
    mlflow.transformers.autolog()
    kept = trainer(model=failing())
    with pytest.raises(RuntimeError, match="out of memory"):
        kept.train()
    assert ["FAILED"] == [each.info.status for each in runs()]

    with mlflow.start_run() as run:
        with pytest.raises(RuntimeError, match="out of memory"):
            trainer(model=failing()).train()
        assert "RUNNING" == mlflow.get_run(run.info.run_id).info.status


def test_what_is_noted_already_is_left_as_it_is() -> None:
    """A resumed training adds the params that are new, and the steps that come."""
    mlflow.transformers.autolog()
    with mlflow.start_run() as run:
        trainer(save_steps=2, max_steps=2).train()
    with mlflow.start_run(run_id=run.info.run_id):
        trainer(save_steps=2).train(resume_from_checkpoint="out/checkpoint-2")
    found = mlflow.get_run(run.info.run_id)

    assert [1, 2, 3, 4] == steps(found, "loss")
    assert "2" == found.data.params["max_steps"]


def test_what_is_trained_on_the_way_is_not_logged_by_itself() -> None:
    """A classifier that a metric fits is part of the training."""
    from sklearn.linear_model import LogisticRegression

    def compute(prediction: Any) -> dict[str, float]:
        return {"probe": LogisticRegression().fit([[0.0], [1.0]], [0, 1]).score([[0.0]], [0])}

    mlflow.transformers.autolog()
    mlflow.sklearn.autolog()
    try:
        trainer(eval_strategy="epoch", compute_metrics=compute).train()
        during = len(runs())
        LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    finally:
        mlflow.sklearn.autolog(disable=True)

    assert (1, 2) == (during, len(runs()))
    assert 1.0 == runs()[0].data.metrics["eval_probe"]


def test_disabling_puts_everything_back() -> None:
    """`Trainer.train` and the table of integrations are what they were."""
    from transformers.integrations import integration_utils

    before = (transformers.Trainer.train, dict(integration_utils.INTEGRATION_TO_CALLBACK))
    mlflow.transformers.autolog()
    changed = (transformers.Trainer.train, integration_utils.INTEGRATION_TO_CALLBACK["mlflow"])
    mlflow.transformers.autolog(disable=True)

    assert changed[0] is not before[0]
    assert issubclass(changed[1], TrainerNotes)
    assert before == (transformers.Trainer.train, dict(integration_utils.INTEGRATION_TO_CALLBACK))
    trainer().train()
    assert [] == runs()


def test_report_to_mlflow_means_our_callback_once() -> None:
    """The package mlflow is not needed, and nothing is noted twice."""
    mlflow.transformers.autolog()
    made = trainer(report_to="mlflow")
    made.train()

    assert 1 == sum(isinstance(each, TrainerNotes) for each in made.callback_handler.callbacks)
    assert [[1, 2, 3, 4]] == [steps(each, "loss") for each in runs()]


def test_the_switch_of_transformers_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """`DISABLE_MLFLOW_INTEGRATION` switches the noting off."""
    monkeypatch.setenv("DISABLE_MLFLOW_INTEGRATION", "TRUE")
    mlflow.transformers.autolog()
    trainer().train()

    assert [] == runs()


def test_runs_that_are_started_get_the_extra_tags() -> None:
    """And only those."""
    mlflow.transformers.autolog(extra_tags={"team": "red"})
    trainer().train()

    assert ["red"] == [each.data.tags["team"] for each in runs()]


def test_autologging_of_everything_covers_the_trainer() -> None:
    """Unless the flavor is excluded."""
    mlflow.autolog(exclude_flavors=["transformers", "sklearn", "pytorch"])
    trainer().train()
    assert [] == runs()

    mlflow.autolog(exclude_flavors=["sklearn", "pytorch"])
    trainer().train()
    assert ["FINISHED"] == [each.info.status for each in runs()]


def test_an_old_version_is_left_alone_if_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else it is logged with a warning."""
    from genesis_flow.api.autologging.transformers import switching

    monkeypatch.setattr(switching, "OLDEST", (99, 0))
    mlflow.transformers.autolog(disable_for_unsupported_versions=True)
    trainer().train()
    assert [] == runs()

    mlflow.transformers.autolog()
    trainer().train()
    assert 1 == len(runs())
    assert "Autologging is not tested with transformers before 99.0." in caplog.text


def test_what_setfit_trains_is_not_logged_by_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its classifier of scikit-learn is no training of its own; here a package with its shape stands for it."""
    (tmp_path / "setfit.py").write_text(
        "from sklearn.linear_model import LogisticRegression\n"
        "class Trainer:\n"
        "    def train(self):\n"
        "        return LogisticRegression().fit([[0.0], [1.0]], [0, 1])\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    mlflow.sklearn.autolog()
    mlflow.transformers.autolog()
    setfit = importlib.import_module("setfit")
    try:
        setfit.Trainer().train()
        quiet = len(runs())
        mlflow.transformers.autolog(disable=True)
        setfit.Trainer().train()
    finally:
        mlflow.sklearn.autolog(disable=True)
        sys.modules.pop("setfit")

    assert (0, 1) == (quiet, len(runs()))


@pytest.mark.parametrize("broken", ["log_batch", "create_run", "set_terminated"])
def test_a_store_that_fails_does_not_stop_a_training(
    broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged as a warning, unless silence was chosen."""
    monkeypatch.setattr(mlflow.MlflowClient, broken, lambda *args, **kwargs: 1 / 0)
    mlflow.transformers.autolog()
    assert 4 == trainer().train().global_step
    assert "Noting the training failed: ZeroDivisionError" in caplog.text

    caplog.clear()
    mlflow.transformers.autolog(silent=True)
    trainer().train()
    assert "genesis_flow" not in " ".join(each.name for each in caplog.records)


def test_only_the_first_process_notes_a_training() -> None:
    """Others would write the same again."""
    callback = mlflow.transformers.trainer_callback()
    other = SimpleNamespace(is_world_process_zero=False, global_step=1)
    for hook in ("on_train_begin", "on_log", "on_save", "on_evaluate", "on_train_end"):
        getattr(callback, hook)(SimpleNamespace(), other, None, logs={"loss": 1.0})

    assert [] == runs()
