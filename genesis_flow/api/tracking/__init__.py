"""MLflow's `mlflow.tracking`: the client and the URIs."""

from __future__ import annotations

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.fluent.uris import (
    get_registry_uri,
    get_tracking_uri,
    is_tracking_uri_set,
    set_registry_uri,
    set_tracking_uri,
)
from genesis_flow.api.lazy_modules import lazy_modules

__all__ = [
    "MlflowClient",
    "get_registry_uri",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "set_registry_uri",
    "set_tracking_uri",
]

__getattr__ = lazy_modules(__name__, "client", "context", "fluent")
