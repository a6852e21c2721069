"""What updates of runs say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genesis_flow.adapters.mongo.documents import Document, point_to_document
from genesis_flow.adapters.mongo.names import field_name
from genesis_flow.domain.entities.metric import Metric, latest
from genesis_flow.domain.entities.run import NAME_TAG


def with_new(array: str, rows: Sequence[Any], identity: str, known: str) -> Document:
    """The change that adds to `array` those of `rows` that it does not have."""
    if not rows:
        return {}
    unknown = {"$not": [{"$in": [identity, {"$ifNull": [known, []]}]}]}
    added = {"$filter": {"input": {"$literal": list(rows)}, "cond": unknown}}
    return {array: {"$concatArrays": [{"$ifNull": [f"${array}", []]}, added]}}


def additions(
    metrics: Mapping[str, Sequence[Metric]], params: Mapping[str, str], tags: Mapping[str, str]
) -> Document:
    """The `$set` stage that adds to a run. Values are literal: a text may look like an expression."""
    change: Document = {f"p.{name}": {"$literal": value} for name, value in params.items()}
    change |= {f"t.{field_name(key)}": {"$literal": value} for key, value in tags.items()}
    if NAME_TAG in tags:
        change["name"] = {"$literal": tags[NAME_TAG]}
    for key, points in metrics.items():
        name = field_name(key)
        newest = point_to_document(latest(points)[key])
        change[f"m.{name}"] = {"$max": [f"$m.{name}", {"$literal": newest}]}
        change[f"n.{name}"] = {"$add": [{"$ifNull": [f"$n.{name}", 0]}, len(points)]}
    return change
