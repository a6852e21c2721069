"""What differs between servers that speak MongoDB's protocol, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

MEGABYTE: Final = 1 << 20


@attrs.frozen
class Dialect:
    """
    Limits and abilities of a kind of server.

    Attributes:
        name: What settings and `genesis-flow doctor` call it.
        document_limit: How large a document may be, in bytes.
        spills: Whether a run that outgrows a document continues in further ones (`overflow.py`).
        sorts: Whether the server sorts by any path, without an index; by `_id` every server does.
        shard_keys: The field by which a collection is partitioned, for the collections that are.
        near_limit: How many characters of a dataset are kept in each run that uses it.
        bucket_points: Points of a batch that are written in one document at most. DocumentDB's engine writes documents
            of less than 2 KB fastest: larger ones are compressed and cut in pieces.
        options: Options of the client that the URI may override.
    """

    name: str
    document_limit: int = 16 * MEGABYTE
    spills: bool = False
    sorts: bool = True
    shard_keys: Mapping[str, str] = attrs.field(factory=dict)
    near_limit: int = 16_384
    bucket_points: int = 50
    options: Mapping[str, Any] = attrs.field(factory=dict)

    def routed(self, collection: str, value: str) -> dict[str, str]:
        """What names the partition of a document of `collection` beside its `_id`: nothing, or one field."""
        key = self.shard_keys.get(collection)
        return {} if key is None else {key: value}

    def routed_all(self, collection: str, values: Sequence[str]) -> list[dict[str, Any]]:
        """The condition that names the partitions of a search, if the collection has any."""
        if collection not in self.shard_keys:
            return []
        key = self.shard_keys[collection]
        return [{key: values[0] if len(values) == 1 else {"$in": list(values)}}]


MONGODB: Final = Dialect("mongodb")
