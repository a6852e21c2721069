"""
The floor: plain pymongo with the fewest round trips that could do each operation, and nothing else.

It checks nothing, keeps no promise of MLflow's (names that are unique, params that cannot change, late points
that do not win, retries that do not double) and returns documents as they come. Its layout is the fastest that
we know for these operations alone:

* `runs`: one document a run. Its `_id` begins with the experiment and the start time, latest first, so that
  pages by start time are ranges of `_id` (on some engines far faster than a sort by another index). A unique
  index finds a run by its id; another one, on experiment, the one param and the one metric that are searched
  for, serves that search alone. A general store cannot have such an index for each param and metric.
* `points`: one document a point, whose `_id` is run, key and step: no index but that one.

Round trips:

* create experiment: `insert_one`, with an id made by the client
* log a run, at once: `insert_one`; `update_one` for params, tags and latest metrics; `insert_many` of the points;
  `update_one` for its end
* log a run, step by step: `insert_one`; `update_one` for params; `update_one` and `insert_many` for metrics;
  `update_one` for tags; `update_one` for its end
* log a metric: `update_one` for the latest metric; `insert_one`
* log a batch: `update_one` for the latest metrics; `insert_many`
* get a run: `find_one`
* search, pages by start time: `find` with sort and limit, answered in one batch
* history: `find` of one document a point
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from pymongo import DESCENDING, IndexModel, MongoClient

from benchmarks import data
from benchmarks.data import Point, Run
from benchmarks.worker.contender import Contender

Document = dict[str, Any]

_MOST_MS: Final = 2**63 - 1
_BATCH: Final = 1_000


class PlainPymongo(Contender):
    """
    One database through pymongo.

    Args:
        uri: A MongoDB URI whose path names the database.
    """

    def __init__(self, uri: str) -> None:
        client: MongoClient[Document] = MongoClient(uri)
        database = client[urlsplit(uri).path.lstrip("/")]
        self._experiments = database["experiments"]
        self._runs = database["runs"]
        self._points = database["points"]
        self._runs.create_indexes(
            [
                IndexModel("run", name="run", unique=True),
                IndexModel(["exp", "p.model", ("m.accuracy.v", DESCENDING)], name="search"),
            ]
        )
        self._experiment_id = ""

    def create_experiment(self, name: str) -> str:
        id, now = uuid.uuid4().hex, _now()
        document = {"_id": id, "name": name, "location": f"root/{id}", "stage": "active", "t": {}}
        self._experiments.insert_one({**document, "created": now, "updated": now})
        return id

    def create_run(self, experiment_id: str) -> str:
        return self._create(experiment_id, f"run-{_now()}", {})

    def _create(self, experiment_id: str, name: str, tags: dict[str, str]) -> str:
        run_id = uuid.uuid4().hex
        self._runs.insert_one(_document(experiment_id, run_id, name, _now(), tags))
        return run_id

    def log_run(self, experiment_id: str, run: Run) -> str:
        run_id = self._create(experiment_id, run.name, {})
        change = {**_latest(run.points), **_texts("p", run.params), **_texts("t", run.tags)}
        self._runs.update_one({"run": run_id}, {"$set": change})
        self._points.insert_many(self.batch_of(run_id, run.points))
        self._end(run_id)
        return run_id

    def _end(self, run_id: str) -> None:
        self._runs.update_one({"run": run_id}, {"$set": {"status": "FINISHED", "end": _now()}})

    def enter(self, experiment_id: str) -> None:
        self._experiment_id = experiment_id

    def log_run_step_by_step(self, run: Run) -> str:
        tags = {"mlflow.user": data.USER, "mlflow.source.name": "train.py", "mlflow.source.type": "LOCAL"}
        run_id = self._create(self._experiment_id, run.name, tags)
        self._runs.update_one({"run": run_id}, {"$set": _texts("p", run.params)})
        self.log_batch(run_id, self.batch_of(run_id, run.points))
        self._runs.update_one({"run": run_id}, {"$set": _texts("t", run.tags)})
        self._end(run_id)
        return run_id

    def log_metric(self, run_id: str, point: Point) -> None:
        self._runs.update_one({"run": run_id}, {"$set": _latest([point])})
        self._points.insert_one(_point(run_id, point))

    def batch_of(self, run_id: str, points: Sequence[Point]) -> Any:
        return [_point(run_id, point) for point in points]

    def log_batch(self, run_id: str, batch: Any) -> None:
        newest = {document["k"]: document for document in batch}
        change = {f"m.{key}": {name: document[name] for name in "stv"} for key, document in newest.items()}
        self._runs.update_one({"run": run_id}, {"$set": change})
        self._points.insert_many(batch)

    def insert_points(self, batch: Any) -> None:
        self._points.insert_many(batch)

    def get_run(self, run_id: str) -> Any:
        return self._runs.find_one({"run": run_id})

    def search(self, experiment_id: str, limit: int, least: float, below: float | None = None) -> Any:
        bounds = {"$gt": least} if below is None else {"$gt": least, "$lt": below}
        wanted = {"exp": experiment_id, "p.model": data.MODEL, "m.accuracy.v": bounds}
        return list(self._runs.find(wanted, sort=[("m.accuracy.v", -1)], limit=limit, batch_size=limit + 1))

    def latest(self, experiment_id: str, limit: int, token: Any = None) -> Any:
        first = {"$gt": token} if token else {"$gte": f"{experiment_id}/"}
        wanted = {"_id": {**first, "$lt": f"{experiment_id}0"}}  # "0" comes after "/"
        return list(self._runs.find(wanted, sort=[("_id", 1)], limit=limit, batch_size=limit + 1))

    def history(self, run_id: str, key: str) -> Any:
        wanted = {"_id": {"$gte": f"{run_id}/{key}/", "$lt": f"{run_id}/{key}0"}}
        return list(self._points.find(wanted, sort=[("_id", 1)]))

    def ids_of(self, page: Any) -> list[str]:
        return [document["run"] for document in page]

    def token_of(self, page: Any) -> Any:
        return page[-1]["_id"]

    def content_of(self, run: Any) -> dict[str, Any]:
        return {
            "params": run["p"],
            "metrics": {key: point["v"] for key, point in run["m"].items()},
            "tags": {key.replace("%2E", "."): value for key, value in run["t"].items()},
        }

    def values_of(self, history: Any) -> list[float]:
        return [document["v"] for document in history]

    def load(self, experiment_id: str, runs: Iterable[Run]) -> None:
        """Store whole runs."""
        remaining = iter(runs)
        while some := list(islice(remaining, _BATCH)):
            self._runs.insert_many([_whole_document(experiment_id, run) for run in some])
            self._points.insert_many([_point(run.id, point) for run in some for point in run.points])


def _now() -> int:
    return time.time_ns() // 1_000_000


def _document(experiment_id: str, run_id: str, name: str, started_at: int, tags: dict[str, str]) -> Document:
    return {
        "_id": f"{experiment_id}/{_MOST_MS - started_at:016x}/{run_id}",
        "run": run_id,
        "exp": experiment_id,
        "name": name,
        "stage": "active",
        "status": "RUNNING",
        "user": data.USER,
        "start": started_at,
        "end": None,
        "uri": f"root/{experiment_id}/{run_id}/artifacts",
        "m": {},
        "p": {},
        "t": {key.replace(".", "%2E"): value for key, value in {**tags, "mlflow.runName": name}.items()},
    }


def _whole_document(experiment_id: str, run: Run) -> Document:
    document = _document(experiment_id, run.id, run.name, run.started_at, run.tags)
    document["m"] = {key: {"s": step, "t": at, "v": value} for key, value, at, step in run.points}
    return {**document, "p": run.params, "status": "FINISHED", "end": run.ended_at}


def _texts(field: str, texts: dict[str, str]) -> Document:
    return {f"{field}.{key}": value for key, value in texts.items()}


def _latest(points: Sequence[Point]) -> Document:
    return {f"m.{key}": {"s": step, "t": at, "v": value} for key, value, at, step in points}


def _point(run_id: str, point: Point) -> Document:
    key, value, timestamp, step = point
    return {"_id": f"{run_id}/{key}/{step:016x}", "k": key, "s": step, "t": timestamp, "v": value}
