"""Loading what is on this machine as a function."""

from __future__ import annotations

import logging
import platform
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.models.config import read_config
from genesis_flow.api.models.functions import PyFuncModel, function_model
from genesis_flow.api.models.locating import Located
from genesis_flow.api.models.mlmodel import Model
from genesis_flow.domain.entities.model_record import FUNCTION
from genesis_flow.domain.values.trust import Trust
from genesis_flow.settings import MLFLOW_DEFAULT_PREDICTION_DEVICE

__all__ = ["loaded_from"]

_log = logging.getLogger(__name__)


def loaded_from(found: Located, given: Trust, *, suppress_warnings: bool, model_config: Any = None) -> PyFuncModel:
    """The model at a place on this machine as a function; see `pyfunc.load_model`."""
    options = {"model_config": read_config(model_config), "device": MLFLOW_DEFAULT_PREDICTION_DEVICE.get()}
    record, function = session.model_directories().load_function(found.directory, given, options, found.digest)
    meta = Model.from_dict(dict(record.content))
    noted = record.flavor(FUNCTION)
    if not suppress_warnings:
        _warn_of_python(noted.get("python_version"))
    model = function_model(meta, noted, function)
    model.input_example = _example(meta, found)
    return model


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
