"""The run that a training is noted in, by callbacks that its library calls; nothing here stops a training."""

from __future__ import annotations

import atexit
import functools
import logging
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.autologging.sklearn.records import cut
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Metric, Param, RunTag
from genesis_flow.api.fluent.active_run import active_run, end_run, start_run
from genesis_flow.api.numbers import now_ms
from genesis_flow.domain.values import limits

_log = logging.getLogger(__name__)

#: What MLflow replaces in the names of metrics.
_UNUSUAL: Final = re.compile(r"[^0-9A-Za-z_\-. :/]")


class TrainingRun:
    """
    The run that a training is noted in: the one in force, else a new one that ends with the training.

    Attributes:
        run_id: None before the first training; stays after a training, for what is measured then.
        is_own: Whether it was started for the training, which has not ended.
    """

    def __init__(self) -> None:
        self.run_id: str | None = None
        self.is_own = False
        self._store: str | None = None
        self._process = 0

    def begin(self, *, run_name: str | None = None, nested: bool = False, tags: Any = None) -> str:
        """Find or start the run, and return its id; one that is open from a training that failed ends FAILED."""
        self.end("FAILED")
        run = None if nested else active_run()
        self.is_own = run is None
        found = run or start_run(run_name=run_name, nested=nested, tags=tags)
        self.follow(found.info.run_id)
        if self.is_own:
            atexit.register(self.abandon)  # before all open runs are ended as finished
        return found.info.run_id

    def follow(self, run_id: str) -> None:
        """Note what comes in a run that belongs to somebody else."""
        self.run_id, self._store, self._process = run_id, session.tracking_uri(), os.getpid()

    @property
    def client(self) -> MlflowClient:
        """Of the store that the run is in."""
        return MlflowClient(self._store)

    def params(self, params: Mapping[str, Any]) -> None:
        """Note params; those that are known already, as of a training that is resumed, stay as they are."""
        if self.run_id is None:
            return
        known = self.client.get_run(self.run_id).data.params
        texts = {cut(str(key), limits.ENTITY_KEY): cut(str(value), limits.PARAM_VALUE) for key, value in params.items()}
        new = [Param(key, value) for key, value in texts.items() if key not in known]
        self.client.log_batch(self.run_id, params=new, synchronous=True)

    def tags(self, tags: Mapping[str, Any]) -> None:
        """Set tags."""
        if self.run_id is not None:
            labels = [RunTag(key, str(value)) for key, value in tags.items()]
            self.client.log_batch(self.run_id, tags=labels, synchronous=True)

    def metrics(self, found: Mapping[str, Any], step: int, model_id: str | None = None) -> None:
        """Note those of `found` that are numbers, in the background."""
        if self.run_id is None:
            return
        at = now_ms()
        numbers = {_UNUSUAL.sub("_", key): number_in(value) for key, value in found.items()}
        points = [Metric(key, each, at, step, model_id) for key, each in numbers.items() if each is not None]
        if points:
            self.client.log_batch(self.run_id, metrics=points, synchronous=False)

    def text(self, text: str, name: str) -> None:
        """Store a text as a file of the run."""
        if self.run_id is not None:
            self.client.log_text(self.run_id, text, name)

    def file(self, path: str, directory: str) -> None:
        """Store a file in a directory of the run."""
        if self.run_id is not None:
            self.client.log_artifact(self.run_id, path, directory)

    def flush(self) -> None:
        """Wait until all metrics are stored."""
        session.flush_async_logging()

    def end(self, status: str = "FINISHED") -> None:
        """Wait until everything is noted; end the run if it is the training's own, unless a parent process began it."""
        if self.run_id is None or self._process != os.getpid():
            return
        self.flush()
        is_own, self.is_own = self.is_own, False
        if not is_own:
            return
        atexit.unregister(self.abandon)
        run = active_run()
        if run is not None and run.info.run_id == self.run_id:
            end_run(status)
        elif self.client.get_run(self.run_id).info.status == "RUNNING":
            self.client.set_terminated(self.run_id, status)

    def abandon(self) -> None:
        """End it as failed, if it is the training's own and has not ended."""
        if self.is_own:
            unharmed(TrainingRun.end)(self, "FAILED")


def unharmed(function: Callable[..., Any]) -> Callable[..., None]:
    """`function`, whose errors are logged and not raised; silently if its first argument `is_silent`."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except Exception as error:  # whatever it is, the training is worth more
            if not (args and getattr(args[0], "is_silent", False)):
                _log.warning("Noting the training failed: %s: %s", type(error).__name__, error)

    return called


def number_in(value: Any) -> float | None:
    """A number, or what a tensor of one element has; None for anything else."""
    if isinstance(value, str):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        return None
