"""
Domain entities as those of stock MLflow, and back.

The classes are MLflow's own, so that whatever a version of it does with them works.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final

from mlflow.entities import (
    Dataset,
    DatasetInput,
    Experiment,
    ExperimentTag,
    InputTag,
    LoggedModel,
    LoggedModelInput,
    LoggedModelOutput,
    LoggedModelStatus,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
    RunTag,
    ViewType,
)
from mlflow.entities.metric import MetricWithRunId

from genesis_flow.domain.entities import dataset, experiment, logged_model, metric, run
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.domain.values.text import shown

_LARGEST: Final = sys.float_info.max
_VIEWS: Final = {
    ViewType.ACTIVE_ONLY: View.ACTIVE_ONLY,
    ViewType.DELETED_ONLY: View.DELETED_ONLY,
    ViewType.ALL: View.ALL,
}


def view_of(view_type: Any) -> View:
    """
    Which lifecycle stages a `ViewType` lets through.

    Raises:
        InvalidInput: Not one.
    """
    if view_type not in _VIEWS:
        raise InvalidInput(
            "view_type", f"Invalid value {shown(view_type)} for parameter 'view_type' supplied: not a ViewType."
        )
    return _VIEWS[view_type]


def texts(pairs: Iterable[Any] | None) -> dict[Any, Any]:
    """Tags or params by key; of several with one key, the last counts."""
    return {pair.key: pair.value for pair in pairs or ()}


def experiment_to_stock(entity: experiment.Experiment) -> Experiment:
    """The experiment as MLflow's."""
    return Experiment(
        entity.id, entity.name, entity.artifact_location, entity.stage.value,
        [ExperimentTag(key, value) for key, value in entity.tags.items()], entity.created_at, entity.updated_at,
    )


def run_to_stock(entity: run.Run, with_model_inputs: bool = True) -> Run:
    """The run as MLflow's; its searches leave out model inputs."""
    return Run(
        run_info_to_stock(entity),
        RunData(
            [metric_to_stock(point) for point in entity.metrics.values()],
            [Param(key, value) for key, value in entity.params.items()],
            [RunTag(key, value) for key, value in entity.tags.items()],
        ),
        RunInputs(
            [dataset_input_to_stock(used) for used in entity.dataset_inputs],
            [LoggedModelInput(model_id) for model_id in entity.model_inputs] if with_model_inputs else [],
        ),
        RunOutputs([LoggedModelOutput(made.model_id, made.step) for made in entity.model_outputs]),
    )


def run_info_to_stock(entity: run.Run) -> RunInfo:
    """What MLflow has of a run in its `info`."""
    return RunInfo(
        entity.id, entity.experiment_id, entity.user_id, entity.status.value, entity.started_at, entity.ended_at,
        entity.stage.value, entity.artifact_uri, entity.name,
    )


def dataset_input_to_stock(entity: dataset.DatasetInput) -> DatasetInput:
    """The use of a dataset as MLflow's."""
    known = entity.dataset
    return DatasetInput(
        Dataset(known.name, known.digest, known.source_type, known.source, known.schema, known.profile),
        [InputTag(key, value) for key, value in entity.tags.items()],
    )


def dataset_input_to_domain(view: DatasetInput) -> dataset.DatasetInput:
    """The use of a dataset that MLflow hands over."""
    given = view.dataset
    if given is None:
        raise InvalidInput("dataset", "Dataset cannot be None")
    content = dataset.Dataset(
        given.name, given.digest, given.source_type, given.source, given.schema, given.profile
    )
    return dataset.DatasetInput(content, texts(view.tags))


def metric_to_stock(entity: metric.Metric) -> Metric:
    """The point as MLflow's."""
    value = entity.value
    return Metric(
        entity.key, value if -_LARGEST <= value <= _LARGEST else _finite(value), entity.timestamp, entity.step
    )


def _finite(value: float) -> float:
    """NaN as it is, the largest number in place of an infinity, as MLflow's own SQL store has it."""
    return _LARGEST if value > _LARGEST else -_LARGEST if value < -_LARGEST else value


def metric_of_run(entity: metric.Metric, run_id: str) -> MetricWithRunId:
    """The point as MLflow's, with the run that it belongs to."""
    return MetricWithRunId(metric_to_stock(entity), run_id)


def history_to_stock(history: metric.MetricHistory) -> list[Metric]:
    """Every point of a history, in its order."""
    key, columns = history.key, zip(history.values, history.timestamps, history.steps, strict=True)
    return [
        Metric(key, value if -_LARGEST <= value <= _LARGEST else _finite(value), at, step)
        for value, at, step in columns
    ]


def metric_to_domain(view: Metric) -> metric.Metric:
    """The point that MLflow hands over, of a logged model if it names one."""
    if view.model_id is None:
        return metric.Metric(view.key, view.value, view.timestamp, view.step)
    return logged_model.ModelMetric(
        view.key, view.value, view.timestamp, view.step, view.model_id, "", view.dataset_name, view.dataset_digest
    )


def logged_model_to_stock(entity: logged_model.LoggedModel) -> LoggedModel:
    """The logged model as MLflow's; without metrics it has None."""
    return LoggedModel(
        entity.experiment_id, entity.id, entity.name, entity.artifact_location, entity.created_at, entity.updated_at,
        entity.type, entity.source_run_id, LoggedModelStatus(entity.status.name), entity.status_message,
        dict(entity.tags), dict(entity.params), [model_metric_to_stock(point) for point in entity.metrics] or None,
    )


def model_metric_to_stock(entity: logged_model.ModelMetric) -> Metric:
    """The point of a logged model as MLflow's."""
    return Metric(
        entity.key, _finite(entity.value), entity.timestamp, entity.step, entity.model_id, entity.dataset_name,
        entity.dataset_digest, entity.run_id,
    )


def status_to_domain(status: LoggedModelStatus) -> logged_model.ModelStatus:
    """
    The status that MLflow hands over.

    Raises:
        InvalidInput: UNSPECIFIED, which says nothing.
    """
    if status is LoggedModelStatus.UNSPECIFIED:
        raise InvalidInput("status", "A logged model cannot become UNSPECIFIED: give it PENDING, READY or FAILED.")
    return logged_model.ModelStatus[status.name]
