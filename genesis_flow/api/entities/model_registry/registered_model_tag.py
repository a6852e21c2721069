"""A tag of a registered model."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Tag


class RegisteredModelTag(_Tag):
    """A tag of a registered model."""
