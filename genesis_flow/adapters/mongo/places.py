"""
Where the documents of runs and logged models are, given nothing but an id.

On most servers a unique index tells. Where collections are partitioned by experiment (`Dialect.shard_keys`), an id does
not tell the partition, and what is unique is so in one partition only. There each run or model has a claim, in a
partition of its own of the same collection, inserted by the same command and before it:

    {_id: "claim/<id>", exp: "claim/<id>", d: "<_id of the document>", at: milliseconds since the epoch}

It keeps the id from being given twice, whenever and wherever, and needs no unique index for that. Whoever is given an
id reads its claim once, and names partition and `_id` from then on. A claim without a document was left behind by a
process that was killed; after `GRACE_MS` whoever wants the id drops it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
from pymongo.errors import BulkWriteError, DuplicateKeyError

from genesis_flow.adapters.mongo.claims import GRACE_MS
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.errors import DUPLICATE_KEY

Document = dict[str, Any]

_MOST_KNOWN: Final = 10_000


def claim_of(id: str) -> Document:
    """What finds the claim on the id of a run or model."""
    return {"_id": f"claim/{id}", "exp": f"claim/{id}"}


def at(document_id: str) -> Document:
    """What finds a document by its `_id`, which begins with its experiment."""
    return {"_id": document_id, "exp": document_id.partition("/")[0]}


@attrs.frozen
class Places:
    """Where the documents of one collection are that have ids of their own in the field `key`."""

    _database: MongoDatabase
    _collection: str
    _key: str

    @property
    def _is_partitioned(self) -> bool:
        return self._collection in self._database.dialect.shard_keys

    def wanted(self, id: str) -> Document:
        """What finds the document with this id, and nothing if there is none."""
        if not self._is_partitioned:
            return {self._key: id}
        if (self._collection, id) not in self._database.places:
            row = self._database[self._collection].find_one(claim_of(id))
            if row is not None:
                self._remember(id, row["d"])
        return {**self._place(id), self._key: id}

    def _place(self, id: str) -> Document:
        """Where the document is known to be; where its claim would be, if it is not known."""
        place = self._database.places.get((self._collection, id))
        return claim_of(id) if place is None else at(place)

    def wanted_all(self, ids: Iterable[str]) -> Document:
        """What finds all documents with these ids."""
        listed = list(ids)
        if not self._is_partitioned:
            return {self._key: {"$in": listed}}
        unknown = [id for id in listed if (self._collection, id) not in self._database.places]
        if unknown:
            names = [claim_of(id)["_id"] for id in unknown]
            for row in self._database[self._collection].find({"_id": {"$in": names}, "exp": {"$in": names}}):
                self._remember(row["_id"].partition("/")[2], row["d"])
        found = [self._place(id) for id in listed]
        return {
            "_id": {"$in": [each["_id"] for each in found]},
            "exp": {"$in": sorted({each["exp"] for each in found})},
            self._key: {"$in": listed},
        }

    def find_one(self, id: str, projection: Mapping[str, int]) -> Document | None:
        """The document with this id, also if it was erased and made again elsewhere."""
        was_known = (self._collection, id) in self._database.places
        row = self._database[self._collection].find_one(self.wanted(id), projection)
        if row is None and was_known:
            self.forget([id])
            return self._database[self._collection].find_one(self.wanted(id), projection)
        return row

    def insert(self, document: Document) -> bool:
        """Insert a new document; False if its id is taken."""
        collection, id = self._database[self._collection], document[self._key]
        if not self._is_partitioned:
            try:
                collection.insert_one(document)
            except DuplicateKeyError:
                return False
            return True
        for _ in range(2):
            try:
                collection.insert_many([_claim(id, document), document], ordered=True)
            except BulkWriteError as error:
                row = error.details["writeErrors"][0]
                if row["code"] != DUPLICATE_KEY:
                    raise
                if row["index"] == 1 or not self._dropped(id, document):
                    return False
            else:
                self._remember(id, document["_id"])
                return True
        return False

    def _dropped(self, id: str, document: Document) -> bool:
        """Whether the claim on an id is gone now, because there is nothing behind it."""
        collection = self._database[self._collection]
        row = collection.find_one(claim_of(id))
        if row is None:
            return True
        if collection.find_one(at(row["d"]), {"_id": 1}) is not None:
            return False
        is_mine = row["d"] == document["_id"]  # this very document was to be inserted before
        if not is_mine and row["at"] > _now() - GRACE_MS:
            return False
        return bool(collection.delete_one({**claim_of(id), "d": row["d"], "at": row["at"]}).deleted_count)

    def release(self, ids: Iterable[str]) -> None:
        """Let go of ids whose documents were erased."""
        listed = list(ids)
        self.forget(listed)
        if self._is_partitioned and listed:
            names = [claim_of(id)["_id"] for id in listed]
            self._database[self._collection].delete_many({"_id": {"$in": names}, "exp": {"$in": names}})

    def forget(self, ids: Iterable[str]) -> None:
        """Do not take for known where these are."""
        for id in ids:
            self._database.places.pop((self._collection, id), None)

    def _remember(self, id: str, document_id: str) -> None:
        known = self._database.places
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[self._collection, id] = document_id


def _claim(id: str, document: Document) -> Document:
    return {**claim_of(id), "d": document["_id"], "at": _now()}


def _now() -> int:
    return time.time_ns() // 1_000_000
