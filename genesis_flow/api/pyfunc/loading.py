"""
Loading models of whatever flavor as functions.

Source: MLflow `mlflow.pyfunc`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.function_loading import loaded_from
from genesis_flow.api.models.functions import PyFuncModel
from genesis_flow.api.models.locating import located, trusted_by
from genesis_flow.api.models.requirements import requirements_of_conda
from genesis_flow.ports.model_files import CONDA_FILE, REQUIREMENTS_FILE

__all__ = ["get_model_dependencies", "load_model", "load_pyfunc"]


@translating_errors
def load_model(
    model_uri: str,
    suppress_warnings: bool = False,
    dst_path: str | None = None,
    model_config: str | os.PathLike[str] | dict[str, Any] | None = None,
    *,
    trusted: Iterable[str] | None = None,
    allow_unsafe_deserialization: bool = False,
) -> PyFuncModel:
    """
    A model as a function.

    Args:
        model_uri: A path, or a URI: `models:/...`, `runs:/...`, or one of an artifact store.
        suppress_warnings: Say nothing about another version of Python.
        dst_path: Local directory to copy the model to, if it has to be copied.
        model_config: What overrides the configuration that was saved: a dict, or the path of a YAML file.
        trusted: Full names of classes that it may consist of, beyond those that are known to be harmless.
        allow_unsafe_deserialization: Whether it may run any code, its own included. Only for models whose
            origin you know.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is no such model, or it cannot predict.
            INVALID_PARAMETER_VALUE: It needs more trust, which the message names; nothing was run.
            DATA_LOSS: A file is damaged. PERMISSION_DENIED: Pickles are switched off.

    Source: MLflow `mlflow.pyfunc.load_model`; trust is ours.
    """
    found = located(str(model_uri), dst_path)
    given = trusted_by(trusted, allow_unsafe_deserialization, found)
    return loaded_from(found, given, suppress_warnings=suppress_warnings, model_config=model_config)


def load_pyfunc(model_uri: str, suppress_warnings: bool = False) -> PyFuncModel:
    """
    As `load_model`, which replaces it.

    Source: MLflow `mlflow.pyfunc.load_pyfunc`.
    """
    return load_model(model_uri, suppress_warnings)


@translating_errors
def get_model_dependencies(model_uri: str, format: str = "pip") -> str:
    """
    A file that says what a model needs.

    Args:
        format: "pip" for `requirements.txt`, "conda" for `conda.yaml`.

    Returns:
        The path of the file.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: An unknown format. RESOURCE_DOES_NOT_EXIST: No such file.

    Source: MLflow `mlflow.pyfunc.get_model_dependencies`.
    """
    if format not in ("pip", "conda"):
        raise MlflowException.invalid_parameter_value(
            f"Illegal format option '{format}'. Supported formats are ['pip', 'conda']"
        )
    directory = located(str(model_uri)).directory
    path = directory / (REQUIREMENTS_FILE if format == "pip" else CONDA_FILE)
    if path.is_file():
        return str(path)
    conda = directory / CONDA_FILE
    if format == "pip" and conda.is_file():
        return _requirements_beside(conda.read_text(encoding="utf-8"))
    raise MlflowException(f"The model has no file '{path.name}'.", "RESOURCE_DOES_NOT_EXIST")


def _requirements_beside(conda: str) -> str:
    """A new file with what a conda environment has pip install; the model's directory stays as it is."""
    import tempfile
    from pathlib import Path

    directory = Path(tempfile.mkdtemp(prefix="genesis-flow-"))
    path = directory / CONDA_FILE
    path.write_text(conda, encoding="utf-8")
    lines = requirements_of_conda(session.model_directories().files.read_yaml(path))
    found = directory / REQUIREMENTS_FILE
    found.write_text("\n".join(lines), encoding="utf-8")
    return str(found)
