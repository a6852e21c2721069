"""MLflow's `mlflow.tracking.client`."""

from __future__ import annotations

from genesis_flow.api.client import MlflowClient

__all__ = ["MlflowClient"]
