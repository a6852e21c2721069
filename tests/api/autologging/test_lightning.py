"""What is logged of trainings with PyTorch Lightning; what MLflow logs is compared in `tests/compat/autologging`."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

import genesis_flow as mlflow
from tests.api.flavors.trainings import lightning_trainer, regression, rows

pytest.importorskip("lightning")
pytest.importorskip("pytorch_lightning")

LIGHTNING = "lightning.pytorch"


def runs() -> list[Any]:
    """All runs, the oldest first."""
    return sorted(mlflow.search_runs(output_format="list"), key=lambda run: run.info.start_time)


def models() -> list[Any]:
    """All logged models."""
    return list(mlflow.MlflowClient().search_logged_models(["0"]))


def fitted(package: str = LIGHTNING, fails: bool = False, **settings: Any) -> tuple[Any, Any]:
    """A trainer, and the module that it has fitted."""
    made, module = lightning_trainer(package, **settings), regression(package)(fails)
    made.fit(module, DataLoader(rows(), batch_size=4), DataLoader(rows(), batch_size=8))
    return made, module


def test_a_logged_module_predicts_as_it_did() -> None:
    """It has the signature of its first call, and the metrics of its training."""
    mlflow.pytorch.autolog(checkpoint=False)
    _, module = fitted()
    logged = mlflow.last_logged_model()
    loaded = mlflow.pytorch.load_model(logged.model_uri, allow_unsafe_deserialization=True)
    data = rows().tensors[0]

    needed = Path(mlflow.artifacts.download_artifacts(f"{logged.model_uri}/requirements.txt")).read_text()

    assert torch.equal(module(data), loaded(data))
    assert {"lightning", "torch"} <= {line.partition("==")[0] for line in needed.splitlines()}
    assert "[Tensor('float32', (-1, 3))]" == str(mlflow.models.get_model_info(logged.model_uri).signature.inputs.inputs)
    assert {"train_loss", "val_loss"} <= {each.key for each in logged.metrics}


def test_a_module_is_what_it_was_after_a_training() -> None:
    """No hook stays on it, and its trainer does not keep more callbacks than one of each kind."""
    mlflow.pytorch.autolog(log_models=True)
    made, module = fitted()
    made.fit_loop.max_epochs = 4
    made.fit(module, DataLoader(rows(), batch_size=4), DataLoader(rows(), batch_size=8))

    assert {} == module._forward_hooks
    assert ["CheckpointNotes", "LightningNotes"] == sorted(
        type(each).__name__ for each in made.callbacks if "Notes" in type(each).__name__
    )


def test_a_second_training_is_logged_in_its_own_run() -> None:
    """MLflow logs it in the run of the first."""
    mlflow.pytorch.autolog(log_models=False, checkpoint=False)
    made, module = fitted()
    made.fit_loop.max_epochs = 3
    made.fit(module, DataLoader(rows(), batch_size=4), DataLoader(rows(), batch_size=8))

    assert [("2", {0, 1}), ("3", {2})] == [
        (each.data.params["epochs"], {point.step for point in history(each)}) for each in runs()
    ]


def history(run: Any) -> list[Any]:
    """The losses of a run."""
    return mlflow.MlflowClient().get_metric_history(run.info.run_id, "train_loss")


@pytest.mark.parametrize("package", [LIGHTNING, "pytorch_lightning"])
def test_a_checkpoint_is_loaded_as_it_was_stored(package: str) -> None:
    """The best one, and its metrics beside it."""
    mlflow.pytorch.autolog(log_models=False)
    _, module = fitted(package)
    run = runs()[0]
    loaded = mlflow.pytorch.load_checkpoint(
        regression(package), run.info.run_id, kwargs={"weights_only": False}, allow_unsafe_deserialization=True
    )
    noted = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/checkpoints/latest_checkpoint_metrics.json")

    assert torch.equal(module.layer.weight, loaded.layer.weight)
    assert (1, 8) == (noted["epoch"], noted["global_step"])
    assert run.data.metrics["val_loss"] == pytest.approx(noted["val_loss"])


def test_without_the_monitored_metric_no_checkpoint_is_stored(caplog: pytest.LogCaptureFixture) -> None:
    """Which a warning says."""
    mlflow.pytorch.autolog(checkpoint_monitor="accuracy", log_models=False)
    fitted()

    assert ["model_summary.txt"] == [
        each.path for each in mlflow.artifacts.list_artifacts(run_id=runs()[0].info.run_id)
    ]
    assert "Checkpoint logging is skipped" in caplog.text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"monitor": None}, "you need to set 'monitor' config"), ({"mode": "best"}, "you set 'mode' to 'best'")],
)
def test_the_callback_for_checkpoints_has_to_know_what_is_best(wrong: dict[str, Any], message: str) -> None:
    """Unless all are stored."""
    with pytest.raises(mlflow.exceptions.MlflowException, match=message):
        mlflow.pytorch.MlflowModelCheckpointCallback(**wrong)

    assert mlflow.pytorch.MlflowModelCheckpointCallback(**wrong, save_best_only=False) is not None


@pytest.mark.parametrize("package", [LIGHTNING, "pytorch_lightning"])
def test_a_callback_by_hand_logs_a_training(package: str) -> None:
    """In a run of its own, with the module; a test after it in the same run."""
    made, module = fitted(package, callbacks=[mlflow.pytorch.lightning_callback()])
    made.test(module, DataLoader(rows(), batch_size=8), verbose=False)
    run = runs()[0]

    assert (1, "FINISHED", "SGD", "testing") == (
        len(runs()), run.info.status, run.data.params["optimizer_name"], run.data.tags["Mode"],
    )  # fmt: skip
    assert {"train_loss", "val_loss", "test_loss"} <= run.data.metrics.keys()
    assert 1 == len(run.outputs.model_outputs)


def test_a_callback_by_hand_ends_the_run_of_a_failed_training() -> None:
    """FAILED, as the logged model; a run of the user's stays open."""
    with pytest.raises(RuntimeError, match="out of memory"):
        fitted(fails=True, callbacks=[mlflow.pytorch.lightning_callback()])
    assert (["FAILED"], ["FAILED"]) == ([each.info.status for each in runs()], [each.status.name for each in models()])

    with mlflow.start_run() as run, pytest.raises(RuntimeError, match="out of memory"):
        fitted(fails=True, callbacks=[mlflow.pytorch.lightning_callback()])
    assert "FINISHED" == mlflow.get_run(run.info.run_id).info.status
    assert ["FAILED", "FAILED"] == [each.status.name for each in models()]


