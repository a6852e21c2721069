"""
Logged models to documents and back.

{_id: "<experiment>/<2^63-1 - created, 16 hex digits>/<model id>", model, exp, e: experiment as a number, name, type,
 run, stage, status: number, msg, created, updated, uri, p: {key: value}, t: {key: value},
 s: {key: {scope: {h: greatest, l: least, q: whether NaN is among them, z: latest}}},     what searches ask of metrics
 sc: [scopes], r: [points], n: points counted, k: [index terms]}

A scope is "a" for all points of a metric, or stands for the points on a dataset by name, or by name and digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from genesis_flow.adapters.mongo.documents import Document, fields_to_texts, texts_to_fields
from genesis_flow.adapters.mongo.names import SEPARATOR, run_document_id, sortable
from genesis_flow.adapters.mongo.terms import DELETED, PARAM, TAG, VALUE_LENGTH, prefix, text_term
from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric, ModelStatus, ordered_points
from genesis_flow.domain.values.lifecycle import Stage

#: What reading a model leaves on the server.
PROJECTION: Final[Mapping[str, int]] = {"k": 0, "s": 0, "sc": 0}

#: All points of a metric.
EVERYTHING: Final = "a"

#: Kinds of index terms: the greatest and the least value of a metric.
GREATEST, LEAST = "h", "l"
#: Attributes with index terms, by their names in documents.
ATTRIBUTES: Final = ("name", "type", "run")

_STAGES: Final = {stage.value: stage for stage in Stage}


def scope_of(dataset_name: str, dataset_digest: str | None = None) -> str:
    """What stands for the points on a dataset; a name of a field."""
    name = dataset_name.encode()
    identity = name if dataset_digest is None else len(name).to_bytes(8, "big") + name + dataset_digest.encode()
    return ("n" if dataset_digest is None else "d") + hashlib.sha256(identity).hexdigest()[:32]


def model_to_document(model: LoggedModel) -> Document:
    """The document of a new logged model."""
    document: Document = {
        "_id": run_document_id(model.experiment_id, model.created_at, model.id),
        "model": model.id,
        "exp": model.experiment_id,
        "e": int(model.experiment_id),
        "name": model.name,
        "type": model.type,
        "run": model.source_run_id,
        "stage": model.stage.value,
        "status": model.status.value,
        "msg": model.status_message,
        "created": model.created_at,
        "updated": model.updated_at,
        "uri": model.artifact_location,
        "p": texts_to_fields(model.params),
        "t": texts_to_fields(model.tags),
        "s": {},
        "sc": [],
        "r": [],
        "n": 0,
    }
    document["k"] = list(_terms(document))
    return document


def document_to_model(document: Mapping[str, Any], further: Iterable[Mapping[str, Any]] = ()) -> LoggedModel:
    """The logged model of a document; `further` are points that it keeps elsewhere."""
    id = document["model"]
    rows = [*document["r"], *further]
    return LoggedModel(
        id=id,
        experiment_id=document["exp"],
        name=document["name"],
        artifact_location=document["uri"],
        created_at=int(document["created"]),
        updated_at=int(document["updated"]),
        type=document["type"],
        source_run_id=document["run"],
        status=ModelStatus(document["status"]),
        status_message=document["msg"],
        stage=_STAGES[document["stage"]],
        params=fields_to_texts(document["p"]),
        tags=fields_to_texts(document["t"]),
        metrics=ordered_points(row_to_point(id, row) for row in rows),
    )


def point_to_row(point: ModelMetric) -> Document:
    """What is kept of a point; equal points have equal rows."""
    row: Document = {
        "k": point.key, "v": point.value + 0.0, "t": point.timestamp, "s": point.step, "r": point.run_id,
    }
    if point.dataset_name is not None:
        row |= {"n": point.dataset_name, "g": point.dataset_digest}
    return row


def row_to_point(model_id: str, row: Mapping[str, Any]) -> ModelMetric:
    """The point that a row keeps."""
    return ModelMetric(
        row["k"], row["v"], int(row["t"]), int(row["s"]), model_id, row["r"], row.get("n"), row.get("g")
    )


def latest_to_document(point: ModelMetric) -> Document:
    """
    A point as a candidate for the latest of its metric.

    Documents compare field by field in order, so the least of these is the latest: `ModelMetric.recency`.
    """
    value = point.value + 0.0
    return {"t": ~point.timestamp, "s": ~point.step, "r": point.run_id, "o": sortable(-value), "v": value}


def _terms(document: Mapping[str, Any]) -> Iterable[str]:
    """The terms of a new document, as `TERMS` makes them."""
    experiment_id = document["exp"]
    for kind in (PARAM, TAG):
        for name, value in document[kind].items():
            yield text_term(experiment_id, kind, name, value)
    for attribute in ATTRIBUTES:
        if document[attribute] is not None:
            yield text_term(experiment_id, attribute, "", document[attribute])


def value_term(experiment_id: str, key: str, value: float) -> str:
    """The term of a value among the points that are kept beside their model."""
    return prefix(experiment_id, "v", key) + sortable(value)


def _mapped(kind: str, source: str, value: Any) -> dict[str, Any]:
    head = ["$exp", f"{SEPARATOR}{kind}{SEPARATOR}", "$$this.k", SEPARATOR]
    return {"$map": {"input": {"$objectToArray": f"${source}"}, "in": {"$concat": [*head, value]}}}


def _attribute(name: str) -> dict[str, Any]:
    cut = {"$substrCP": [f"${name}", 0, VALUE_LENGTH]}
    term = {"$concat": ["$exp", f"{SEPARATOR}{name}{SEPARATOR}{SEPARATOR}", cut]}
    return {"$cond": [{"$lte": [f"${name}", None]}, [], [term]]}


_CUT = {"$substrCP": ["$$this.v", 0, VALUE_LENGTH]}

#: The server-side expression for the terms of a logged model. A metric that was only ever NaN has the value "nan".
TERMS: Final[dict[str, Any]] = {
    "$concatArrays": [
        _mapped(GREATEST, "s", {"$ifNull": [f"$$this.v.{EVERYTHING}.h", "nan"]}),
        _mapped(LEAST, "s", {"$ifNull": [f"$$this.v.{EVERYTHING}.l", "nan"]}),
        _mapped(PARAM, "p", _CUT),
        _mapped(TAG, "t", _CUT),
        *[_attribute(name) for name in ATTRIBUTES],
        {"$cond": [{"$eq": ["$stage", "deleted"]}, [DELETED], []]},
    ]
}

#: The last stage of every update that changes what the terms are made of.
REFRESH: Final[dict[str, Any]] = {"$set": {"k": TERMS}}
