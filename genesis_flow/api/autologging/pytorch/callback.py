"""
The callback that notes a training with the `Trainer` of PyTorch Lightning, under either of its names.

Source: MLflow `mlflow.pytorch._lightning_autolog`.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
import weakref
from typing import Any, Final

import attrs

from genesis_flow.api.autologging.choices import Choices
from genesis_flow.api.autologging.sessions import harmless
from genesis_flow.api.autologging.training_runs import TrainingRun, unharmed

#: The names that PyTorch Lightning is imported by, and what is imported of it.
PACKAGES: Final = {"lightning": "lightning.pytorch", "pytorch_lightning": "pytorch_lightning"}

_SUMMARY: Final = "model_summary.txt"
_EARLY_STOPPING: Final = ("monitor", "mode", "patience", "min_delta", "stopped_epoch")


@attrs.define
class _Training:
    """
    What is known of one training.

    Attributes:
        model_id: Of the logged model that the metrics are of too.
        of_steps, of_epochs: Metrics by when they are noted; none is noted by both.
        optimizers: How many steps count as one. is_over: Whether what it led to is noted.
        example: What the module was given first and gave back, as arrays. hook: Waits for it.
    """

    model_id: str | None = None
    of_steps: set[str] = attrs.field(factory=set)
    of_epochs: set[str] = attrs.field(factory=set)
    optimizers: int = 1
    is_over: bool = False
    example: tuple[Any, Any] | None = None
    hook: Any = None


class LightningNotes:
    """What the callback does; its class is made with the base of a package by `callback_class`."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self._run = TrainingRun()
        self._training = _Training()

    @property
    def is_silent(self) -> bool:
        """Whether nothing is said about what could not be noted."""
        return self.choices.is_silent

    def begin(self, trainer: Any, run_id: str) -> None:
        """Note a training that starts in a run."""
        self._run.follow(run_id)
        self._training = _Training()
        for each in _early_stoppings(trainer):
            self._run.params({name: getattr(each, name) for name in _EARLY_STOPPING if hasattr(each, name)})
        if self.choices.log_models:
            with harmless("a model", self.choices):
                from genesis_flow.api.fluent.logged_models import initialize_logged_model

                self._training.model_id = initialize_logged_model("model", run_id).model_id

    def finish(self, trainer: Any) -> None:
        """Note what the training led to: how it was stopped, what the module is made of, the module itself."""
        self._let_go()
        self._training.is_over = True
        stopped = [each for each in _early_stoppings(trainer) if each.stopped_epoch]
        for each in stopped:
            with harmless("how the training was stopped", self.choices):
                self._run.metrics(_stopping(each), 0, self._training.model_id)
        with harmless("the module's summary", self.choices):
            self._log_summary(trainer)
        self._run.flush()
        if self.choices.log_models:
            with harmless("the model", self.choices):
                self._log_model(trainer)
            if _early_stoppings(trainer):
                with harmless("the restored checkpoint", self.choices):
                    self._log_restored(trainer)

    def fail(self) -> None:
        """The training has raised an error: its model comes to nothing."""
        self._let_go()
        if self._training.is_over:  # what failed is a test
            return
        self._training.is_over = True
        with harmless("the end of the training", self.choices):
            self._run.flush()
            if self._training.model_id is not None:
                self._run.client.finalize_logged_model(self._training.model_id, "FAILED")

    @unharmed
    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Note the optimizer; have the first input and output of the module kept, for its signature."""
        if not trainer.is_global_zero:
            return
        self._run.tags({"Mode": "training"})
        params: dict[str, Any] = {"epochs": trainer.max_epochs}
        if trainer.optimizers:
            self._training.optimizers = len(trainer.optimizers)
            optimizer = trainer.optimizers[0]
            params["optimizer_name"] = type(getattr(optimizer, "_optimizer", optimizer)).__name__
            params |= getattr(optimizer, "defaults", {})
        self._run.params(params)
        if self.choices.log_models and self.choices.log_model_signatures:
            self._training.hook = pl_module.register_forward_hook(self._keep)

    @unharmed
    def on_train_batch_end(self, trainer: Any, pl_module: Any, *args: Any) -> None:
        """Note metrics of steps, every so many steps."""
        every = self.choices.special["log_every_n_step"]
        if not every or not trainer.is_global_zero:
            return
        found, training = trainer.callback_metrics, self._training
        values = {
            name: value
            for name, value in found.items()
            if name not in training.of_epochs and f"{name}_step" not in found
        }
        training.of_steps |= values.keys()
        if (trainer.global_step // training.optimizers + 1) % every == 0:
            self._run.metrics(values, trainer.global_step, training.model_id)

    @unharmed
    def on_train_epoch_end(self, trainer: Any, pl_module: Any, *args: Any) -> None:
        """Note all other metrics, every so many epochs."""
        if not trainer.is_global_zero:
            return
        training = self._training
        values = {name: value for name, value in trainer.callback_metrics.items() if name not in training.of_steps}
        training.of_epochs |= values.keys()
        epoch = pl_module.current_epoch
        if not trainer.sanity_checking and (epoch + 1) % self.choices.special["log_every_n_epoch"] == 0:
            self._run.metrics(values, epoch, training.model_id)

    @unharmed
    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """See that all metrics are stored."""
        if trainer.is_global_zero:
            self._run.flush()

    @unharmed
    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        """Note metrics of a test in the run of the training before it."""
        if trainer.is_global_zero:
            self._run.tags({"Mode": "testing"})
            self._run.metrics(trainer.callback_metrics, 0, self._training.model_id)
            self._run.flush()

    def _keep(self, module: Any, given: tuple[Any, ...], result: Any) -> None:
        """Keep the first input and output, if each is one tensor; a forward hook, which returns nothing."""
        self._let_go()
        with harmless("the module's signature", self.choices):
            import torch

            if len(given) == 1 and isinstance(given[0], torch.Tensor) and isinstance(result, torch.Tensor):
                first, last = (each.detach().cpu().numpy().copy() for each in (given[0], result))
                self._training.example = (first, last)

    def _let_go(self) -> None:
        if self._training.hook is not None:
            self._training.hook.remove()
            self._training.hook = None

    def _log_summary(self, trainer: Any) -> None:
        package = "pytorch_lightning" if _is_of("pytorch_lightning", trainer) else "lightning.pytorch"
        summary = importlib.import_module(f"{package}.utilities.model_summary").ModelSummary
        self._run.text(str(summary(trainer.lightning_module, max_depth=-1)), _SUMMARY)

    def _log_model(self, trainer: Any) -> None:
        example = self._training.example
        signature = None
        if example is not None:
            with harmless("the module's signature", self.choices):
                from genesis_flow.api.models.signature import infer_signature

                signature = infer_signature(*example)
        self.choices.special["log_model"](
            trainer.lightning_module,
            name="model",
            model_id=self._training.model_id,
            signature=signature,
            serialization_format="pickle",
            registered_model_name=self.choices.special["registered_model_name"],
        )

    def _log_restored(self, trainer: Any) -> None:
        best = getattr(trainer.checkpoint_callback, "best_model_path", None)
        if best:
            self._run.file(best, "restored_model_checkpoint")


class OwnLightningNotes(LightningNotes):
    """Notes of trainings whose `fit` is not watched: the callback finds or starts the run itself."""

    def __init__(self, choices: Choices) -> None:
        super().__init__(choices)
        weakref.finalize(self, self._run.abandon)

    @unharmed
    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Find or start the run."""
        if trainer.is_global_zero:
            self.begin(trainer, self._run.begin(tags=self.choices.extra_tags))

    @unharmed
    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """Note what it led to, and end the run if it is the training's own."""
        if trainer.is_global_zero:
            self.finish(trainer)
            self._run.end()

    @unharmed
    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """End the run as failed, if it is the training's own."""
        if trainer.is_global_zero:
            self.fail()
            self._run.abandon()


