"""Tags of logged models."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Tag


class LoggedModelTag(_Tag):
    """A tag of a logged model."""
