"""Tags of experiments."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Tag


class ExperimentTag(_Tag):
    """A tag of an experiment."""
