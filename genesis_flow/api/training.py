"""
What training with transformers or PyTorch Lightning notes in the run in force: params once, metrics as they come.

The classes that those libraries want are made when they are asked for, so that importing this imports neither. Nothing
that goes wrong here stops a training.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.active_run import active_run, end_run, start_run

_log = logging.getLogger(__name__)

#: As many characters as the value of a param may have; what is longer is cut.
_LONGEST: Final = 6_000


class TrainingRun:
    """The run that a training is noted in: the one in force, else a new one that ends with the training."""

    def __init__(self) -> None:
        self._run_id: str | None = None
        self._is_own = False
        self._client = MlflowClient()

    def begin(self, params: Mapping[str, Any]) -> None:
        """Note the params, those that differ from what is noted already left as they are."""
        run = active_run()
        self._is_own = run is None
        self._run_id = (run or start_run()).info.run_id
        known = self._client.get_run(self._run_id).data.params
        for key, value in _flat(params):
            if key not in known:
                try:
                    self._client.log_param(self._run_id, key, str(value)[:_LONGEST])
                except MlflowException as error:
                    _log.warning("The param %r of the training is not noted: %s", key, error)

    def metrics(self, found: Mapping[str, Any], step: int) -> None:
        """Note those of `found` that are numbers."""
        if self._run_id is None:
            return
        import time

        from genesis_flow.api.entities import Metric

        now = int(time.time() * 1000)
        numbers = {key: _number(value) for key, value in found.items()}
        points = [Metric(key, number, now, step) for key, number in numbers.items() if number is not None]
        if points:
            self._client.log_batch(self._run_id, metrics=points)

    def end(self, status: str = "FINISHED") -> None:
        """End the run, if it is the training's own."""
        if self._is_own and self._run_id is not None:
            end_run(status)
        self._run_id, self._is_own = None, False


def unharmed(function: Callable[..., Any]) -> Callable[..., None]:
    """`function`, whose errors are logged and not raised."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except Exception as error:  # whatever it is, the training is worth more
            _log.warning("Noting the training failed: %s: %s", type(error).__name__, error)

    return called


@functools.cache
def trainer_callback_class(base: type) -> type:
    """A callback for the `Trainer` of transformers, whose class of callbacks `base` is."""

    class GenesisFlowCallback(base):  # type: ignore[misc]
        """Notes arguments, configuration and metrics of a training."""

        def __init__(self) -> None:
            self._run = TrainingRun()

        @unharmed
        def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
            """Note what is trained, and how."""
            if state.is_world_process_zero:
                config = getattr(model, "config", None)
                self._run.begin({**(config.to_dict() if config is not None else {}), **args.to_dict()})

        @unharmed
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
            """Note metrics at their step."""
            if state.is_world_process_zero:
                self._run.metrics(logs or {}, state.global_step)

        @unharmed
        def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            """End the run, if it is the training's own."""
            if state.is_world_process_zero:
                self._run.end()

    return GenesisFlowCallback


def _flat(params: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in params.items():
        name = f"{above}/{key}" if above else str(key)
        if isinstance(value, Mapping) and value:
            yield from _flat(value, name)
        else:
            yield name, value


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError, RuntimeError):
        return None
    return None if isinstance(value, str) or math.isnan(found) else found
