"""Logged models: what a run left behind as a model, with its params, tags and measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import attrs

from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.values.lifecycle import Stage


class ModelStatus(Enum):
    """How far a logged model has come; any change is allowed. The numbers are those of MLflow's wire format."""

    PENDING = 1
    READY = 2
    FAILED = 3


@attrs.frozen
class ModelMetric(Metric):
    """
    One point of a metric that was measured on a logged model.

    A model keeps every point that differs from the others in anything.

    Attributes:
        model_id: The logged model. run_id: The run that measured.
        dataset_name, dataset_digest: What it was measured on; both or neither are None.
    """

    model_id: str
    run_id: str
    dataset_name: str | None = None
    dataset_digest: str | None = None

    @property
    def recency(self) -> tuple[Any, ...]:
        """
        What decides which point of a metric is a model's latest; the least is the latest.

        The greatest timestamp, then the greatest step, then the least run id, then the greatest value, NaN last.
        """
        is_nan = self.value != self.value
        return -self.timestamp, -self.step, self.run_id, is_nan, 0.0 if is_nan else -self.value


def ordered_points(points: Iterable[ModelMetric]) -> tuple[ModelMetric, ...]:
    """Each of `points` once, by key, timestamp, step, run, dataset and value, NaN first."""
    found = {_identity(point): point for point in points}
    return tuple(point for _, point in sorted(found.items(), key=lambda pair: pair[0]))


def _identity(point: ModelMetric) -> tuple[Any, ...]:
    dataset = (point.dataset_name or "", point.dataset_digest or "")
    is_number = point.value == point.value
    value = point.value + 0.0 if is_number else 0.0
    return point.key, point.timestamp, point.step, point.run_id, dataset, is_number, value


@attrs.frozen
class LoggedModel:
    """
    A model of an experiment.

    Attributes:
        id: "m-" and 32 hexadecimal digits, unique among all experiments.
        experiment_id: The experiment that the model belongs to, for good.
        name: Need not be unique.
        artifact_location: URI of its files.
        created_at, updated_at: Milliseconds since the epoch (UTC); `updated_at` follows status and deletion.
        type: Kind of the model, as its author calls it. source_run_id: The run that made it, as its author says.
        status_message: Why it failed, if anybody said so.
        stage: Lifecycle stage; who asks for a deleted model must say so.
        params, tags: Texts by key; params are set once.
        metrics: Every point, in the order of `ordered_points`.
    """

    id: str
    experiment_id: str
    name: str
    artifact_location: str
    created_at: int
    updated_at: int
    type: str | None = None
    source_run_id: str | None = None
    status: ModelStatus = ModelStatus.PENDING
    status_message: str | None = None
    stage: Stage = Stage.ACTIVE
    params: Mapping[str, str] = attrs.field(factory=dict)
    tags: Mapping[str, str] = attrs.field(factory=dict)
    metrics: tuple[ModelMetric, ...] = ()
