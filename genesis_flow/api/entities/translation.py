"""
Domain entities to MLflow-shaped views, and back.

What is given to callers is theirs: changing a view never changes an entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from genesis_flow.api.entities.dataset import Dataset
from genesis_flow.api.entities.dataset_input import DatasetInput
from genesis_flow.api.entities.experiment import Experiment
from genesis_flow.api.entities.file_info import FileInfo
from genesis_flow.api.entities.input_tag import InputTag
from genesis_flow.api.entities.logged_model_input import LoggedModelInput
from genesis_flow.api.entities.logged_model_output import LoggedModelOutput
from genesis_flow.api.entities.metric import Metric
from genesis_flow.api.entities.run import Run
from genesis_flow.api.entities.run_data import RunData
from genesis_flow.api.entities.run_info import RunInfo
from genesis_flow.api.entities.run_inputs import RunInputs
from genesis_flow.api.entities.run_outputs import RunOutputs
from genesis_flow.api.entities.view_type import ViewType
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.entities import artifact, dataset, experiment, metric, run
from genesis_flow.domain.values.lifecycle import View

_VIEWS: Final = {
    ViewType.ACTIVE_ONLY: View.ACTIVE_ONLY,
    ViewType.DELETED_ONLY: View.DELETED_ONLY,
    ViewType.ALL: View.ALL,
}
_VIEW_TYPES: Final = {view: view_type for view_type, view in _VIEWS.items()}


def experiment_to_view(entity: experiment.Experiment) -> Experiment:
    """The experiment as MLflow shows it."""
    view = Experiment(
        entity.id, entity.name, entity.artifact_location, entity.stage.value, None,
        entity.created_at, entity.updated_at,
    )
    view.tags.update(entity.tags)
    return view


def run_to_view(entity: run.Run, with_model_inputs: bool = True) -> Run:
    """The run as MLflow shows it; its searches leave out model inputs."""
    return Run(
        RunInfo(
            entity.id, entity.experiment_id, entity.user_id, entity.status.value, entity.started_at,
            entity.ended_at, entity.stage.value, entity.artifact_uri, entity.name,
        ),
        RunData._from_mappings(entity.metrics, entity.params, entity.tags),
        RunInputs(
            [dataset_input_to_view(used) for used in entity.dataset_inputs],
            [LoggedModelInput(model_id) for model_id in entity.model_inputs] if with_model_inputs else [],
        ),
        RunOutputs([LoggedModelOutput(made.model_id, made.step) for made in entity.model_outputs]),
    )


def runs_to_views(entities: Sequence[run.Run]) -> list[Run]:
    """The runs that a search found, each made when it is first looked at; without model inputs."""
    return [Run._later(partial(_found_run, entities, place)) for place in range(len(entities))]


def _found_run(entities: Sequence[run.Run], place: int) -> Run:
    return run_to_view(entities[place], False)


def metric_to_view(entity: metric.Metric, run_id: str | None = None) -> Metric:
    """The point as MLflow shows it."""
    return Metric(entity.key, entity.value, entity.timestamp, entity.step, None, None, None, run_id)


def history_to_views(history: metric.MetricHistory, run_id: str | None = None) -> list[Metric]:
    """Every point of a history, in its order; MLflow's own histories do not name the run."""
    key = history.key
    points = zip(history.values, history.timestamps, history.steps, strict=True)
    return [Metric(key, value, at, step, None, None, None, run_id) for value, at, step in points]


def dataset_to_view(entity: dataset.Dataset) -> Dataset:
    """The dataset as MLflow shows it."""
    return Dataset(
        entity.name, entity.digest, entity.source_type, entity.source, entity.schema, entity.profile
    )


def view_to_dataset(view: Dataset) -> dataset.Dataset:
    """The dataset that a view shows."""
    return dataset.Dataset(view.name, view.digest, view.source_type, view.source, view.schema, view.profile)


def dataset_input_to_view(entity: dataset.DatasetInput) -> DatasetInput:
    """The use of a dataset as MLflow shows it."""
    return DatasetInput(
        dataset_to_view(entity.dataset), [InputTag(key, value) for key, value in entity.tags.items()]
    )


def views_to_dataset_inputs(views: Iterable[DatasetInput]) -> list[dataset.DatasetInput]:
    """The uses of datasets that views show; of tags with the same key, the last counts."""
    return [
        dataset.DatasetInput(view_to_dataset(view.dataset), {tag.key: tag.value for tag in view.tags or ()})
        for view in views
    ]


def views_to_model_outputs(views: Iterable[LoggedModelOutput]) -> list[run.ModelOutput]:
    """The models that views say a run produced."""
    return [run.ModelOutput(view.model_id, view.step) for view in views]


def artifacts_to_views(entities: Sequence[artifact.ArtifactInfo]) -> list[FileInfo]:
    """Files and directories as MLflow shows them."""
    return [FileInfo(entity.path, entity.is_dir, entity.size_bytes) for entity in entities]


def view_type_to_view(view_type: int) -> View:
    """
    Which lifecycle stages the `ViewType` with this number lets through.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: Not such a number.
    """
    if not isinstance(view_type, int) or view_type not in _VIEWS:
        raise MlflowException.invalid_parameter_value(
            f"Invalid value {view_type!r} for parameter 'view_type' supplied: it must be "
            "ViewType.ACTIVE_ONLY (1), ViewType.DELETED_ONLY (2) or ViewType.ALL (3)."
        )
    return _VIEWS[view_type]


def view_to_view_type(view: View) -> int:
    """The number of the `ViewType` that lets the same lifecycle stages through."""
    return _VIEW_TYPES[view]
