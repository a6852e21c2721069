"""Search results as pandas DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from genesis_flow.api.entities import LoggedModel, Run
from genesis_flow.api.exceptions import MlflowException

if TYPE_CHECKING:
    import pandas


def runs_to_frame(runs: Sequence[Run]) -> pandas.DataFrame:
    """
    One row a run: its attributes, then metrics.*, params.* and tags.*; times are UTC.

    A metric that a run does not have is NaN, a param or tag None.

    Raises:
        MlflowException: pandas is not installed.

    Source: MLflow `mlflow.search_runs`.
    """
    pandas = _pandas()
    infos = [run.info for run in runs]
    columns: dict[str, Any] = {
        name: [getattr(info, name) for info in infos]
        for name in ("run_id", "experiment_id", "status", "artifact_uri")
    }
    for name in ("start_time", "end_time"):
        columns[name] = pandas.to_datetime([getattr(info, name) for info in infos], unit="ms", utc=True)
    columns |= _spread("metrics", [run.data.metrics for run in runs], float("nan"))
    columns |= _spread("params", [run.data.params for run in runs], None)
    columns |= _spread("tags", [run.data.tags for run in runs], None)
    frame: Any = pandas.DataFrame(columns)
    return frame


def logged_models_to_frame(models: Sequence[LoggedModel]) -> pandas.DataFrame:
    """
    One row a model, with a column for each property.

    Raises:
        MlflowException: pandas is not installed.

    Source: MLflow `mlflow.search_logged_models`.
    """
    rows = [{**model.to_dictionary(), "status": model.status} for model in models]
    frame: pandas.DataFrame = _pandas().DataFrame(rows)
    return frame


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise MlflowException.invalid_parameter_value(
            "pandas is needed for output_format='pandas': install it (pip install pandas), or use "
            "output_format='list'."
        ) from error
    return pandas


def _spread(prefix: str, rows: list[dict[str, Any]], absent: Any) -> dict[str, list[Any]]:
    keys = dict.fromkeys(key for row in rows for key in row)
    return {f"{prefix}.{key}": [row.get(key, absent) for row in rows] for key in keys}
