"""
Loading models of whatever flavor as functions.

Source: MLflow `mlflow.pyfunc`.
"""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Iterable
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.config import read_config
from genesis_flow.api.models.locating import Located, located, trusted_by
from genesis_flow.api.models.mlmodel import Model
from genesis_flow.api.models.requirements import requirements_of_conda
from genesis_flow.api.pyfunc.loaded import PyFuncModel
from genesis_flow.domain.entities.model_record import FUNCTION
from genesis_flow.domain.errors import CorruptRecord
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.model_files import CONDA_FILE, REQUIREMENTS_FILE
from genesis_flow.settings import MLFLOW_DEFAULT_PREDICTION_DEVICE

__all__ = ["get_model_dependencies", "load_model", "load_pyfunc"]

_log = logging.getLogger(__name__)


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
    options = {"model_config": read_config(model_config), "device": MLFLOW_DEFAULT_PREDICTION_DEVICE.get()}
    given = trusted_by(trusted, allow_unsafe_deserialization, found)
    record, function = session.model_directories().load_function(found.directory, given, options, found.digest)
    meta = Model.from_dict(dict(record.content))
    noted = record.flavor(FUNCTION)
    if not suppress_warnings:
        _warn_of_python(noted.get("python_version"))
    stream = "predict_stream" if noted.get("streamable") else None
    model = PyFuncModel(meta, function, _public(noted.get("predict_fn") or "predict"), stream, meta.model_id)
    model.input_example = _example(meta, found)
    return model


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


def _public(name: object) -> str:
    """The name of what predicts, which a record must not lead to what Python keeps to itself."""
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise CorruptRecord(f"The model's predict_fn is not the name of a function: {shown(name)}.")
    return name


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


def _example(meta: Model, found: Located) -> Any:
    """The model's example, where predictions are shaped like it."""
    if meta.signature is None or not meta.signature._is_type_hint_from_example:
        return None
    return meta.load_input_example(str(found.directory))


def _warn_of_python(saved: Any) -> None:
    if saved is None:
        _log.warning("The model does not say with which version of Python it was saved; it may fail to load.")
    elif str(saved).split(".")[:2] != platform.python_version().split(".")[:2]:
        _log.warning("The model was saved with Python %s, this is %s.", saved, platform.python_version())
