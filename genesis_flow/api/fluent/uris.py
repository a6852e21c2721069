"""Where tracking data and models are kept."""

from __future__ import annotations

from pathlib import Path

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors


def set_tracking_uri(uri: str | Path) -> None:
    """
    Choose the store for this process and the children that it starts.

    Args:
        uri: `mongodb://HOST/DATABASE`, `mongodb+srv://...`, `sqlite:///FILE` or `memory://`; "" is the default.

    Source: MLflow `mlflow.set_tracking_uri`.
    """
    session.set_tracking_uri(str(uri or ""))


@translating_errors
def get_tracking_uri() -> str:
    """
    The URI of the store in force: as set, else `MLFLOW_TRACKING_URI`, else `sqlite:///<cwd>/genesis.db`.

    Source: MLflow `mlflow.get_tracking_uri`.
    """
    return session.tracking_uri()


def is_tracking_uri_set() -> bool:
    """
    Whether the program or the environment chose a store.

    Source: MLflow `mlflow.is_tracking_uri_set`.
    """
    return session.is_tracking_uri_set()


def set_registry_uri(uri: str) -> None:
    """
    Choose the store of the model registry for this process; "" goes back to the tracking store.

    Source: MLflow `mlflow.set_registry_uri`.
    """
    session.set_registry_uri(str(uri or ""))


def get_registry_uri() -> str:
    """
    The URI of the model registry: as set, else `MLFLOW_REGISTRY_URI`, else the tracking URI.

    Source: MLflow `mlflow.get_registry_uri`.
    """
    return session.registry_uri()
