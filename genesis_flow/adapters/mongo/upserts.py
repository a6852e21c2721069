"""Upserts of many documents that other writers may be making at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from genesis_flow.adapters.mongo.errors import DUPLICATE_KEY

_ATTEMPTS: Final = 4


def upsert_all(collection: Collection[dict[str, Any]], updates: Sequence[UpdateOne]) -> None:
    """
    Send upserts by `_id`, in one round trip; those that lost a race to make a document again.

    MongoDB repeats such an upsert by itself, other servers report a duplicate key.
    """
    left = list(updates)
    for attempt in range(_ATTEMPTS):
        try:
            collection.bulk_write(left, ordered=False)
            return
        except BulkWriteError as error:
            rows = error.details["writeErrors"]
            if attempt == _ATTEMPTS - 1 or not rows or any(row["code"] != DUPLICATE_KEY for row in rows):
                raise
            left = [left[row["index"]] for row in rows]
