"""Registered models in MongoDB."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import attrs
from pymongo import ReturnDocument

from genesis_flow.adapters.mongo.claims import add_claimed, release, take
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.errors import operation, operation_settled_by
from genesis_flow.adapters.mongo.indexes import MODEL_VERSIONS, REGISTERED_MODELS
from genesis_flow.adapters.mongo.model_versions import find_with_model
from genesis_flow.adapters.mongo.names import field_name, prefix_range
from genesis_flow.adapters.mongo.registry_documents import (
    MODEL_PROJECTION,
    document_to_model,
    model_to_document,
    number_text,
    tag_update,
    untag_update,
)
from genesis_flow.adapters.mongo.registry_search import find_models
from genesis_flow.adapters.mongo.search import page
from genesis_flow.domain.entities.registered_model import NewRegisteredModel, RegisteredModel
from genesis_flow.domain.errors import Conflict, NotFound
from genesis_flow.domain.search.queries import RegisteredModelQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import model_name_taken, no_model, no_version
from genesis_flow.ports.registered_models import RegisteredModelRepository

Document = dict[str, Any]

_REMOVAL_BATCH = 500


@attrs.frozen
class MongoRegisteredModelRepository(RegisteredModelRepository):
    """Registered models in MongoDB; names are claimed as those of experiments are."""

    _database: MongoDatabase

    def add(self, model: NewRegisteredModel) -> RegisteredModel:
        added = model.with_id(uuid.uuid4().hex)
        if not self._claim_and_insert(model_to_document(added)):
            raise model_name_taken(model.name)
        return added

    @operation
    def _claim_and_insert(self, document: Document) -> bool:
        return add_claimed(self._database[REGISTERED_MODELS], document)

    @operation
    def get(self, name: str) -> RegisteredModel:
        return document_to_model(self._document(name))

    def _document(self, name: str) -> Document:
        document = self._database[REGISTERED_MODELS].find_one({"name": name}, MODEL_PROJECTION)
        if document is None:
            raise no_model(name)
        return document

    @operation
    def find(self, query: RegisteredModelQuery) -> Page[RegisteredModel]:
        documents = find_models(self._database[REGISTERED_MODELS], query, self._database.dialect)
        found = [document_to_model(document) for document in documents[: query.limit]]
        return page(found, query, has_more=len(documents) > query.limit)

    def rename(self, name: str, new_name: str, *, at: int) -> RegisteredModel:
        id = self._id(name)
        renamed = self._rename(id, name, new_name, at)
        if new_name != name:
            self._release(name, id)
        return document_to_model(renamed)

    @operation
    def _id(self, name: str) -> str:
        return str(self._document(name)["_id"])

    @operation
    def _rename(self, id: str, name: str, new_name: str, at: int) -> Document:
        models = self._database[REGISTERED_MODELS]
        if not take(models, new_name, id, at):
            raise model_name_taken(new_name)
        renamed = models.find_one_and_update(
            {"_id": id, "name": {"$in": [name, new_name]}}, {"$set": {"name": new_name, "updated": at}},
            projection=MODEL_PROJECTION, return_document=ReturnDocument.AFTER,
        )
        if renamed is None:
            release(models, new_name, id)
            raise Conflict(f"The registered model {name} was renamed or deleted by another writer meanwhile.")
        return renamed

    @operation
    def _release(self, name: str, id: str) -> None:
        release(self._database[REGISTERED_MODELS], name, id)

    @operation
    def describe(self, name: str, description: str | None, *, at: int) -> RegisteredModel:
        document = self._database[REGISTERED_MODELS].find_one_and_update(
            {"name": name}, {"$set": {"about": description, "updated": at}},
            projection=MODEL_PROJECTION, return_document=ReturnDocument.AFTER,
        )
        if document is None:
            raise no_model(name)
        return document_to_model(document)

    @operation
    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        self._update(name, tag_update(tags))

    @operation
    def remove_tag(self, name: str, key: str) -> None:
        self._update(name, untag_update(key))

    @operation
    def set_alias(self, name: str, alias: str, version: int) -> None:
        # The version is looked for once more afterwards: who removes it meanwhile removes its aliases before and
        # after it, so either that finds this one, or this finds that the version is gone.
        model, _ = find_with_model(self._database, name, version)
        models, number, path = self._database[REGISTERED_MODELS], number_text(version), f"a.{field_name(alias)}"
        models.update_one({"_id": model["_id"]}, {"$set": {path: number}})
        if self._database[MODEL_VERSIONS].find_one({"_id": f"{model['_id']}/{number}"}, {"_id": 1}) is None:
            models.update_one({"_id": model["_id"], path: number}, {"$unset": {path: 1}})
            raise no_version(name, version)

    @operation
    def remove_alias(self, name: str, alias: str) -> None:
        self._update(name, {"$unset": {f"a.{field_name(alias)}": 1}})

    def _update(self, name: str, update: Document | list[Document]) -> None:
        if not self._database[REGISTERED_MODELS].update_one({"name": name}, update).matched_count:
            raise no_model(name)

    def remove(self, name: str) -> None:
        # The model goes first: without it nobody finds its versions. Interrupted here, they are left where they
        # disturb nobody, and the claim on the name goes to whoever wants it.
        id = self._id(name)
        self._delete(name, id)
        self._release(name, id)
        self._delete_versions(id)

    @operation_settled_by(NotFound)
    def _delete(self, name: str, id: str) -> None:
        if not self._database[REGISTERED_MODELS].delete_one({"_id": id, "name": name}).deleted_count:
            raise no_model(name)

    @operation
    def _delete_versions(self, id: str) -> None:
        versions = self._database[MODEL_VERSIONS]
        while rows := list(versions.find({"_id": prefix_range(id)}, {"_id": 1}, limit=_REMOVAL_BATCH)):
            versions.delete_many({"_id": {"$in": [row["_id"] for row in rows]}})
