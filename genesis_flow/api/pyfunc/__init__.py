"""
Models as functions, and models that users write themselves.

Source: MLflow `mlflow.pyfunc`.
"""

from __future__ import annotations

from typing import Final

from genesis_flow.api.lazy_modules import lazy_modules
from genesis_flow.api.models.contexts import Context, set_prediction_context
from genesis_flow.api.models.functions import PyFuncModel
from genesis_flow.api.pyfunc.loading import get_model_dependencies, load_model, load_pyfunc
from genesis_flow.api.pyfunc.model import (
    PythonModel,
    PythonModelContext,
    get_default_conda_env,
    get_default_pip_requirements,
)
from genesis_flow.api.pyfunc.saving import add_to_model, log_model, save_model

FLAVOR_NAME: Final = "python_function"
MAIN: Final = "loader_module"
CODE: Final = "code"
DATA: Final = "data"
ENV: Final = "env"
PY_VERSION: Final = "python_version"

__all__ = [
    "CODE",
    "DATA",
    "ENV",
    "FLAVOR_NAME",
    "MAIN",
    "PY_VERSION",
    "Context",
    "PyFuncModel",
    "PythonModel",
    "PythonModelContext",
    "add_to_model",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_model_dependencies",
    "load_model",
    "load_pyfunc",
    "log_model",
    "save_model",
    "set_prediction_context",
]

__getattr__ = lazy_modules(__name__, "context")
