"""
Ways to store many whole runs fast, so that searches have something to search.

Each leaves behind what the store itself would have written. Nothing here is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks import data
from benchmarks.data import Run

Loader = Callable[[str, str, Iterable[Run]], None]

_ROOT: Final = "root"
_BATCH: Final = 1_000


def load_genesis_sqlite(uri: str, experiment_id: str, runs: Iterable[Run]) -> None:
    """Through the repository, without waiting for the disk at each write."""
    from genesis_flow.adapters.sqlite.connection import SqliteDatabase
    from genesis_flow.adapters.sqlite.runs import SqliteRunRepository

    database = SqliteDatabase(Path(urlsplit(uri).path.removeprefix("/")), artifact_root=_ROOT, synchronous="NORMAL")
    repository = SqliteRunRepository(database)
    for run in runs:
        entity = _genesis_run(experiment_id, run)
        repository.add(entity)
        repository.append(run.id, metrics=list(_genesis_metrics(run)))
    database.close()


def load_genesis_mongodb(uri: str, experiment_id: str, runs: Iterable[Run]) -> None:
    """Documents as the adapter makes them, many at a time; few points wait in the run, and need no buckets."""
    from genesis_flow.adapters.mongo.client import MongoDatabase
    from genesis_flow.adapters.mongo.indexes import RUNS

    database = MongoDatabase(uri, _ROOT)
    remaining = iter(runs)
    while some := list(islice(remaining, _BATCH)):
        database[RUNS].insert_many([_genesis_document(experiment_id, run) for run in some])
    database.close()


def _genesis_run(experiment_id: str, run: Run) -> Any:
    from genesis_flow.domain.entities.run import NAME_TAG
    from genesis_flow.domain.entities.run import Run as Entity
    from genesis_flow.domain.values.lifecycle import RunStatus, Stage

    return Entity(
        id=run.id,
        experiment_id=experiment_id,
        name=run.name,
        user_id=data.USER,
        status=RunStatus.FINISHED,
        started_at=run.started_at,
        ended_at=run.ended_at,
        stage=Stage.ACTIVE,
        deleted_at=None,
        artifact_uri=f"{_ROOT}/{experiment_id}/{run.id}/artifacts",
        params=run.params,
        tags={**run.tags, NAME_TAG: run.name},
    )


def _genesis_metrics(run: Run) -> Iterable[Any]:
    from genesis_flow.domain.entities.metric import Metric

    return (Metric(*point) for point in run.points)


def _genesis_document(experiment_id: str, run: Run) -> dict[str, Any]:
    from genesis_flow.adapters.mongo.documents import point_to_document, run_to_document
    from genesis_flow.adapters.mongo.pending import Waiting, fields
    from genesis_flow.adapters.mongo.terms import document_terms

    document = run_to_document(_genesis_run(experiment_id, run))
    document["m"] = {metric.key: point_to_document(metric) for metric in _genesis_metrics(run)}
    document["n"] = dict.fromkeys(run.metrics, 1)
    document |= fields([Waiting(metric, 0) for metric in _genesis_metrics(run)])
    document["k"] = document_terms(document)
    return document


def load_mlflow_sql(uri: str, experiment_id: str, runs: Iterable[Run]) -> None:
    """Rows of stock MLflow's own tables, many at a time."""
    from mlflow.store.tracking.dbmodels import models  # type: ignore[import-not-found]  # in its own environment
    from sqlalchemy import create_engine, insert  # type: ignore[import-not-found]  # as above

    engine = create_engine(uri)
    remaining = iter(runs)
    while some := list(islice(remaining, _BATCH)):
        points = [(run.id, point) for run in some for point in run.points]
        tags = [(run.id, {**run.tags, "mlflow.runName": run.name}) for run in some]
        with engine.begin() as connection:
            for model, rows in (
                (models.SqlRun, [_mlflow_run(experiment_id, run) for run in some]),
                (models.SqlParam, [row for run in some for row in _mlflow_texts(run.id, run.params)]),
                (models.SqlTag, [row for id, texts in tags for row in _mlflow_texts(id, texts)]),
                (models.SqlMetric, [_mlflow_point(id, point) for id, point in points]),
                (models.SqlLatestMetric, [_mlflow_point(id, point) for id, point in points]),
            ):
                connection.execute(insert(model), rows)
    engine.dispose()


def _mlflow_run(experiment_id: str, run: Run) -> dict[str, Any]:
    return {
        "run_uuid": run.id,
        "name": run.name,
        "source_type": "UNKNOWN",
        "source_name": "",
        "entry_point_name": "",
        "user_id": data.USER,
        "status": "FINISHED",
        "start_time": run.started_at,
        "end_time": run.ended_at,
        "source_version": "",
        "lifecycle_stage": "active",
        "artifact_uri": f"{_ROOT}/{experiment_id}/{run.id}/artifacts",
        "experiment_id": int(experiment_id),
    }


def _mlflow_texts(run_id: str, texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"run_uuid": run_id, "key": key, "value": value} for key, value in texts.items()]


def _mlflow_point(run_id: str, point: data.Point) -> dict[str, Any]:
    key, value, timestamp, step = point
    return {"run_uuid": run_id, "key": key, "value": value, "timestamp": timestamp, "step": step, "is_nan": False}


#: The loaders by name.
LOADERS: Final[dict[str, Loader]] = {
    "genesis-sqlite": load_genesis_sqlite,
    "genesis-mongodb": load_genesis_mongodb,
    "mlflow-sql": load_mlflow_sql,
}
