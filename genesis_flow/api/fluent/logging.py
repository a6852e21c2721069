"""Metrics, params and tags of the active run; without one, a run is started."""

from __future__ import annotations

from typing import Any

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Metric, Param, RunTag
from genesis_flow.api.fluent.active_run import run_in_force
from genesis_flow.api.numbers import now_ms
from genesis_flow.api.run_links import run_links
from genesis_flow.api.run_operations import RunOperations


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> RunOperations | None:
    """
    Add one point to a metric.

    Args:
        value: A number, a numeric text, or an array or tensor of one element; NaN and infinities are kept.
        step: Any 64-bit integer; by default 0. timestamp: Milliseconds since the epoch (UTC); by default now.
        synchronous: Whether to wait until it is stored. run_id: By default the active run.
        model_id: The logged model that was measured; by default the active one, else those that the run is known
            to have produced at this step. A model or dataset that the run did not use becomes its input.
        dataset: What it was measured on, from `genesis_flow.data`; kept with the metric of the model.

    Returns:
        A handle to wait on where the write is in the background, else None.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.log_metric`.
    """
    run_id = run_id or run_in_force()
    if model_id or dataset is not None or run_links().models_of(run_id, step or 0):
        from genesis_flow.api.fluent.measurements import log_measurements

        return log_measurements(
            run_id, {key: value}, step=step, timestamp=timestamp, synchronous=synchronous, model_id=model_id,
            dataset=dataset,
        )
    return MlflowClient().log_metric(run_id, key, value, timestamp, step, synchronous)


def log_metrics(
    metrics: dict[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> RunOperations | None:
    """
    Add one point to each of several metrics, all or none (up to 1,000); arguments as `log_metric`.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.log_metrics`.
    """
    run_id = run_id or run_in_force()
    if model_id or dataset is not None or run_links().models_of(run_id, step or 0):
        from genesis_flow.api.fluent.measurements import log_measurements

        return log_measurements(
            run_id, metrics, step=step, timestamp=timestamp, synchronous=synchronous, model_id=model_id,
            dataset=dataset,
        )
    at = now_ms() if timestamp is None else timestamp
    points = [Metric(key, value, at, step or 0) for key, value in metrics.items()]
    return MlflowClient().log_batch(run_id, metrics=points, synchronous=synchronous)


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:
    """
    Set a param of the active run, for good.

    Returns:
        `value`, or a handle to wait on where the write is in the background.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE, also if the param has another value.

    Source: MLflow `mlflow.log_param`.
    """
    return MlflowClient().log_param(run_in_force(), key, value, synchronous)


def log_params(
    params: dict[str, Any], synchronous: bool | None = None, run_id: str | None = None
) -> RunOperations | None:
    """
    Set params of a run, for good, all or none (up to 100).

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE, also if one has another value.

    Source: MLflow `mlflow.log_params`.
    """
    pairs = [Param(key, str(value)) for key, value in params.items()]
    return MlflowClient().log_batch(run_id or run_in_force(), params=pairs, synchronous=synchronous)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> RunOperations | None:
    """
    Set a tag of the active run.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.set_tag`.
    """
    return MlflowClient().set_tag(run_in_force(), key, value, synchronous)


def set_tags(tags: dict[str, Any], synchronous: bool | None = None) -> RunOperations | None:
    """
    Set tags of the active run, all or none (up to 100).

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.set_tags`.
    """
    pairs = [RunTag(key, str(value)) for key, value in tags.items()]
    return MlflowClient().log_batch(run_in_force(), tags=pairs, synchronous=synchronous)


def delete_tag(key: str) -> None:
    """
    Remove a tag of the active run.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.delete_tag`.
    """
    MlflowClient().delete_tag(run_in_force(), key)


def flush_async_logging() -> None:
    """
    Wait until everything that was logged with `synchronous=False` is stored or has failed.

    Source: MLflow `mlflow.flush_async_logging`.
    """
    session.flush_async_logging()


def flush_artifact_async_logging() -> None:
    """
    Do nothing: artifacts are stored before the call that logs them returns.

    Source: MLflow `mlflow.flush_artifact_async_logging`.
    """
