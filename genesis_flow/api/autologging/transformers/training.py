"""What happens when a `Trainer` trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from genesis_flow.api.autologging.choices import Choices, in_force
from genesis_flow.api.autologging.sessions import harmless, watching
from genesis_flow.api.autologging.transformers.callback import TrainerNotes, callback_class
from genesis_flow.api.fluent.active_run import active_run
from genesis_flow.settings import DISABLE_MLFLOW_INTEGRATION

FLAVOR: Final = "transformers"


def train(call: Callable[..., Any], trainer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Train by `call`, with a callback that notes it; what the training trains on its way is not logged by itself."""
    choices = in_force(FLAVOR)
    if choices is None or (choices.is_exclusive and active_run() is not None):
        return call(*args, **kwargs)
    notes = None
    if not DISABLE_MLFLOW_INTEGRATION.get():
        with harmless("a training", choices):
            notes = _notes_of(trainer, choices)
    try:
        with watching():
            return call(*args, **kwargs)
    except BaseException:
        if notes is not None:
            notes.abandon()
        raise


def train_quietly(call: Callable[..., Any], trainer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Train by `call`, without anything being logged of other libraries."""
    if in_force(FLAVOR) is None:
        return call(*args, **kwargs)
    with watching():
        return call(*args, **kwargs)


def _notes_of(trainer: Any, choices: Choices) -> TrainerNotes:
    """The callback of ours that a trainer has, or gets now."""
    for each in trainer.callback_handler.callbacks:
        if isinstance(each, TrainerNotes):
            return each
    made: TrainerNotes = callback_class()(choices.is_silent, choices.extra_tags)
    trainer.add_callback(made)
    return made
