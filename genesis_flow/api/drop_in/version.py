"""MLflow's `mlflow.version`: the release that this package acts as."""

from __future__ import annotations

from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION as VERSION

__all__ = ["VERSION"]
