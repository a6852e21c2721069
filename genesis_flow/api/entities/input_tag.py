"""Tags of dataset inputs."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Tag


class InputTag(_Tag):
    """A tag of the use of a dataset by a run."""
