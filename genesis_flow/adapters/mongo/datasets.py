"""Datasets: one document for each (experiment, name, digest), the first content kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

import attrs
from bson import decode, encode
from pymongo import UpdateOne

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.documents import Document, texts_to_fields
from genesis_flow.adapters.mongo.indexes import DATASETS
from genesis_flow.adapters.mongo.names import prefix_range
from genesis_flow.adapters.mongo.upserts import upsert_all
from genesis_flow.domain.entities.dataset import Dataset, DatasetInput

_CONTENT: Final = ("type", "source", "schema", "profile")


def dataset_id(experiment_id: str, dataset: Dataset) -> str:
    """The `_id` of a dataset of an experiment."""
    name = dataset.name.encode()
    identity = len(name).to_bytes(8, "big") + name + dataset.digest.encode()
    return f"{experiment_id}/{hashlib.sha256(identity).hexdigest()[:32]}"


@attrs.frozen
class MongoDatasets:
    """The datasets of all experiments."""

    _database: MongoDatabase

    def settle(self, experiment_id: str, inputs: Sequence[DatasetInput]) -> list[Document]:
        """Store what is new among `inputs`; returns what a run keeps of each, with the first content."""
        by_id = {dataset_id(experiment_id, row.dataset): row for row in reversed(inputs)}
        updates = [
            UpdateOne({"_id": id}, {"$setOnInsert": self._stored(id, _content(row.dataset))}, upsert=True)
            for id, row in sorted(by_id.items(), key=itemgetter(0))
        ]
        upsert_all(self._database[DATASETS], updates)
        stored = self._by_id(by_id)
        near_limit = self._database.dialect.near_limit
        return [_entry(id, row, stored[id], near_limit) for id, row in reversed(by_id.items())]

    def contents(self, documents: Iterable[Mapping[str, Any]]) -> dict[str, Document]:
        """The contents that `documents` of runs do not hold themselves, by dataset id."""
        far = {row["id"] for document in documents for row in document.get("ds", ()) if row["far"]}
        return self._by_id(far) if far else {}

    def purge(self, experiment_id: str) -> None:
        """Erase the datasets of an experiment."""
        self._database[DATASETS].delete_many({"_id": prefix_range(experiment_id)})

    def _by_id(self, ids: Iterable[str]) -> dict[str, Document]:
        rows = {row["_id"]: row for row in self._database[DATASETS].find({"_id": {"$in": list(ids)}})}
        return {id: self._read(row) if "parts" in row else row for id, row in rows.items()}

    def _stored(self, id: str, content: Document) -> Document:
        """What the document of a dataset holds: its content, or what names the parts into which that was cut."""
        size = self._database.dialect.document_limit // 4
        if not self._database.dialect.spills or sum(map(len, content.values())) < size // 4:
            return content
        data = encode(content)
        name = f"{id}/{hashlib.sha256(data).hexdigest()[:32]}"
        parts = [{"_id": f"{name}/{at}", "part": data[at : at + size]} for at in range(0, len(data), size)]
        for part in parts:  # the same content has the same parts: writing them again changes nothing
            self._database[DATASETS].update_one({"_id": part["_id"]}, {"$set": {"part": part["part"]}}, upsert=True)
        return {"n": content["n"], "g": content["g"], "parts": [part["_id"] for part in parts]}

    def _read(self, row: Document) -> Document:
        found = {part["_id"]: part["part"] for part in self._database[DATASETS].find({"_id": {"$in": row["parts"]}})}
        return {"_id": row["_id"], **decode(b"".join(found[id] for id in row["parts"]))}


def _content(dataset: Dataset) -> Document:
    content = {
        "n": dataset.name,
        "g": dataset.digest,
        "type": dataset.source_type,
        "source": dataset.source,
        "schema": dataset.schema,
        "profile": dataset.profile,
    }
    return {key: value for key, value in content.items() if value is not None}


def _entry(id: str, row: DatasetInput, content: Document, near_limit: int) -> Document:
    size = sum(len(content.get(key) or "") for key in _CONTENT)
    entry: Document = {
        "id": id,
        "n": row.dataset.name,
        "g": row.dataset.digest,
        "t": texts_to_fields(row.tags),
        "far": size > near_limit,
    }
    if row.context is not None:
        entry["c"] = row.context
    if not entry["far"]:
        entry |= {key: content[key] for key in _CONTENT if key in content}
    return entry
