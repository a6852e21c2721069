"""Datasets and logged models that the active run used or produced."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.active_run import run_in_force
from genesis_flow.domain.entities.dataset import CONTEXT_TAG


def log_input(
    dataset: Any = None,
    context: str | None = None,
    tags: dict[str, str] | None = None,
    model: LoggedModelInput | None = None,
) -> None:
    """
    Note a dataset or logged model that the active run used.

    Args:
        dataset: From `genesis_flow.data`. context: What it was used for, such as "training".
        tags: Further texts by key. model: A logged model.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.log_input`.
    """
    log_inputs([dataset], [context], [tags], [model])


def log_inputs(
    datasets: list[Any] | None = None,
    contexts: list[str | None] | None = None,
    tags_list: list[dict[str, str] | None] | None = None,
    models: list[LoggedModelInput | None] | None = None,
) -> None:
    """
    Note datasets and logged models that the active run used; the lists have equal lengths.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.log_inputs`.
    """
    given = [rows for rows in (datasets, contexts, tags_list) if rows is not None]
    if len({len(rows) for rows in given}) > 1:
        raise MlflowException.invalid_parameter_value(
            "`datasets`, `contexts` and `tags_list` must have the same length."
        )
    count = len(given[0]) if given else 0
    rows = zip(datasets or [None] * count, contexts or [None] * count, tags_list or [None] * count, strict=True)
    inputs = [made for row in rows if (made := _input(*row)) is not None]
    used = [model for model in models or () if model is not None]
    MlflowClient().log_inputs(run_in_force(), inputs, used)


def _input(dataset: Any, context: str | None, tags: dict[str, str] | None) -> DatasetInput | None:
    if dataset is None:
        if context or tags:
            raise MlflowException.invalid_parameter_value(
                "`dataset` must be specified if `context` or `tags` is specified."
            )
        return None
    labels = dict(tags or {})
    if context:
        labels[CONTEXT_TAG] = context
    view = dataset._to_mlflow_entity() if hasattr(dataset, "_to_mlflow_entity") else dataset
    if not isinstance(view, Dataset):
        raise MlflowException.invalid_parameter_value(
            f"`dataset` must be a dataset of genesis_flow.data, not {type(dataset).__name__}."
        )
    return DatasetInput(view, [InputTag(key, str(value)) for key, value in labels.items()])


def log_outputs(models: list[LoggedModelOutput] | None = None) -> None:
    """
    Note logged models that the active run produced.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.log_outputs`.
    """
    run_id = run_in_force()
    MlflowClient().log_outputs(run_id, models or [])
