"""
The functions behind the entry points of MLflow, by which it opens our stores.

Every `import mlflow` imports this module, so it loads nothing: not even annotations are looked at.
"""

from __future__ import annotations

TYPE_CHECKING = False  # not from `typing`, for the same reason
if TYPE_CHECKING:
    from typing import Any


def tracking_store(store_uri: str, artifact_uri: str | None = None) -> Any:
    """
    The tracking store at a `mongodb://`, `mongodb+srv://` or `genesis+sqlite:///` URI.

    Args:
        artifact_uri: Below which new experiments keep their artifacts; by default as in genesis-flow.

    Source: MLflow entry point `mlflow.tracking_store`.
    """
    from genesis_flow.api.plugin.tracking_store import GenesisTrackingStore

    return GenesisTrackingStore(store_uri, artifact_uri)


def model_registry_store(store_uri: str, tracking_uri: str | None = None) -> Any:
    """
    The model registry at a URI; see `tracking_store`.

    Args:
        tracking_uri: Where logged models are looked up that are not in the same store.

    Source: MLflow entry point `mlflow.model_registry_store`.
    """
    from genesis_flow.api.plugin.registry_store import GenesisRegistryStore

    return GenesisRegistryStore(store_uri, tracking_uri)


def artifact_repository(artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> Any:
    """
    The artifacts below a URI of Azure Blob Storage.

    Source: MLflow entry point `mlflow.artifact_repository`.
    """
    from genesis_flow.api.plugin.artifact_repository import GenesisArtifactRepository

    return GenesisArtifactRepository(artifact_uri, tracking_uri, registry_uri)
