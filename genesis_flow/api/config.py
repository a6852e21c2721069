"""MLflow's `mlflow.config`: settings of the process."""

from __future__ import annotations

from genesis_flow.api import session
from genesis_flow.api.fluent.uris import (
    get_registry_uri,
    get_tracking_uri,
    is_tracking_uri_set,
    set_registry_uri,
    set_tracking_uri,
)

__all__ = [
    "enable_async_logging",
    "get_registry_uri",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "set_registry_uri",
    "set_tracking_uri",
]


def enable_async_logging(enable: bool = True) -> None:
    """
    Choose whether logging calls that do not say so write in the background.

    Source: MLflow `mlflow.config.enable_async_logging`.
    """
    session.set_async(enable)
