"""
Models that users write themselves.

Source: MLflow `mlflow.pyfunc.model`.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator
from typing import Any, Final

from genesis_flow.api.models.environments import default_conda_env, default_requirements
from genesis_flow.api.pyfunc.utils.data_validation import pyfunc
from genesis_flow.domain.values.hints import TypeHints, hints_of
from genesis_flow.ports.python_models import FunctionModel, PythonModelContext

CONFIG_KEY_ARTIFACTS: Final = "artifacts"
CONFIG_KEY_ARTIFACT_RELATIVE_PATH: Final = "path"
CONFIG_KEY_ARTIFACT_URI: Final = "uri"
CONFIG_KEY_PYTHON_MODEL: Final = "python_model"
CONFIG_KEY_CLOUDPICKLE_VERSION: Final = "cloudpickle_version"
CONFIG_KEY_COMPRESSION: Final = "python_model_compression"

#: What MLflow calls a function as a model in its pickles.
_FunctionPythonModel = FunctionModel


class PythonModel:
    """
    A model that a user writes: a class with `predict`, and with `load_context` where it has files.

    Data that `predict` is given are checked by its type hints, where it has such that data can be checked by.
    """

    # As in MLflow, whose pickles of such models cannot be read if this were an abstract class.
    __metaclass__ = ABCMeta

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = cls.__dict__.get("predict")
        if callable(own) and not getattr(own, "_is_pyfunc", False):
            cls.predict = pyfunc(own)  # type: ignore[method-assign]

    @property
    def predict_type_hints(self) -> TypeHints:
        """What `predict` says about the types of its input and output."""
        return hints_of(self.predict)

    def load_context(self, context: PythonModelContext) -> None:
        """Get ready, with the files of `context`; called once, when the model is loaded."""

    @abstractmethod
    def predict(self, context: PythonModelContext, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """
        What the model says about `model_input`.

        Implementations may leave out `context` and `params`.

        Args:
            context: The model's files and configuration.
            model_input: As the model's signature has it; without one, as it was given.
            params: What the model is told besides, by the names in its signature.
        """

    def predict_stream(
        self, context: PythonModelContext, model_input: Any, params: dict[str, Any] | None = None
    ) -> Iterator[Any]:
        """What the model says about `model_input`, piece by piece; see `predict`."""
        raise NotImplementedError


def get_default_pip_requirements() -> list[str]:
    """
    What such models need at least, as lines for pip.

    Source: MLflow `mlflow.pyfunc.get_default_pip_requirements`.
    """
    return default_requirements("cloudpickle")


def get_default_conda_env() -> dict[str, Any]:
    """
    What such models need at least, as a conda environment.

    Source: MLflow `mlflow.pyfunc.get_default_conda_env`.
    """
    return default_conda_env(get_default_pip_requirements())


__all__ = [
    "CONFIG_KEY_ARTIFACTS",
    "CONFIG_KEY_ARTIFACT_RELATIVE_PATH",
    "CONFIG_KEY_ARTIFACT_URI",
    "CONFIG_KEY_CLOUDPICKLE_VERSION",
    "CONFIG_KEY_COMPRESSION",
    "CONFIG_KEY_PYTHON_MODEL",
    "PythonModel",
    "PythonModelContext",
    "get_default_conda_env",
    "get_default_pip_requirements",
]
