"""Tags of runs."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Tag


class RunTag(_Tag):
    """A tag of a run."""
