"""Points of metrics."""

from __future__ import annotations

from typing import Any, Self

from genesis_flow.api.entities._mlflow_object import _MlflowObject
from genesis_flow.api.exceptions import MlflowException

_REQUIRED = ("key", "value", "timestamp", "step")


class Metric(_MlflowObject):
    """One point of a metric; equal and hashed by its content."""

    def __init__(
        self,
        key: str,
        value: float,
        timestamp: int,
        step: int,
        model_id: str | None = None,
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        run_id: str | None = None,
    ) -> None:
        if (dataset_name is None) is not (dataset_digest is None):
            raise MlflowException.invalid_parameter_value(
                "Both dataset_name and dataset_digest must be provided if one is provided"
            )
        self._key = key
        self._value = value
        self._timestamp = timestamp
        self._step = step
        self._model_id = model_id
        self._dataset_name = dataset_name
        self._dataset_digest = dataset_digest
        self._run_id = run_id

    @property
    def key(self) -> str:
        """Name of the metric."""
        return self._key

    @property
    def value(self) -> float:
        """Value, which may be NaN or infinite."""
        return self._value

    @property
    def timestamp(self) -> int:
        """Milliseconds since the epoch (UTC)."""
        return self._timestamp

    @property
    def step(self) -> int:
        """Place on the x-axis."""
        return self._step

    @property
    def model_id(self) -> str | None:
        """The logged model that the value belongs to."""
        return self._model_id

    @property
    def dataset_name(self) -> str | None:
        """Name of the dataset that the value was computed on."""
        return self._dataset_name

    @property
    def dataset_digest(self) -> str | None:
        """Digest of the dataset that the value was computed on."""
        return self._dataset_digest

    @property
    def run_id(self) -> str | None:
        """The run that the value belongs to."""
        return self._run_id

    def to_dictionary(self) -> dict[str, Any]:
        """All properties by name."""
        return {
            "key": self._key,
            "value": self._value,
            "timestamp": self._timestamp,
            "step": self._step,
            "model_id": self._model_id,
            "dataset_name": self._dataset_name,
            "dataset_digest": self._dataset_digest,
            "run_id": self._run_id,
        }

    @classmethod
    def from_dictionary(cls, metric_dict: dict[str, Any]) -> Self:
        """
        The metric that `to_dictionary` wrote.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: `key`, `value`, `timestamp` or `step` is missing.
            TypeError: An entry is unknown.
        """
        if missing := [name for name in _REQUIRED if name not in metric_dict]:
            raise MlflowException.invalid_parameter_value(
                f"Missing required keys {missing} in metric dictionary"
            )
        return cls(**metric_dict)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(self.to_dictionary().values()))


class MetricWithRunId(Metric):
    """A point of `metric` that names its run."""

    def __init__(self, metric: Metric, run_id: str) -> None:
        super().__init__(metric.key, metric.value, metric.timestamp, metric.step, run_id=run_id)

    @property
    def run_id(self) -> str | None:
        """The run that the value belongs to."""
        return self._run_id

    def to_dict(self) -> dict[str, Any]:
        """The point and its run by name."""
        return {
            "key": self._key,
            "value": self._value,
            "timestamp": self._timestamp,
            "step": self._step,
            "run_id": self._run_id,
        }
