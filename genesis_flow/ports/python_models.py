"""
What models that users write themselves are given.

Source: MLflow `mlflow.pyfunc.PythonModelContext`, `mlflow.models.set_model`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

#: What `set_model` was told while a file of code ran, and the configuration that `ModelConfig` gives there.
noted_model: ContextVar[Any] = ContextVar("noted_model", default=None)
config_in_force: ContextVar[Any] = ContextVar("config_in_force", default=None)


class PythonModelContext:
    """What a model has beside itself."""

    def __init__(self, artifacts: Mapping[str, str], model_config: Any) -> None:
        self._artifacts = artifacts
        self._model_config = model_config

    @property
    def artifacts(self) -> Mapping[str, str]:
        """Paths of the model's files on the local disk, by name."""
        return self._artifacts

    @property
    def model_config(self) -> Any:
        """The model's configuration, by key."""
        return self._model_config


class FunctionModel:
    """A bare function as a model."""

    def __init__(self, func: Callable[[Any], Any], signature: Any = None) -> None:
        self.func = func
        self.signature = signature

    def load_context(self, context: PythonModelContext) -> None:
        """Nothing to get ready."""

    def predict(self, model_input: Any, params: Any = None) -> Any:
        """What the function returns."""
        return self.func(model_input)
