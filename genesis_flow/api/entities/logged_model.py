"""Logged models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genesis_flow.api.entities._mlflow_object import _MlflowObject
from genesis_flow.api.entities.logged_model_parameter import LoggedModelParameter
from genesis_flow.api.entities.logged_model_status import LoggedModelStatus
from genesis_flow.api.entities.logged_model_tag import LoggedModelTag
from genesis_flow.api.entities.metric import Metric

#: Too much for a line of output.
_NOT_SHOWN = frozenset({"tags", "params", "metrics"})


class LoggedModel(_MlflowObject):
    """A model that a run left in an experiment; compared by identity."""

    def __init__(
        self,
        experiment_id: str,
        model_id: str,
        name: str,
        artifact_location: str,
        creation_timestamp: int,
        last_updated_timestamp: int,
        model_type: str | None = None,
        source_run_id: str | None = None,
        status: LoggedModelStatus | int = LoggedModelStatus.READY,
        status_message: str | None = None,
        tags: list[LoggedModelTag] | dict[str, str] | None = None,
        params: list[LoggedModelParameter] | dict[str, str] | None = None,
        metrics: list[Metric] | None = None,
    ) -> None:
        self._experiment_id = experiment_id
        self._model_id = model_id
        self._name = name
        self._artifact_location = artifact_location
        self._creation_time = creation_timestamp
        self._last_updated_timestamp = last_updated_timestamp
        self._model_type = model_type
        self._source_run_id = source_run_id
        self._status = (
            status if isinstance(status, LoggedModelStatus) else LoggedModelStatus.from_int(status)
        )
        self._status_message = status_message
        self._tags = _texts(tags)
        self._params = _texts(params)
        self._metrics = metrics
        self._model_uri = f"models:/{model_id}"

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self if name not in _NOT_SHOWN)
        return f"LoggedModel({shown})"

    @property
    def experiment_id(self) -> str:
        """The experiment that the model belongs to."""
        return self._experiment_id

    @experiment_id.setter
    def experiment_id(self, new_experiment_id: str) -> None:
        self._experiment_id = new_experiment_id

    @property
    def model_id(self) -> str:
        """Unique among all models."""
        return self._model_id

    @model_id.setter
    def model_id(self, new_model_id: str) -> None:
        self._model_id = new_model_id

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._name

    @name.setter
    def name(self, new_name: str) -> None:
        self._name = new_name

    @property
    def artifact_location(self) -> str:
        """URI of the model's files."""
        return self._artifact_location

    @artifact_location.setter
    def artifact_location(self, new_artifact_location: str) -> None:
        self._artifact_location = new_artifact_location

    @property
    def creation_timestamp(self) -> int:
        """Milliseconds since the epoch (UTC)."""
        return self._creation_time

    @property
    def last_updated_timestamp(self) -> int:
        """Milliseconds since the epoch (UTC)."""
        return self._last_updated_timestamp

    @last_updated_timestamp.setter
    def last_updated_timestamp(self, updated_timestamp: int) -> None:
        self._last_updated_timestamp = updated_timestamp

    @property
    def model_type(self) -> str | None:
        """Kind of the model, as its author calls it."""
        return self._model_type

    @model_type.setter
    def model_type(self, new_model_type: str | None) -> None:
        self._model_type = new_model_type

    @property
    def source_run_id(self) -> str | None:
        """The run that produced the model."""
        return self._source_run_id

    @property
    def status(self) -> LoggedModelStatus:
        """How far the model has come."""
        return self._status

    @status.setter
    def status(self, updated_status: LoggedModelStatus) -> None:
        self._status = updated_status

    @property
    def status_message(self) -> str | None:
        """Why the model failed."""
        return self._status_message

    @property
    def tags(self) -> dict[str, str]:
        """Texts by key."""
        return self._tags

    @property
    def params(self) -> dict[str, str]:
        """Texts by key."""
        return self._params

    @property
    def metrics(self) -> list[Metric] | None:
        """Metrics of the model."""
        return self._metrics

    @metrics.setter
    def metrics(self, new_metrics: list[Metric] | None) -> None:
        self._metrics = new_metrics

    @property
    def model_uri(self) -> str:
        """The URI that loads the model, `models:/<model_id>`."""
        return self._model_uri

    def to_dictionary(self) -> dict[str, Any]:
        """All properties by name, the status as a number; without `model_uri`, which follows from the id."""
        known = {name: value for name, value in self if name != "model_uri"}
        return known | {"status": self._status.to_int()}


def _texts(
    pairs: Sequence[LoggedModelTag] | Sequence[LoggedModelParameter] | dict[str, str] | None,
) -> dict[str, str]:
    return pairs if isinstance(pairs, dict) else {pair.key: pair.value for pair in pairs or ()}
