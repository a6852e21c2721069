"""MLflow's `mlflow.tracking.context`, as far as loggers of other libraries use it."""

from __future__ import annotations

from genesis_flow.api.lazy_modules import lazy_modules

__getattr__ = lazy_modules(__name__, "registry")
