"""Parts of updates that more than one kind of change needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Document = dict[str, Any]


def with_new(array: str, rows: Sequence[Any], identity: str, known: str) -> Document:
    """The change that adds to `array` those of `rows` that it does not have."""
    if not rows:
        return {}
    unknown = {"$not": [{"$in": [identity, {"$ifNull": [known, []]}]}]}
    added = {"$filter": {"input": {"$literal": list(rows)}, "cond": unknown}}
    return {array: {"$concatArrays": [{"$ifNull": [f"${array}", []]}, added]}}
