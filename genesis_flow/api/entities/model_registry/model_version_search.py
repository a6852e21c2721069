"""What searches give where the registry leaves tags and aliases out; this library's registries do not."""

from __future__ import annotations

from genesis_flow.api.entities.model_registry._views import _WithoutTags
from genesis_flow.api.entities.model_registry.model_version import ModelVersion


class ModelVersionSearch(_WithoutTags, ModelVersion):  # type: ignore[misc]  # methods, as in MLflow
    """One of the model versions that a search found, without tags and aliases."""

    _instead = "get_model_version"
