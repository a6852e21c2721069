"""Experiments, on the tracking store in force."""

from __future__ import annotations

import time
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Experiment, ViewType
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.paging import all_pages
from genesis_flow.domain.values.ids import DEFAULT_EXPERIMENT_ID
from genesis_flow.settings import MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME

_ATTEMPTS: Final = 6


def set_experiment(
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    trace_location: Any = None,
) -> Experiment:
    """
    Choose the experiment of new runs, for this process and the children that it starts.

    Args:
        experiment_name: Created if it does not exist. experiment_id: Must exist. Give one of them.
        trace_location: Not supported; leave it out.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE for both or neither, or a deleted experiment;
            RESOURCE_DOES_NOT_EXIST for an unknown id.

    Source: MLflow `mlflow.set_experiment`.
    """
    _refuse_trace_location(trace_location)
    if (experiment_name is None) == (experiment_id is None):
        raise MlflowException.invalid_parameter_value(
            "Must specify exactly one of: `experiment_id` or `experiment_name`."
        )
    if experiment_name is not None:
        experiment = _get_or_create(experiment_name)
    else:
        experiment = MlflowClient().get_experiment(str(experiment_id))
    if experiment.lifecycle_stage != "active":
        raise MlflowException.invalid_parameter_value(
            f"Cannot set a deleted experiment '{experiment.name}' as the active experiment. You can restore the "
            "experiment, or permanently delete the experiment to create a new one."
        )
    session.set_experiment_id(experiment.experiment_id)
    return experiment


def _get_or_create(name: str) -> Experiment:
    """The experiment with this name; many processes may ask for a new one at once."""
    client = MlflowClient()
    for attempt in range(_ATTEMPTS):
        found = client.get_experiment_by_name(name)
        if found is not None:
            return found
        try:
            return client.get_experiment(client.create_experiment(name))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS" or attempt == _ATTEMPTS - 1:
                raise
        time.sleep(0.02 * 2**attempt)  # another process was first and may not be done yet
    raise AssertionError("the last attempt returns or raises")


def get_experiment(experiment_id: str) -> Experiment:
    """
    The experiment with this id, deleted or not.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.get_experiment`.
    """
    return MlflowClient().get_experiment(experiment_id)


def get_experiment_by_name(name: str) -> Experiment | None:
    """
    The experiment with this name, deleted or not; None if there is none.

    Source: MLflow `mlflow.get_experiment_by_name`.
    """
    return MlflowClient().get_experiment_by_name(name)


def search_experiments(
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: list[str] | None = None,
) -> list[Experiment]:
    """
    The experiments that match a filter; all of them unless `max_results` says otherwise.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.search_experiments`.
    """
    client = MlflowClient()

    def page(size: int, token: str | None) -> Any:
        return client.search_experiments(view_type, size, filter_string, order_by, token)

    return all_pages(page, page_size=1000, most=max_results)


def create_experiment(
    name: str,
    artifact_location: str | None = None,
    tags: dict[str, Any] | None = None,
    trace_location: Any = None,
) -> str:
    """
    Create an experiment.

    Args:
        name: 1 to 500 characters, unique also among deleted experiments.
        artifact_location: URI or path for the artifacts of its runs; by default below the store's root.
        tags: Texts by key. trace_location: Not supported; leave it out.

    Returns:
        The id of the experiment.

    Raises:
        MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.create_experiment`.
    """
    _refuse_trace_location(trace_location)
    return MlflowClient().create_experiment(name, artifact_location, tags)


def delete_experiment(experiment_id: str) -> None:
    """
    Mark an active experiment and all of its runs as deleted.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.delete_experiment`.
    """
    MlflowClient().delete_experiment(experiment_id)


def restore_experiment(experiment_id: str) -> None:
    """
    Make a deleted experiment and all of its runs active again.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.restore_experiment`.
    """
    MlflowClient().restore_experiment(experiment_id)


def set_experiment_tag(key: str, value: Any) -> None:
    """
    Set a tag of the experiment in force.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.set_experiment_tag`.
    """
    MlflowClient().set_experiment_tag(experiment_in_force(), key, value)


def set_experiment_tags(tags: dict[str, Any]) -> None:
    """
    Set tags of the experiment in force.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.set_experiment_tags`.
    """
    for key, value in tags.items():
        set_experiment_tag(key, value)


def delete_experiment_tag(key: str) -> None:
    """
    Remove a tag of the experiment in force.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.delete_experiment_tag`.
    """
    MlflowClient().delete_experiment_tag(experiment_in_force(), key)


def experiment_in_force() -> str:
    """
    The id of the experiment of new runs.

    As chosen with `set_experiment`, else `MLFLOW_EXPERIMENT_NAME` (created if missing), else
    `MLFLOW_EXPERIMENT_ID`, else the default experiment.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE if the two variables disagree or the id does not exist.

    Source: MLflow `mlflow.tracking.fluent._get_experiment_id`.
    """
    chosen = session.experiment_id()
    if chosen is not None:
        return chosen
    name, id = MLFLOW_EXPERIMENT_NAME.get(), MLFLOW_EXPERIMENT_ID.get()
    if name:
        found = _get_or_create(name).experiment_id
        if id and id != found:
            raise MlflowException.invalid_parameter_value(
                f"The provided MLFLOW_EXPERIMENT_ID environment variable value `{id}` does not match the experiment "
                f"id `{found}` for experiment name `{name}`: set only one of them."
            )
        return found
    if id:
        _require_experiment(id)
        return id
    return DEFAULT_EXPERIMENT_ID


def _require_experiment(id: str) -> None:
    try:
        MlflowClient().get_experiment(id)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        raise MlflowException.invalid_parameter_value(
            f"The provided MLFLOW_EXPERIMENT_ID environment variable value `{id}` does not exist in the tracking "
            "store. Set it to the id of an experiment, or leave it out."
        ) from error


def _refuse_trace_location(trace_location: Any) -> None:
    if trace_location is not None:
        raise MlflowException.invalid_parameter_value("Trace locations are not supported: leave out trace_location.")
