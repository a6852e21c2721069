"""
The points of logged models: the first ones in the model's own document, further ones in documents of their own.

Which place a point goes to follows from how many the model has counted before, which the update that counts them
gives back: writers need not agree on anything else. A point that is sent twice is read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
from pymongo import UpdateOne

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.documents import Document
from genesis_flow.adapters.mongo.indexes import MODEL_POINTS, MODELS
from genesis_flow.adapters.mongo.model_documents import (
    EVERYTHING,
    REFRESH,
    latest_to_document,
    point_to_row,
    scope_of,
    value_term,
)
from genesis_flow.adapters.mongo.names import field_name, sortable
from genesis_flow.adapters.mongo.places import Places
from genesis_flow.adapters.mongo.upserts import upsert_all
from genesis_flow.domain.entities.logged_model import ModelMetric
from genesis_flow.domain.values.refusals import no_logged_model

#: Points that a model's own document holds at most, and that are counted into a further one before the next begins.
NEAR: Final = 256

_PURGE_BATCH: Final = 200


@attrs.frozen
class MongoModelPoints:
    """The points of all logged models."""

    _database: MongoDatabase

    def active_models(self, ids: Iterable[str]) -> dict[str, Document]:
        """What is needed of each of these models to write to it, or `NotFound`; one round trip."""
        wanted = list(ids)
        places = Places(self._database, MODELS, "model").wanted_all(wanted)
        rows = self._database[MODELS].find({**places, "stage": "active"}, {"model": 1, "exp": 1})
        found = {row["model"]: row for row in rows}
        for id in wanted:
            if id not in found:
                raise no_logged_model(id)
        return {id: found[id] for id in sorted(found)}  # one order: writers must not lock each other out

    def append(self, models: Mapping[str, Document], points: Sequence[ModelMetric]) -> None:
        """Add points to these models; one or two round trips each."""
        for id, model in models.items():
            own = [point for point in points if point.model_id == id]
            rows = [point_to_row(point) for point in own]
            wanted = {"_id": model["_id"], **self._database.dialect.routed(MODELS, model["exp"])}
            before = self._database[MODELS].find_one_and_update(
                wanted, [{"$set": _additions(own, rows)}, REFRESH], projection={"n": 1}
            )
            if before is not None and before["n"] + len(rows) > NEAR:
                self._push(model, int(before["n"]), rows)

    def _push(self, model: Document, counted: int, rows: list[Document]) -> None:
        values = {value_term(model["exp"], row["k"], row["v"]) for row in rows}
        id, routed = model["model"], self._database.dialect.routed(MODEL_POINTS, model["model"])
        update = {
            **({} if routed else {"$set": {"m": id}}),
            "$push": {"r": {"$each": rows}},
            "$addToSet": {"k": {"$each": sorted(values)}},
        }
        wanted = {"_id": f"{id}/{counted // NEAR:08d}", **routed}
        upsert_all(self._database[MODEL_POINTS], [UpdateOne(wanted, update, upsert=True)])

    def further(self, documents: Iterable[Mapping[str, Any]]) -> dict[str, list[Document]]:
        """By model id, the points that `documents` of models do not hold themselves."""
        ids = [document["model"] for document in documents if document["n"] > NEAR]
        found: dict[str, list[Document]] = {}
        if ids:
            for row in self._database[MODEL_POINTS].find({"m": {"$in": ids}}, {"m": 1, "r": 1}):
                found.setdefault(row["m"], []).extend(row["r"])
        return found

    def purge(self, model_id: str) -> None:
        """Erase the further points of a model, some documents at a time."""
        collection = self._database[MODEL_POINTS]
        while True:
            ids = [row["_id"] for row in collection.find({"m": model_id}, {"_id": 1}, limit=_PURGE_BATCH)]
            if ids:
                collection.delete_many({"_id": {"$in": ids}, "m": model_id})
            if len(ids) < _PURGE_BATCH:
                return


def _additions(points: Sequence[ModelMetric], rows: list[Document]) -> Document:
    """The `$set` stage that adds points to a model, whatever was added to it meanwhile."""
    count: Document = {"$add": ["$n", len(rows)]}
    change: Document = {
        "n": count,
        "r": {"$cond": [{"$lte": [count, NEAR]}, {"$setUnion": ["$r", {"$literal": rows}]}, "$r"]},
        "sc": {"$setUnion": ["$sc", sorted({scope for point in points for scope in _scopes(point)[1:]})]},
    }
    grouped: dict[tuple[str, str], list[ModelMetric]] = {}
    for point in points:
        for scope in _scopes(point):
            grouped.setdefault((field_name(point.key), scope), []).append(point)
    for (name, scope), group in grouped.items():
        change |= _summary(f"s.{name}.{scope}", group)
    return change


def _scopes(point: ModelMetric) -> tuple[str, ...]:
    if point.dataset_name is None:
        return (EVERYTHING,)
    return EVERYTHING, scope_of(point.dataset_name), scope_of(point.dataset_name, point.dataset_digest)


def _summary(path: str, points: Sequence[ModelMetric]) -> Document:
    newest = latest_to_document(min(points, key=lambda point: point.recency))
    change: Document = {f"{path}.z": {"$min": [f"${path}.z", {"$literal": newest}]}}
    numbers = [point.value for point in points if point.value == point.value]
    if numbers:
        change[f"{path}.h"] = {"$max": [f"${path}.h", sortable(max(numbers))]}
        change[f"{path}.l"] = {"$min": [f"${path}.l", sortable(min(numbers))]}
    if len(numbers) < len(points):
        change[f"{path}.q"] = {"$literal": True}
    return change
