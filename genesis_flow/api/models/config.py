"""
The configuration of models that are files of code.

Source: MLflow `mlflow.models.ModelConfig`.
"""

from __future__ import annotations

import os
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.ports.python_models import config_in_force

__all__ = ["ModelConfig", "read_config"]


class ModelConfig:
    """The configuration that a model was saved or loaded with; while its code is developed, another one."""

    def __init__(self, *, development_config: str | dict[str, Any] | None = None) -> None:
        """
        The configuration in force.

        Args:
            development_config: A dict, or the path of a YAML file, for code that runs by itself.

        Raises:
            FileNotFoundError: There is no such file, and no other configuration.
        """
        found = config_in_force.get()
        self.config = found if found else development_config
        if not self.config:
            raise FileNotFoundError("Config file is not provided which is needed to load the model.")
        if isinstance(self.config, str | os.PathLike):
            if not os.path.exists(self.config):
                raise FileNotFoundError(f"Config file '{self.config}' does not exist.")
            self.config = read_config(self.config)

    def to_dict(self) -> dict[str, Any]:
        """Everything, by key."""
        return dict(self.config)  # type: ignore[arg-type]

    def get(self, key: str) -> Any:
        """
        The value of `key`.

        Raises:
            KeyError: There is none.
        """
        found = self.to_dict()
        if key not in found:
            raise KeyError(f"Key '{key}' not found in configuration: {found}.")
        return found[key]


def read_config(given: Any) -> dict[str, Any] | None:
    """
    A configuration that is given as a dict, or as the path of a YAML file.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: It is neither.
    """
    if given is None or isinstance(given, dict):
        return given
    if not isinstance(given, str | os.PathLike):
        raise MlflowException.invalid_parameter_value(
            f"Invalid type for model_config: {type(given).__name__}. A dict or the path of a YAML file is expected."
        )
    if not os.path.exists(given):
        raise MlflowException.invalid_parameter_value(f"The provided `model_config` file '{given}' does not exist.")
    return dict(session.model_directories().files.read_yaml(given))
