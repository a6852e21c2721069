"""A store through `MlflowClient` and the fluent functions: of stock MLflow, or of genesis-flow, word for word."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from benchmarks import data
from benchmarks.data import Point, Run
from benchmarks.worker.contender import Contender


class MlflowClientContender(Contender):
    """
    One store through MLflow's interface.

    Args:
        package: "mlflow" or "genesis_flow". uri: The tracking URI.
    """

    def __init__(self, package: str, uri: str) -> None:
        self._mlflow = importlib.import_module(package)
        self._entities = importlib.import_module(f"{package}.entities")
        self._client = self._mlflow.MlflowClient(uri)
        self._uri = uri

    def create_experiment(self, name: str) -> str:
        return str(self._client.create_experiment(name))

    def create_run(self, experiment_id: str) -> str:
        return str(self._client.create_run(experiment_id).info.run_id)

    def log_run(self, experiment_id: str, run: Run) -> str:
        client, entities = self._client, self._entities
        run_id = str(client.create_run(experiment_id, run_name=run.name).info.run_id)
        client.log_batch(
            run_id,
            metrics=[entities.Metric(*point) for point in run.points],
            params=[entities.Param(*param) for param in run.params.items()],
            tags=[entities.RunTag(*tag) for tag in run.tags.items()],
        )
        client.set_terminated(run_id)
        return run_id

    def enter(self, experiment_id: str) -> None:
        self._mlflow.set_tracking_uri(self._uri)
        self._mlflow.set_experiment(experiment_id=experiment_id)

    def log_run_step_by_step(self, run: Run) -> str:
        mlflow = self._mlflow
        with mlflow.start_run(run_name=run.name) as active:
            mlflow.log_params(run.params)
            mlflow.log_metrics(run.metrics)
            mlflow.set_tags(run.tags)
        return str(active.info.run_id)

    def log_metric(self, run_id: str, point: Point) -> None:
        key, value, timestamp, step = point
        self._client.log_metric(run_id, key, value, timestamp=timestamp, step=step)

    def batch_of(self, run_id: str, points: Sequence[Point]) -> Any:
        return [self._entities.Metric(*point) for point in points]

    def log_batch(self, run_id: str, batch: Any) -> None:
        self._client.log_batch(run_id, metrics=batch)

    def get_run(self, run_id: str) -> Any:
        return self._client.get_run(run_id)

    def search(self, experiment_id: str, limit: int, least: float, below: float | None = None) -> Any:
        wanted = data.FILTER.format(least) + ("" if below is None else data.BELOW.format(below))
        return self._client.search_runs(
            [experiment_id], filter_string=wanted, max_results=limit, order_by=[data.BY_ACCURACY]
        )

    def latest(self, experiment_id: str, limit: int, token: Any = None) -> Any:
        return self._client.search_runs([experiment_id], max_results=limit, order_by=[data.BY_START], page_token=token)

    def history(self, run_id: str, key: str) -> Any:
        return self._client.get_metric_history(run_id, key)

    def ids_of(self, page: Any) -> list[str]:
        return [run.info.run_id for run in page]

    def token_of(self, page: Any) -> Any:
        return page.token

    def content_of(self, run: Any) -> dict[str, Any]:
        return {"params": dict(run.data.params), "metrics": dict(run.data.metrics), "tags": dict(run.data.tags)}

    def values_of(self, history: Any) -> list[float]:
        return [point.value for point in sorted(history, key=lambda point: int(point.step))]
