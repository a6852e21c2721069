"""
The callback that notes a training with the `Trainer` of transformers.

Source: transformers `MLflowCallback`, which needs the package mlflow; the environment variables are its own.
"""

from __future__ import annotations

import functools
import importlib
import json
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from genesis_flow.api.autologging.training_runs import TrainingRun, unharmed
from genesis_flow.settings import (
    HF_MLFLOW_LOG_ARTIFACTS,
    MLFLOW_EXPERIMENT_NAME,
    MLFLOW_FLATTEN_PARAMS,
    MLFLOW_MAX_LOG_PARAMS,
    MLFLOW_NESTED_RUN,
    MLFLOW_TAGS,
)


class TrainerNotes:
    """
    What the callback does; its class is made with the base that transformers wants by `callback_class`.

    Attributes:
        is_silent: Whether nothing is said about what could not be noted.
        extra_tags: Of runs that it starts.
    """

    def __init__(self, is_silent: bool = False, extra_tags: Mapping[str, Any] | None = None) -> None:
        self.is_silent, self.extra_tags = is_silent, extra_tags
        self._run = TrainingRun()
        self._is_training = False
        # A training that fails tells its callbacks nothing: its run ends with the callback at the latest.
        weakref.finalize(self, self._run.abandon)

    @unharmed
    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Note what is trained, and how."""
        self._is_training = True
        if state.is_world_process_zero:
            self._begin(args, model)

    @unharmed
    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, model: Any = None, **kwargs: Any) -> None:
        """Note metrics at their step; those of an evaluation without a training before it in a run of their own."""
        if not state.is_world_process_zero:
            return
        if not self._is_training:
            self._find(args, model)
        self._run.metrics(logs or {}, state.global_step)

    @unharmed
    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """End the run of an evaluation that is no part of a training."""
        if state.is_world_process_zero and not self._is_training:
            self._run.end()

    @unharmed
    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Log a checkpoint as a model, if `HF_MLFLOW_LOG_ARTIFACTS` asks for it."""
        if state.is_world_process_zero and self._is_training and HF_MLFLOW_LOG_ARTIFACTS.get():
            from genesis_flow.api import pyfunc

            nothing: Any = pyfunc.PythonModel  # what MLflow puts beside the files; it predicts nothing
            name = f"checkpoint-{state.global_step}"
            files = {"model_path": str(Path(args.output_dir, name))}
            pyfunc.log_model(name=name, artifacts=files, python_model=nothing())

    @unharmed
    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """End the run, if it is the training's own."""
        self._is_training = False
        if state.is_world_process_zero:
            self._run.end()

    def abandon(self) -> None:
        """End the run as failed, if it is the training's own: the training has raised an error."""
        self._is_training = False
        self._run.abandon()

    def _find(self, args: Any, model: Any) -> None:
        """The run in force, else that of the training before, else a new one."""
        from genesis_flow.api.fluent.active_run import active_run

        run = active_run()
        if self._run.run_id is None:
            self._begin(args, model)
        elif run is not None and run.info.run_id != self._run.run_id:
            self._run.follow(run.info.run_id)

    def _begin(self, args: Any, model: Any) -> None:
        from genesis_flow.api.fluent.active_run import active_run
        from genesis_flow.api.fluent.experiments import set_experiment

        nested = MLFLOW_NESTED_RUN.get()
        experiment = MLFLOW_EXPERIMENT_NAME.get()
        if experiment and (nested or active_run() is None):
            set_experiment(experiment)
        self._run.begin(run_name=args.run_name, nested=nested, tags=self.extra_tags)
        config: Any = getattr(model, "config", None)
        params = {**(config.to_dict() if hasattr(config, "to_dict") else {}), **args.to_dict()}
        if MLFLOW_FLATTEN_PARAMS.get():
            params = dict(_flat(params))
        most = MLFLOW_MAX_LOG_PARAMS.get()
        self._run.params(dict(list(params.items())[:most]))
        tags = MLFLOW_TAGS.get()
        if tags:
            self._run.tags(json.loads(tags))


@functools.cache
def callback_class() -> type:
    """
    The class of the callback, as transformers wants it.

    Raises:
        ImportError: transformers is not installed.
    """
    base: Any = importlib.import_module("transformers.trainer_callback").TrainerCallback
    return type("GenesisFlowCallback", (TrainerNotes, base), {"__module__": __name__, "__doc__": TrainerNotes.__doc__})


def _flat(params: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in params.items():
        name = f"{above}.{key}" if above else str(key)
        if isinstance(value, Mapping) and value:
            yield from _flat(value, name)
        else:
            yield name, value
