"""
Models as directories, under the names that MLflow has them.

Source: MLflow `mlflow.models.model`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from genesis_flow.api.errors import translating_errors
from genesis_flow.api.models.changes import update_model_requirements
from genesis_flow.api.models.information import get_model_info
from genesis_flow.api.models.locating import located
from genesis_flow.api.models.mlmodel import (
    MLMODEL_FILE_NAME,
    MODEL_CODE_PATH,
    MODEL_CONFIG,
    SET_MODEL_ERROR,
    Model,
    ModelInfo,
    set_model,
)
from genesis_flow.api.models.trial import ENVIRONMENT_FILE
from genesis_flow.ports.model_files import CONDA_FILE, REQUIREMENTS_FILE

ENV_VAR_FILE_NAME: Final = ENVIRONMENT_FILE


class Files(NamedTuple):
    """The files that say what a model needs."""

    requirements: Path
    conda: Path


@translating_errors
def get_model_requirements_files(resolved_uri: str) -> Files:
    """
    The files that say what a stored model needs.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is no such model.

    Source: MLflow `mlflow.models.model.get_model_requirements_files`.
    """
    directory = located(resolved_uri).directory
    return Files(directory / REQUIREMENTS_FILE, directory / CONDA_FILE)


__all__ = [
    "ENV_VAR_FILE_NAME",
    "MLMODEL_FILE_NAME",
    "MODEL_CODE_PATH",
    "MODEL_CONFIG",
    "SET_MODEL_ERROR",
    "Files",
    "Model",
    "ModelInfo",
    "get_model_info",
    "get_model_requirements_files",
    "set_model",
    "update_model_requirements",
]
