"""
Checkpoints of a training with PyTorch Lightning, as artifacts of the run.

Source: MLflow `mlflow.pytorch.MlflowModelCheckpointCallback`.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.autologging.training_runs import number_in, unharmed
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.active_run import run_in_force
from genesis_flow.api.torch_states import LATEST_CHECKPOINT

_log = logging.getLogger(__name__)

_DIRECTORY: Final = "checkpoints"
_SUFFIX: Final = ".pth"


class CheckpointNotes:
    """
    Stores checkpoints of a training in the run in force, so that `load_checkpoint` finds them.

    Args:
        monitor: The metric that says which checkpoint is the best. mode: "min" or "max": what is better.
        save_best_only: Whether only a better one is stored, in place of the one before.
        save_weights_only: Whether the state of optimizers and schedules is left out.
        save_freq: "epoch", or after how many steps.

    Raises:
        MlflowException: The best one is asked for, but not by what.

    Source: MLflow `mlflow.pytorch.MlflowModelCheckpointCallback`.
    """

    def __init__(
        self,
        monitor: str | None = "val_loss",
        mode: str = "min",
        save_best_only: bool = True,
        save_weights_only: bool = False,
        save_freq: str | int = "epoch",
    ) -> None:
        if save_best_only and monitor is None:
            raise MlflowException(
                "If checkpoint 'save_best_only' config is set to True, you need to set 'monitor' config as well."
            )
        if save_best_only and mode not in ("min", "max"):
            raise MlflowException(
                "If checkpoint 'save_best_only' config is set to True, you need to set 'mode' config and available "
                f"modes includes 'min' and 'max', but you set 'mode' to '{mode}'."
            )
        self.monitor, self.mode, self.save_best_only = monitor, mode, save_best_only
        self.save_weights_only, self.save_freq = save_weights_only, save_freq
        self.last_monitor_value: float | None = None
        self.is_silent = False
        #: The run of the training, where that is known: other processes of it have no run in force.
        self.run_id: str | None = None
        self._store = session.tracking_uri()

    @unharmed
    def on_train_batch_end(self, trainer: Any, pl_module: Any, *args: Any) -> None:
        """Store a checkpoint after so many steps."""
        step = trainer.global_step
        if isinstance(self.save_freq, int) and trainer.is_global_zero and step > 0 and step % self.save_freq == 0:
            self._store_if_better(trainer)

    @unharmed
    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Store a checkpoint after an epoch."""
        if self.save_freq == "epoch" and trainer.is_global_zero:
            self._store_if_better(trainer)

    def _store_if_better(self, trainer: Any) -> None:
        values = {key: number_in(value) for key, value in trainer.callback_metrics.items()}
        if self.save_best_only and not self._is_better(values.get(str(self.monitor))):
            return
        directory, prefix = _DIRECTORY, "latest_"
        if not self.save_best_only:
            directory, prefix = f"{_DIRECTORY}/{self._moment(trainer)}", ""
        name = f"{prefix}checkpoint{'.weights' if self.save_weights_only else ''}{_SUFFIX}"
        client, run_id = MlflowClient(self._store), self.run_id or run_in_force()
        client.set_tag(run_id, LATEST_CHECKPOINT, f"{directory}/{name}")
        moment = {"epoch": trainer.current_epoch, "global_step": trainer.global_step}
        client.log_dict(run_id, values | moment, f"{directory}/{prefix}checkpoint_metrics.json")
        with tempfile.TemporaryDirectory(prefix="genesis-flow-checkpoint-") as local:
            path = Path(local, name)
            # `Trainer.save_checkpoint` would wait for the other processes, which are not here.
            content = trainer._checkpoint_connector.dump_checkpoint(self.save_weights_only)
            trainer.strategy.save_checkpoint(content, str(path))
            client.log_artifact(run_id, str(path), directory)

    def _moment(self, trainer: Any) -> str:
        is_epoch = self.save_freq == "epoch"
        return f"epoch_{trainer.current_epoch}" if is_epoch else f"global_step_{trainer.global_step}"

    def _is_better(self, value: float | None) -> bool:
        """Whether a value is better than the best so far, which it then becomes."""
        if value is None:
            if not self.is_silent:
                _log.warning(
                    "Checkpoint logging is skipped, because checkpoint 'save_best_only' config is True, it requires "
                    "to compare the monitored metric value, but the provided monitored metric value is not available."
                )
            return False
        best = self.last_monitor_value
        is_better = best is None or (value < best if self.mode == "min" else value > best)
        if is_better:
            self.last_monitor_value = value
        return is_better
