"""Logged models and their metrics to MLflow-shaped views, and back."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.entities.logged_model import LoggedModel
from genesis_flow.api.entities.logged_model_status import LoggedModelStatus
from genesis_flow.api.entities.metric import Metric
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.entities import logged_model

_STATUSES: Final = {status: LoggedModelStatus(status.name) for status in logged_model.ModelStatus}


def logged_model_to_view(entity: logged_model.LoggedModel) -> LoggedModel:
    """The logged model as MLflow shows it; without metrics it has None."""
    return LoggedModel(
        entity.experiment_id, entity.id, entity.name, entity.artifact_location, entity.created_at, entity.updated_at,
        entity.type, entity.source_run_id, _STATUSES[entity.status], entity.status_message, dict(entity.tags),
        dict(entity.params), [model_metric_to_view(point) for point in entity.metrics] or None,
    )


def model_metric_to_view(entity: logged_model.ModelMetric) -> Metric:
    """The point of a logged model as MLflow shows it."""
    return Metric(
        entity.key, entity.value, entity.timestamp, entity.step, entity.model_id, entity.dataset_name,
        entity.dataset_digest, entity.run_id,
    )


def status_to_domain(status: LoggedModelStatus | str) -> logged_model.ModelStatus:
    """
    The status with this name.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: UNSPECIFIED, which says nothing.
        ValueError: No such status.
    """
    wanted = LoggedModelStatus(status)
    if wanted is LoggedModelStatus.UNSPECIFIED:
        raise MlflowException.invalid_parameter_value(
            "A logged model cannot become UNSPECIFIED: give it one of PENDING, READY, FAILED."
        )
    return logged_model.ModelStatus[wanted.name]
