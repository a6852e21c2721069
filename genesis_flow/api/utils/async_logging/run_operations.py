"""MLflow's `mlflow.utils.async_logging.run_operations`."""

from __future__ import annotations

from genesis_flow.api.run_operations import RunOperations

__all__ = ["RunOperations"]
