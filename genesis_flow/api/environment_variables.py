"""The environment variables that genesis-flow honours, as objects with `get`, `set` and `unset`."""

from __future__ import annotations

from genesis_flow.settings import (
    GENESIS_FLOW_TIMEOUT,
    MLFLOW_ACTIVE_MODEL_ID,
    MLFLOW_DEFAULT_ARTIFACT_ROOT,
    MLFLOW_ENABLE_ASYNC_LOGGING,
    MLFLOW_EXPERIMENT_ID,
    MLFLOW_EXPERIMENT_NAME,
    MLFLOW_REGISTRY_URI,
    MLFLOW_RUN_CONTEXT,
    MLFLOW_RUN_ID,
    MLFLOW_TRACKING_URI,
    MLFLOW_TRUNCATE_LONG_VALUES,
    EnvironmentVariable,
)

__all__ = [
    "GENESIS_FLOW_TIMEOUT",
    "MLFLOW_ACTIVE_MODEL_ID",
    "MLFLOW_DEFAULT_ARTIFACT_ROOT",
    "MLFLOW_ENABLE_ASYNC_LOGGING",
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_RUN_CONTEXT",
    "MLFLOW_RUN_ID",
    "MLFLOW_TRACKING_URI",
    "MLFLOW_TRUNCATE_LONG_VALUES",
    "EnvironmentVariable",
]
