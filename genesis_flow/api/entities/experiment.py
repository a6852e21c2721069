"""Experiments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genesis_flow.api.entities._mlflow_object import _MlflowObject
from genesis_flow.api.entities.experiment_tag import ExperimentTag


class Experiment(_MlflowObject):
    """A named group of runs; compared by identity."""

    DEFAULT_EXPERIMENT_NAME = "Default"

    def __init__(
        self,
        experiment_id: str,
        name: str,
        artifact_location: str,
        lifecycle_stage: str,
        tags: Sequence[ExperimentTag] | None = None,
        creation_time: int | None = None,
        last_update_time: int | None = None,
        workspace: str | None = None,
        trace_location: Any | None = None,
        effective_trace_archival_retention: str | None = None,
    ) -> None:
        self._experiment_id = experiment_id
        self._name = name
        self._artifact_location = artifact_location
        self._lifecycle_stage = lifecycle_stage
        self._tags = {tag.key: tag.value for tag in tags or ()}
        self._creation_time = creation_time
        self._last_update_time = last_update_time
        self._workspace = (workspace or "").strip() or "default"
        self._trace_location = trace_location
        self._effective_trace_archival_retention = effective_trace_archival_retention

    @property
    def experiment_id(self) -> str:
        """A whole number as text."""
        return self._experiment_id

    @property
    def name(self) -> str:
        """Unique among all experiments, deleted ones included."""
        return self._name

    @property
    def artifact_location(self) -> str:
        """URI below which the runs of this experiment keep their artifacts."""
        return self._artifact_location

    @property
    def lifecycle_stage(self) -> str:
        """Either "active" or "deleted"."""
        return self._lifecycle_stage

    @property
    def tags(self) -> dict[str, str]:
        """Texts by key."""
        return self._tags

    @property
    def creation_time(self) -> int | None:
        """Milliseconds since the epoch (UTC)."""
        return self._creation_time

    @property
    def last_update_time(self) -> int | None:
        """Milliseconds since the epoch (UTC)."""
        return self._last_update_time

    @property
    def workspace(self) -> str:
        """The workspace that owns the experiment; there is one, "default"."""
        return self._workspace

    @property
    def trace_location(self) -> Any | None:
        """Where traces of the experiment are kept, if that was said."""
        return self._trace_location

    @trace_location.setter
    def trace_location(self, trace_location: Any | None) -> None:
        self._trace_location = trace_location

    @property
    def effective_trace_archival_retention(self) -> str | None:
        """How long traces are kept before they are archived, if that was said."""
        return self._effective_trace_archival_retention

    @effective_trace_archival_retention.setter
    def effective_trace_archival_retention(self, effective_trace_archival_retention: str | None) -> None:
        self._effective_trace_archival_retention = effective_trace_archival_retention