def test_runs_of_the_user_are_left_alone_if_that_is_asked_for() -> None:
    """By `exclusive`."""
    mlflow.pytorch.autolog(exclusive=True)
    with mlflow.start_run() as run:
        fitted()

    assert ({}, {}) == (mlflow.get_run(run.info.run_id).data.params, mlflow.get_run(run.info.run_id).data.metrics)


def test_disabling_puts_everything_back() -> None:
    """`Trainer.fit` of both packages is what it was."""
    classes = [importlib.import_module(each).Trainer for each in (LIGHTNING, "pytorch_lightning")]
    before = [each.fit for each in classes]
    mlflow.pytorch.autolog()
    mlflow.pytorch.autolog(log_models=False)
    changed = [each.fit for each in classes]
    mlflow.pytorch.autolog(disable=True)

    assert all(now is not then for now, then in zip(changed, before, strict=True))
    assert before == [each.fit for each in classes]


def test_autologging_of_everything_covers_lightning() -> None:
    """With what was chosen for all; what is chosen for the flavor itself stays."""
    mlflow.autolog(log_models=False, exclude_flavors=["sklearn", "transformers"])
    fitted()
    assert (1, []) == (len(runs()), models())

    mlflow.pytorch.autolog(disable=True)
    mlflow.autolog(exclude_flavors=["sklearn", "transformers"])
    fitted()
    assert 1 == len(runs())


def test_an_old_version_is_left_alone_if_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both packages."""
    from genesis_flow.api.autologging.pytorch import switching

    monkeypatch.setattr(switching, "OLDEST", (99, 0))
    mlflow.pytorch.autolog(disable_for_unsupported_versions=True)
    fitted()
    fitted("pytorch_lightning")

    assert [] == runs()


def test_a_test_that_fails_leaves_the_model_of_the_training_as_it_is() -> None:
    """READY: it was trained."""
    made, module = fitted(callbacks=[mlflow.pytorch.lightning_callback()])
    with pytest.raises(RuntimeError):
        made.test(module, DataLoader(torch.utils.data.TensorDataset(torch.ones(2, 9), torch.ones(2, 1))), verbose=False)

    assert (["READY"], ["FINISHED"]) == ([each.status.name for each in models()], [each.info.status for each in runs()])


@pytest.mark.parametrize("broken", ["log_batch", "create_run", "create_logged_model", "log_text", "set_terminated"])
def test_a_store_that_fails_does_not_stop_a_training(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails, the module is trained."""
    monkeypatch.setattr(mlflow.MlflowClient, broken, lambda *args, **kwargs: 1 / 0)
    mlflow.pytorch.autolog()
    made, _ = fitted()

    assert 8 == made.global_step


@pytest.mark.slow
def test_a_training_in_two_processes_is_one_run(tmp_path: Path) -> None:
    """What the first of them notes, checkpoints included, is in the run that was started for both."""
    code = f"""
import genesis_flow as mlflow
from tests.api.flavors.trainings import lightning_trainer, regression, rows
from torch.utils.data import DataLoader
mlflow.set_tracking_uri("sqlite:///{tmp_path / "g.db"}")
mlflow.pytorch.autolog(checkpoint_monitor="train_loss")
made = lightning_trainer("lightning.pytorch", strategy="ddp_fork", devices=2)
made.fit(regression("lightning.pytorch")(), DataLoader(rows(), batch_size=4))
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment)
    assert 0 == done.returncode, done.stderr
    run = runs()[0]
    stored = sorted(each.path for each in mlflow.artifacts.list_artifacts(run_id=run.info.run_id))

    assert (1, "FINISHED", "2") == (len(runs()), run.info.status, run.data.params["epochs"])
    assert ["checkpoints", "model_summary.txt"] == stored
    assert {0, 1} == {each.step for each in history(run)}
    assert ["READY"] == [each.status.name for each in models()]


@pytest.mark.slow
def test_autologging_waits_for_libraries_and_imports_none(tmp_path: Path) -> None:
    """Neither transformers nor Lightning is imported by asking; both are logged once they are."""
    code = f"""
import sys
import genesis_flow as mlflow
mlflow.set_tracking_uri("sqlite:///{tmp_path / "other.db"}")
mlflow.pytorch.autolog(log_models=False)
mlflow.transformers.autolog()
mlflow.autolog()
assert not {{"torch", "transformers", "lightning", "pytorch_lightning"}} & set(sys.modules)
import lightning.pytorch
before = [each for each in ("pytorch_lightning", "transformers.trainer") if each in sys.modules]
from tests.api.flavors.trainings import lightning_trainer, regression, rows
from torch.utils.data import DataLoader
lightning_trainer("lightning.pytorch").fit(regression("lightning.pytorch")(), DataLoader(rows(), batch_size=4))
print(before, [each.info.status for each in mlflow.search_runs(output_format="list")])
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment)

    assert (0, "[] ['FINISHED']") == (done.returncode, done.stdout.strip()), done.stderr
