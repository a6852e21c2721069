"""
A design that many have tried: everything is a document of its own, and nothing is sent together.

* a run: `insert_one`, after its experiment was looked up; its end: `update_one`
* a param or tag: `update_one` with upsert
* a point: `insert_one`; the latest value of its metric: `find_one`, then `update_one` with upsert
* a version of a model: `find` of the greatest number, then `insert_one`
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection

from genesis_flow.adapters.mongo.client import database_name
from genesis_flow.domain.entities.metric import Metric

Document = dict[str, Any]


class Naive:
    """What such a design sends."""

    def __init__(self, uri: str, meter: Any) -> None:
        client: MongoClient[Document] = MongoClient(uri, retryWrites=False, event_listeners=[meter])
        self._database = client[database_name(uri)]
        self._database["experiments"].insert_one({"_id": "1", "name": "x", "stage": "active"})

    def __getitem__(self, name: str) -> Collection[Document]:
        return self._database[name]

    def create_run(self) -> str:
        """A run."""
        self["experiments"].find_one({"_id": "1"})
        id = uuid.uuid4().hex
        run = {"_id": id, "experiment": "1", "name": "brisk-heron-412", "user": "ada", "status": "RUNNING"}
        self["runs"].insert_one({**run, "start": 1_700_000_000_000, "uri": f"memory://artifacts/1/{id}/artifacts"})
        return id

    def log_batch(
        self, run_id: str, metrics: Sequence[Metric], params: Mapping[str, str], tags: Mapping[str, str]
    ) -> None:
        """A loop."""
        for collection, texts in (("params", params), ("tags", tags)):
            for key, value in texts.items():
                wanted = {"run": run_id, "key": key}
                self[collection].update_one(
                    {"_id": f"{run_id}/{key}"}, {"$set": {**wanted, "value": value}}, upsert=True
                )
        for point in metrics:
            row = {"run": run_id, "key": point.key, "value": point.value, "time": point.timestamp, "step": point.step}
            self["metrics"].insert_one({**row})
            latest = self["latest_metrics"].find_one({"_id": f"{run_id}/{point.key}"})
            if latest is None or latest["step"] <= point.step:
                self["latest_metrics"].update_one({"_id": f"{run_id}/{point.key}"}, {"$set": row}, upsert=True)

    def end_run(self, run_id: str) -> None:
        """Its end."""
        self["runs"].update_one({"_id": run_id}, {"$set": {"status": "FINISHED", "end": 1_700_000_000_001}})

    def create_versions(self, count: int) -> None:
        """A model with versions."""
        for number in range(count):
            rows = self["versions"].find({"model": "m"}, sort=[("_id", -1)], limit=1)
            last = next(iter(rows), {"version": 0})["version"]
            self["versions"].insert_one({"_id": f"m/{number:08d}", "model": "m", "version": last + 1, "source": "s"})
