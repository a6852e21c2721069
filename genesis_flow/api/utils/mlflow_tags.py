"""MLflow's `mlflow.utils.mlflow_tags`: the tags with a meaning, as far as it is known here."""

from __future__ import annotations

from genesis_flow.api.autologging.sessions import AUTOLOGGING_TAG as MLFLOW_AUTOLOGGING
from genesis_flow.api.content.images import LOGGED_IMAGES_TAG as MLFLOW_LOGGED_IMAGES
from genesis_flow.api.content.tables import LOGGED_ARTIFACTS_TAG as MLFLOW_LOGGED_ARTIFACTS
from genesis_flow.api.context import NOTE as MLFLOW_RUN_NOTE
from genesis_flow.api.context import PARENT_RUN_ID as MLFLOW_PARENT_RUN_ID
from genesis_flow.api.context import SOURCE_NAME as MLFLOW_SOURCE_NAME
from genesis_flow.api.context import SOURCE_TYPE as MLFLOW_SOURCE_TYPE
from genesis_flow.api.context import USER as MLFLOW_USER
from genesis_flow.api.git import GIT_BRANCH as MLFLOW_GIT_BRANCH
from genesis_flow.api.git import GIT_COMMIT as MLFLOW_GIT_COMMIT
from genesis_flow.api.git import GIT_REPO_URL as MLFLOW_GIT_REPO_URL
from genesis_flow.domain.entities.dataset import CONTEXT_TAG as MLFLOW_DATASET_CONTEXT
from genesis_flow.domain.entities.run import NAME_TAG as MLFLOW_RUN_NAME

__all__ = [
    "MLFLOW_AUTOLOGGING",
    "MLFLOW_DATASET_CONTEXT",
    "MLFLOW_GIT_BRANCH",
    "MLFLOW_GIT_COMMIT",
    "MLFLOW_GIT_REPO_URL",
    "MLFLOW_LOGGED_ARTIFACTS",
    "MLFLOW_LOGGED_IMAGES",
    "MLFLOW_PARENT_RUN_ID",
    "MLFLOW_RUN_NAME",
    "MLFLOW_RUN_NOTE",
    "MLFLOW_SOURCE_NAME",
    "MLFLOW_SOURCE_TYPE",
    "MLFLOW_USER",
]
