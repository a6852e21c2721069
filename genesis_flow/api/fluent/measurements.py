"""Metrics of the active run that belong to logged models or datasets, too."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import DatasetInput, LoggedModelInput, Metric
from genesis_flow.api.numbers import now_ms
from genesis_flow.api.run_links import run_links
from genesis_flow.api.run_operations import RunOperations


def log_measurements(
    run_id: str,
    metrics: dict[str, float],
    *,
    step: int | None,
    timestamp: int | None,
    synchronous: bool | None,
    model_id: str | None,
    dataset: Any,
) -> RunOperations | None:
    """
    Add one point to each of several metrics, of the run and of the logged models that they belong to.

    These are the model with `model_id`, else the active model, else those that the run produced at this step.
    A model that the run neither used nor produced, and a dataset that it did not use, become its inputs.

    Source: MLflow `mlflow.log_metric`, `mlflow.log_metrics`.
    """
    step = 0 if step is None else step
    models = (model_id,) if model_id else run_links().models_of(run_id, step)
    client = MlflowClient()
    _note_inputs(client, run_id, models, dataset)
    name, digest = (None, None) if dataset is None else (dataset.name, dataset.digest)
    at = now_ms() if timestamp is None else timestamp
    points = [
        Metric(key, value, at, step, model, name, digest)
        for key, value in metrics.items()
        for model in models or (None,)
    ]
    return client.log_batch(run_id, metrics=points, synchronous=synchronous)


def _note_inputs(client: MlflowClient, run_id: str, models: tuple[str, ...], dataset: Any) -> None:
    """Note what the run used; each is looked up once in a process."""
    identity = None if dataset is None else (dataset.name, dataset.digest)
    wanted: list[Any] = [*models, *([identity] if identity is not None else [])]
    known = run_links().known_inputs(run_id)
    if known.issuperset(wanted):
        return
    run = client.get_run(run_id)
    if run.inputs is not None:
        known.update(model.model_id for model in run.inputs.model_inputs)
        known.update((used.dataset.name, used.dataset.digest) for used in run.inputs.dataset_inputs)
    if run.outputs is not None:
        known.update(model.model_id for model in run.outputs.model_outputs)
    new_models = [LoggedModelInput(model) for model in models if model not in known]
    new_datasets = [DatasetInput(_entity(dataset), [])] if dataset is not None and identity not in known else []
    if new_models or new_datasets:
        client.log_inputs(run_id, new_datasets, new_models)
    known.update(wanted)


def _entity(dataset: Any) -> Any:
    return dataset._to_mlflow_entity() if hasattr(dataset, "_to_mlflow_entity") else dataset
