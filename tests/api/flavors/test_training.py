"""What the callback of transformers notes, called as its `Trainer` calls it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import transformers

import genesis_flow as mlflow


class Arguments:
    """Stands for `TrainingArguments`, which need a further package."""

    def to_dict(self) -> dict[str, Any]:
        """Some."""
        return {"learning_rate": 0.1, "optim": "adam", "text": "x" * 10_000, "accelerator": {"a": 1}}


def trained(callback: Any, losses: list[float], rank: bool = True) -> None:
    """The calls of one training."""
    state = SimpleNamespace(is_world_process_zero=rank, global_step=0)
    model = SimpleNamespace(config=transformers.BertConfig(hidden_size=16, num_attention_heads=2))
    callback.on_train_begin(Arguments(), state, None, model=model)
    for step, loss in enumerate(losses):
        state.global_step = step
        callback.on_log(Arguments(), state, None, logs={"loss": loss, "note": "text", "epoch": step / 2})
    callback.on_train_end(Arguments(), state, None)


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> None:
    """A new store."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'g.db'}")


def test_a_training_is_noted_in_the_run_in_force() -> None:
    """Params of the arguments and the model, numbers at their steps; the run stays open."""
    with mlflow.start_run() as run:
        callback = mlflow.transformers.trainer_callback()
        trained(callback, [3.0, 2.0, 1.0])
        assert mlflow.active_run() is not None
    data = mlflow.get_run(run.info.run_id).data

    assert isinstance(callback, transformers.TrainerCallback)
    assert ("0.1", "16", "1", 6_000) == (
        data.params["learning_rate"], data.params["hidden_size"], data.params["accelerator/a"],
        len(data.params["text"]),
    )  # fmt: skip
    assert {"loss": 1.0, "epoch": 1.0} == data.metrics
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert [(0, 3.0), (1, 2.0), (2, 1.0)] == [(each.step, each.value) for each in history]


def test_a_training_without_a_run_gets_one() -> None:
    """Which ends with it; a second training gets its own."""
    callback = mlflow.transformers.trainer_callback()
    trained(callback, [1.0])
    trained(callback, [2.0])

    runs = mlflow.search_runs(output_format="list")
    assert mlflow.active_run() is None
    assert [("FINISHED", 2.0), ("FINISHED", 1.0)] == [(each.info.status, each.data.metrics["loss"]) for each in runs]


def test_only_the_first_process_notes_a_training() -> None:
    """Others would write the same again."""
    trained(mlflow.transformers.trainer_callback(), [1.0], rank=False)

    assert [] == mlflow.search_runs(output_format="list")


def test_a_store_that_fails_does_not_stop_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged as a warning."""
    callback = mlflow.transformers.trainer_callback()
    monkeypatch.setattr(mlflow.MlflowClient, "log_batch", lambda *args, **kwargs: 1 / 0)
    trained(callback, [1.0])

    assert ["FINISHED"] == [each.info.status for each in mlflow.search_runs(output_format="list")]
