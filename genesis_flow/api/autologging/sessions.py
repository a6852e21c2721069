"""Which training is logged, in which run, and that logging never harms it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Final

import attrs

from genesis_flow.api.autologging.choices import Choices
from genesis_flow.api.fluent.active_run import active_run, end_run, start_run

_log = logging.getLogger(__name__)

AUTOLOGGING_TAG: Final = "mlflow.autologging"

_OURS: Final = "genesis_flow.api.autologging."


class _Here(threading.local):
    """How deep a thread is in what autologging watches."""

    depth = 0


_here: Final = _Here()
_lock = threading.Lock()
_watched = 0  # by all threads


def _after_fork_in_child() -> None:
    """A child has one thread, and nobody would release a lock that another one held."""
    global _lock, _watched
    _lock, _watched = threading.Lock(), int(is_watched())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def is_watched() -> bool:
    """Whether this thread is in a training or evaluation that is being logged, or in the logging of it."""
    return _here.depth > 0


def is_any_watched() -> bool:
    """Whether any thread is."""
    return _watched > 0


@contextmanager
def watching() -> Iterator[None]:
    """Have nothing logged by itself that is a part of what runs in this block."""
    global _watched
    _here.depth += 1
    with _lock:
        _watched += 1
    try:
        yield
    finally:
        _here.depth -= 1
        with _lock:
            _watched -= 1


def is_called_from(*modules: str) -> bool:
    """Whether one of the callers is in one of these modules."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") in modules:
            return True
        frame = frame.f_back
    return False


def calling_module() -> str:
    """The module of the code that called what is watched."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_OURS):
        frame = frame.f_back
    return "" if frame is None else str(frame.f_globals.get("__name__"))


@attrs.frozen
class harmless:
    """Turns an error in its block, which is ours alone, into a warning."""

    attempt: str
    choices: Choices

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):  # an interruption is meant for the program
            return False
        warn(self.choices, "Autologging failed to log %s: %s: %s", self.attempt, type(error).__name__, error)
        return True


def warn(choices: Choices, message: str, *args: Any) -> None:
    """Warn, unless silence was chosen."""
    if not choices.is_silent:
        _log.warning(message, *args)


@contextmanager
def run_of_training(flavor: str, choices: Choices) -> Iterator[str | None]:
    """
    The id of the run to log to: the active one, else one that starts here and ends with the block.

    The block gets None where no run can be started, or where a run is active and only own ones are to be used.
    A run that started here ends FAILED if an exception leaves the block.
    """
    found = active_run()
    if found is not None:
        yield None if choices.is_exclusive else found.info.run_id
        return
    started = _started(flavor, choices)
    try:
        yield started
    except BaseException:
        _end(started, "FAILED", choices)
        raise
    _end(started, "FINISHED", choices)


def _started(flavor: str, choices: Choices) -> str | None:
    with harmless("a new run", choices):
        tags = {**(choices.extra_tags or {}), AUTOLOGGING_TAG: flavor}
        return start_run(tags=tags).info.run_id
    return None


def _end(run_id: str | None, status: str, choices: Choices) -> None:
    with harmless("the end of the run", choices):
        run = active_run()
        if run is not None and run.info.run_id == run_id:
            end_run(status)
