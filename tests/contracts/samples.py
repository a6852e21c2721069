"""Entities for examples: valid, small, and different from each other where they must be."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.experiment import Experiment, NewExperiment
from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import NAME_TAG, Run
from genesis_flow.domain.values.lifecycle import RunStatus, Stage
from tests.contracts.stores import Stores

NOW = 1_700_000_000_000
ROOT = "memory://artifacts"

#: Keys that differ only in case, accents, spaces or dots, or that mean something to some database.
KEYS = (
    "k", "K", "k ", " k", "k.k", "k.K", ".k", "k.", "k..k", "k/k", "k:k", "k-k", "k_k", "k%k", "%", "_",
    "k%2ek", "$k", "k$k", "$", "$set", "k.$", "k.0", "0", "1", "~", "k~k", "k~1k", "é", "e\u0301", "É", "ß",
    "ss", "ı", "i", "İ", "I", "Ω", "\u2126", "日本", "\U0001f600", "__proto__", "constructor", "_id", "id",
    "toString", "null", "x" * 250, "x" * 249 + "y", "é" * 250, "val/acc", "my metric", "`k`", "'k'", '"k"',
    "k;--", "[k]", "{k}", "k\\k",
)


def unique(word: str = "e") -> str:
    """A name that no other test uses."""
    return f"{word}-{uuid.uuid4().hex}"


def new_experiment(name: str | None = None, **changes: Any) -> NewExperiment:
    """An experiment to add, under a name of its own unless one is given."""
    return NewExperiment(
        **{
            "name": name or unique(), "artifact_location": None, "artifact_root": ROOT, "created_at": NOW,
            **changes,
        }
    )


def added_experiment(stores: Stores, **changes: Any) -> Experiment:
    """An experiment that the store has now."""
    return stores.experiments.add(new_experiment(**changes))


def new_run(
    experiment_id: str, name: str = "brisk-heron-412", tags: Mapping[str, str] | None = None, **changes: Any
) -> Run:
    """An active run without metrics, under an id of its own unless one is given."""
    id = changes.get("id") or uuid.uuid4().hex
    return Run(
        **{
            "id": id, "experiment_id": experiment_id, "name": name, "user_id": "ada",
            "status": RunStatus.RUNNING, "started_at": NOW, "ended_at": None, "stage": Stage.ACTIVE,
            "deleted_at": None, "artifact_uri": f"{ROOT}/{experiment_id}/{id}/artifacts",
            "tags": {**(tags or {}), NAME_TAG: name}, **changes,
        }
    )


def added_run(stores: Stores, experiment_id: str | None = None, **changes: Any) -> Run:
    """A run that the store has now, in a new experiment unless one is given."""
    run = new_run(experiment_id or added_experiment(stores).id, **changes)
    stores.runs.add(run)
    return run


def new_model(experiment_id: str, name: str = "a", **changes: Any) -> LoggedModel:
    """An active logged model without metrics, under an id of its own unless one is given."""
    id = changes.get("id") or f"m-{uuid.uuid4().hex}"
    return LoggedModel(
        **{
            "id": id, "experiment_id": experiment_id, "name": name, "created_at": NOW, "updated_at": NOW,
            "artifact_location": f"{ROOT}/{experiment_id}/models/{id}/artifacts", **changes,
        }
    )


def added_model(stores: Stores, experiment_id: str | None = None, **changes: Any) -> LoggedModel:
    """A logged model that the store has now, in a new experiment unless one is given."""
    model = new_model(experiment_id or added_experiment(stores).id, **changes)
    stores.logged_models.add(model)
    return model


def model_point(
    model_id: str, key: str = "loss", value: float = 0.5, run_id: str = "r", *, timestamp: int = NOW, step: int = 0,
    dataset: tuple[str, str] | None = None,
) -> ModelMetric:
    """One point of a metric of a logged model."""
    return ModelMetric(key, value, timestamp, step, model_id, run_id, *(dataset or (None, None)))


def measure(stores: Stores, *points: ModelMetric) -> None:
    """Write points of logged models, each through its run, which the store has."""
    for run_id in dict.fromkeys(point.run_id for point in points):
        stores.runs.append(run_id, model_metrics=[point for point in points if point.run_id == run_id])


def shown_points(points: Iterable[ModelMetric]) -> list[str]:
    """Points of logged models written out: comparable, NaN included."""
    return [repr(each) for each in points]


def point(key: str = "loss", value: float = 0.5, timestamp: int = NOW, step: int = 0) -> Metric:
    """One point of a metric."""
    return Metric(key=key, value=value, timestamp=timestamp, step=step)


def dataset_input(
    name: str = "wine", digest: str = "d1", tags: Mapping[str, str] | None = None, **changes: Any
) -> DatasetInput:
    """The use of a dataset."""
    content = {"source_type": "local", "source": "{}", "schema": None, "profile": None, **changes}
    return DatasetInput(Dataset(name=name, digest=digest, **content), dict(tags or {}))


def points(stores: Stores, run_id: str, key: str = "loss") -> list[tuple[int, int, str]]:
    """The history of a metric as (timestamp, step, value written out): comparable, NaN included."""
    history = stores.runs.history(run_id, key)
    return list(zip(history.timestamps, history.steps, map(repr, history.values), strict=True))


def expected_points(metrics: Iterable[Metric]) -> list[tuple[int, int, str]]:
    """What `points` must show after these points of one metric were appended, in any order and repeated."""
    rows = {
        (each.timestamp, each.step, each.value == each.value, each.value if each.value == each.value else 0.0)
        for each in metrics
    }
    return [
        (timestamp, step, repr(value) if is_number else "nan")
        for timestamp, step, is_number, value in sorted(rows)
    ]


def shown(metric: Metric | None) -> tuple[int, int, str] | None:
    """A metric as `points` shows it."""
    return None if metric is None else (metric.timestamp, metric.step, repr(metric.value))


def scribble(mapping: Mapping[str, Any]) -> None:
    """Empty `mapping` and put something else there, if it can be changed."""
    if isinstance(mapping, MutableMapping):
        mapping.clear()
        mapping["scribbled"] = "by the caller"
