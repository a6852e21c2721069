"""Metric histories: buckets of points in columns, one series of buckets a metric of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

import attrs
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.errors import DUPLICATE_KEY
from genesis_flow.adapters.mongo.indexes import HISTORIES
from genesis_flow.adapters.mongo.names import bucket_id, bucket_range
from genesis_flow.adapters.mongo.pending import Waiting
from genesis_flow.adapters.mongo.upserts import upsert_all
from genesis_flow.domain.entities.metric import Metric, MetricHistory, history_from_columns

#: Points that are counted into a bucket before the next one begins. A bucket holds fewer than this many
#: and one batch more, so at most about 50 KB; small enough that appending single points stays cheap.
BUCKET_SIZE: Final = 256

#: So many points of one batch and metric get buckets of their own: adding to one means writing it anew.
OWN_BUCKET: Final = 32

_PURGE_BATCH: Final = 500
_MOST_BUCKETS: Final = 10_000


@attrs.frozen
class MongoHistories:
    """
    The histories of all runs, but for the points that wait in the run documents.

    A point that is sent twice is stored twice and read once. Which bucket it goes to follows from how many
    points the run has counted for the metric, so writers need not agree on anything else.
    """

    _database: MongoDatabase

    def append(self, run_id: str, metrics: Mapping[str, Sequence[Metric]], counts: Mapping[str, int]) -> None:
        """Store `metrics` by key, given the points of each key counted before; 1 to 3 round trips."""
        routed = self._database.dialect.routed(HISTORIES, run_id)
        fresh: list[dict[str, Any]] = []
        growing: list[dict[str, Any]] = []
        for key, points in sorted(metrics.items()):  # one order: writers must not lock each other out
            count = counts.get(key, 0)
            id = bucket_id(run_id, key, count // BUCKET_SIZE)
            if len(points) >= OWN_BUCKET:  # the counts are no other batch's: nobody else uses these ids
                fresh += [{**_bucket(f"{id}.{count + start}", part), **routed} for start, part in self._parts(points)]
            else:
                (growing if count % BUCKET_SIZE else fresh).append({**_bucket(id, points), **routed})
        if fresh:
            growing += self._insert(fresh)
        if growing:
            self._push(growing, routed)

    def _parts(self, points: Sequence[Metric]) -> Iterator[tuple[int, Sequence[Metric]]]:
        """Where each part of `points` begins that makes a document, and the part."""
        most = self._database.dialect.bucket_points
        return ((start, points[start : start + most]) for start in range(0, len(points), most))

    def copy(self, run_id: str, waiting: Iterable[Waiting]) -> None:
        """Store points that wait in a run document; one round trip."""
        buckets: dict[str, list[Metric]] = {}
        for each in waiting:
            id = bucket_id(run_id, each.point.key, each.before // BUCKET_SIZE)
            buckets.setdefault(id, []).append(each.point)
        routed = self._database.dialect.routed(HISTORIES, run_id)
        self._push((_bucket(id, points) for id, points in buckets.items()), routed)

    def _insert(self, buckets: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Insert new buckets; returns those that another writer began meanwhile."""
        try:
            self._database[HISTORIES].insert_many(buckets, ordered=False)
        except BulkWriteError as error:
            rows = error.details["writeErrors"]
            if any(row["code"] != DUPLICATE_KEY for row in rows):
                raise
            return [buckets[row["index"]] for row in rows]
        return []

    def _push(self, buckets: Iterable[dict[str, Any]], routed: Mapping[str, str]) -> None:
        updates = [
            UpdateOne(
                {"_id": bucket["_id"], **routed},
                {"$push": {column: {"$each": bucket[column]} for column in "stv"}},
                upsert=True,
            )
            for bucket in sorted(buckets, key=itemgetter("_id"))
        ]
        upsert_all(self._database[HISTORIES], updates)

    def read(self, run_id: str, key: str, waiting: Iterable[Metric]) -> MetricHistory:
        """All points of a metric, each once, with those that were `waiting` a moment ago."""
        values: list[float] = []
        timestamps: list[int] = []
        steps: list[int] = []
        wanted = {"_id": bucket_range(run_id, key), **self._database.dialect.routed(HISTORIES, run_id)}
        # Servers send as much at a time as they may, 101 documents unless asked for more.
        for bucket in self._database[HISTORIES].find(wanted, sort=[("_id", 1)], batch_size=_MOST_BUCKETS):
            values += bucket["v"]
            timestamps += map(int, bucket["t"])  # the driver has a type of its own for 64 bits
            steps += map(int, bucket["s"])
        for point in waiting:
            values.append(point.value)
            timestamps.append(point.timestamp)
            steps.append(point.step)
        return history_from_columns(key, values, timestamps, steps)

    def purge(self, run_id: str) -> None:
        """Erase all histories of a run, some buckets at a time."""
        collection = self._database[HISTORIES]
        routed = self._database.dialect.routed(HISTORIES, run_id)
        while True:
            rows = collection.find({"_id": bucket_range(run_id), **routed}, {"_id": 1}, limit=_PURGE_BATCH)
            ids = [row["_id"] for row in rows]
            if ids:
                collection.delete_many({"_id": {"$in": ids}, **routed})
            if len(ids) < _PURGE_BATCH:
                return


def _bucket(id: str, points: Sequence[Metric]) -> dict[str, Any]:
    return {
        "_id": id,
        "s": [point.step for point in points],
        "t": [point.timestamp for point in points],
        "v": [point.value + 0.0 for point in points],
    }
