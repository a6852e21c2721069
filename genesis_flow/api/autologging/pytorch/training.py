"""What happens when a `Trainer` of PyTorch Lightning fits a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from genesis_flow.api.autologging.choices import Choices, in_force
from genesis_flow.api.autologging.pytorch.callback import LightningNotes, callback_class
from genesis_flow.api.autologging.pytorch.checkpoints import CheckpointNotes
from genesis_flow.api.autologging.sessions import harmless, is_watched, run_of_training, watching

FLAVOR: Final = "pytorch"


def fit(package: str, call: Callable[..., Any], trainer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """
    Fit by `call`, with callbacks that note it, unless it is a part of something larger.

    Args:
        package: What the trainer is imported from.
    """
    choices = in_force(FLAVOR)
    if choices is None or is_watched() or not trainer.is_global_zero:
        return call(*args, **kwargs)
    with watching(), run_of_training(FLAVOR, choices) as run_id:
        if run_id is None:
            return call(*args, **kwargs)
        notes = None
        with harmless("a training", choices):
            notes = _with_notes(package, trainer, choices)
            notes.begin(trainer, run_id)
        try:
            with _checkpoints_in(run_id, trainer):
                result = call(*args, **kwargs)
        except BaseException:
            if notes is not None:
                notes.fail()
            raise
        if notes is not None:
            with harmless("what a training gave", choices):
                notes.finish(trainer)
        return result


@contextmanager
def _checkpoints_in(run_id: str, trainer: Any) -> Iterator[None]:
    """Have checkpoints stored in a run, whatever is in force in the process that stores them."""
    found = [each for each in trainer.callbacks if isinstance(each, CheckpointNotes)]
    for each in found:
        each.run_id = run_id
    try:
        yield
    finally:
        for each in found:
            each.run_id = None


def _with_notes(package: str, trainer: Any, choices: Choices) -> LightningNotes:
    """The callback of ours that a trainer has, or gets now; and one for checkpoints, if they are wanted."""
    known = [each for each in trainer.callbacks if isinstance(each, LightningNotes)]
    notes: LightningNotes = known[0] if known else callback_class(LightningNotes, package)(choices)
    if not known:
        trainer.callbacks.append(notes)
    notes.choices = choices
    if choices.special["checkpoint"] and not any(isinstance(each, CheckpointNotes) for each in trainer.callbacks):
        with harmless("checkpoints", choices):
            made: CheckpointNotes = callback_class(CheckpointNotes, package)(**choices.special["checkpoints"])
            made.is_silent = choices.is_silent
            trainer.callbacks.append(made)
    return notes
