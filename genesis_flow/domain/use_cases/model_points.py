"""Points of metrics that belong to runs and to logged models at once, taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from genesis_flow.domain.entities.logged_model import ModelMetric
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.ids import model_id
from genesis_flow.domain.values.text import storable, within


def run_points_of(points: Iterable[Metric]) -> list[Metric]:
    """`points` as the metrics of their run, each once, on how many models it may have been measured."""
    return list(
        dict.fromkeys(
            Metric(point.key, point.value, point.timestamp, point.step) if isinstance(point, ModelMetric) else point
            for point in points
        )
    )


def model_points_of(points: Sequence[Metric], run_id: str) -> list[ModelMetric]:
    """
    Those of `points` that belong to logged models, measured by run `run_id`.

    Raises:
        InvalidInput: The id of a model is empty, or a dataset has a name or a digest only, or is too long.
    """
    return [_checked(point, run_id) for point in points if isinstance(point, ModelMetric)]


def _checked(point: ModelMetric, run_id: str) -> ModelMetric:
    name, digest = point.dataset_name, point.dataset_digest
    if (name is None) != (digest is None):
        raise InvalidInput(
            "dataset_name", "Both dataset_name and dataset_digest must be provided if one is provided"
        )
    if name is not None and digest is not None:
        if not name:
            raise InvalidInput("dataset_name", "Missing value for required parameter 'dataset_name'.")
        within("dataset_name", limits.DATASET_NAME, storable("dataset_name", name))
        within("dataset_digest", limits.DATASET_DIGEST, storable("dataset_digest", digest))
    model_id(point.model_id)
    return attrs.evolve(point, run_id=run_id)