@functools.cache
def callback_class(notes: type, package: str) -> type:
    """
    A class of notes as a callback of `package`, one of `PACKAGES.values()`.

    Raises:
        ImportError: It is not installed.
    """
    base = importlib.import_module(package).Callback
    return type(notes.__name__, (notes, base), {"__module__": __name__, "__doc__": notes.__doc__})


def _early_stoppings(trainer: Any) -> list[Any]:
    modules = [sys.modules.get(f"{package}.callbacks") for package in PACKAGES.values()]
    classes = tuple(each.EarlyStopping for each in modules if each is not None)
    return [each for each in trainer.callbacks if isinstance(each, classes)]


def _stopping(early: Any) -> dict[str, Any]:
    found = {
        "stopped_epoch": early.stopped_epoch,
        "restored_epoch": early.stopped_epoch - max(1, early.patience),
        "best_score": getattr(early, "best_score", None),
        "wait_count": getattr(early, "wait_count", None),
    }
    return {key: value for key, value in found.items() if value is not None}


def _is_of(package: str, value: Any) -> bool:
    """Whether the class of a value, or a base of it, is of a package."""
    return any(each.__module__.startswith(f"{package}.") for each in type(value).__mro__)


def lightning_in_use() -> str:
    """The package of PyTorch Lightning that is imported already, else one that is installed."""
    return next((package for name, package in PACKAGES.items() if name in sys.modules), _installed())


def _installed() -> str:
    found = (package for name, package in PACKAGES.items() if importlib.util.find_spec(name) is not None)
    return next(found, "lightning.pytorch")
