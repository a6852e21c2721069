"""MLflow's `mlflow.utils`, as far as clients import from it."""

from __future__ import annotations

from genesis_flow.api.lazy_modules import lazy_modules

__getattr__ = lazy_modules(__name__, "async_logging", "mlflow_tags", "validation")
