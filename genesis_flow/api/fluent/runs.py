"""Runs, on the tracking store in force."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, Literal

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Run, ViewType
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.experiments import experiment_in_force
from genesis_flow.api.paging import all_pages

if TYPE_CHECKING:
    import pandas

_log = logging.getLogger(__name__)

SEARCH_MAX_RESULTS_PANDAS: Final = 100_000
NUM_RUNS_PER_PAGE_PANDAS: Final = 10_000


def get_run(run_id: str) -> Run:
    """
    The run with this id, deleted or not, with the latest value of each metric.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.get_run`.
    """
    return MlflowClient().get_run(run_id)


def get_parent_run(run_id: str) -> Run | None:
    """
    The parent of a nested run; None if it has none.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.get_parent_run`.
    """
    return MlflowClient().get_parent_run(run_id)


def delete_run(run_id: str) -> None:
    """
    Mark a run as deleted.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.delete_run`.
    """
    MlflowClient().delete_run(run_id)


def restore_run(run_id: str) -> None:
    """
    Make a deleted run active again.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.restore_run`.
    """
    MlflowClient().restore_run(run_id)


def search_runs(
    experiment_ids: list[str] | None = None,
    filter_string: str = "",
    run_view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = SEARCH_MAX_RESULTS_PANDAS,
    order_by: list[str] | None = None,
    output_format: Literal["pandas", "list"] = "pandas",
    search_all_experiments: bool = False,
    experiment_names: list[str] | None = None,
) -> list[Run] | pandas.DataFrame:
    """
    The runs that match a filter, by default of the experiment in force.

    Args:
        experiment_ids, experiment_names: Where to look; give one of them or neither.
        search_all_experiments: Look everywhere, if neither is given.
        output_format: "pandas" gives a DataFrame with columns run_id, experiment_id, status, artifact_uri,
            start_time, end_time (UTC), metrics.*, params.*, tags.*; "list" gives `Run` objects.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE; pandas is asked for and not installed.
        ValueError: No such output format.

    Source: MLflow `mlflow.search_runs`.
    """
    if output_format not in ("pandas", "list"):
        raise ValueError(
            f"Unsupported output format: {output_format}. Supported string values are 'pandas' or 'list'"
        )
    ids = _experiments(experiment_ids, experiment_names, search_all_experiments)
    client = MlflowClient()

    def page(size: int, token: str | None) -> Any:
        return client.search_runs(ids, filter_string, run_view_type, size, order_by, token)

    runs = all_pages(page, page_size=NUM_RUNS_PER_PAGE_PANDAS, most=max_results) if ids else []
    if output_format == "list":
        return runs
    from genesis_flow.api.frames import runs_to_frame

    return runs_to_frame(runs)


def _experiments(ids: list[str] | None, names: list[str] | None, everywhere: bool) -> list[str]:
    if ids and names:
        raise MlflowException.invalid_parameter_value(
            "Only experiment_ids or experiment_names can be used, but not both"
        )
    client = MlflowClient()
    if names:
        found = {name: client.get_experiment_by_name(name) for name in names if name is not None}
        for name in (name for name, experiment in found.items() if experiment is None):
            _log.warning("No experiment is called %r: it is left out of the search.", name)
        return [experiment.experiment_id for experiment in found.values() if experiment is not None]
    if ids:
        return ids
    if everywhere:
        experiments = all_pages(
            lambda size, token: client.search_experiments(ViewType.ACTIVE_ONLY, size, page_token=token),
            page_size=1000,
        )
        return [experiment.experiment_id for experiment in experiments]
    return [experiment_in_force()]
