"""A tag of a model version."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Tag


class ModelVersionTag(_Tag):
    """A tag of a model version."""
