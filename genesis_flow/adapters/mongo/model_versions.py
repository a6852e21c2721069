"""Versions of registered models in MongoDB."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.errors import operation, operation_settled_by
from genesis_flow.adapters.mongo.indexes import MODEL_VERSIONS, REGISTERED_MODELS
from genesis_flow.adapters.mongo.names import field_name
from genesis_flow.adapters.mongo.registry_documents import (
    VERSION_PROJECTION,
    document_to_version,
    model_document_id,
    number_text,
    tag_update,
    untag_update,
    version_to_document,
    whole_version,
)
from genesis_flow.adapters.mongo.registry_search import find_versions
from genesis_flow.adapters.mongo.search import page
from genesis_flow.domain.entities.model_version import ModelVersion, NewModelVersion, VersionStage
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.errors import NotFound
from genesis_flow.domain.search.queries import ModelVersionQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import no_alias, no_model, no_version
from genesis_flow.ports.model_versions import ModelVersionRepository

Document = dict[str, Any]

_ARCHIVED: Final = VersionStage.ARCHIVED.value


@attrs.frozen
class MongoModelVersionRepository(ModelVersionRepository):
    """Versions of registered models in MongoDB; reading one takes one round trip, adding one takes two."""

    _database: MongoDatabase

    def add(self, version: NewModelVersion) -> ModelVersion:
        model = self._counted(version.name, version.created_at)
        added = version.with_number(int(model["n"]))
        self._insert(version_to_document(added, model["_id"]))
        return added

    @operation
    def _counted(self, name: str, at: int) -> Document:
        model = self._database[REGISTERED_MODELS].find_one_and_update(
            {"name": name}, {"$inc": {"n": 1}, "$set": {"updated": at}},
            projection={"n": 1}, return_document=ReturnDocument.AFTER,
        )
        if model is None:
            raise no_model(name)
        return model

    @operation
    def _insert(self, document: Document) -> None:
        # The number is this call's alone: what is there already is what was sent before, when nothing was heard of it.
        with contextlib.suppress(DuplicateKeyError):
            self._database[MODEL_VERSIONS].insert_one(document)

    @operation
    def get(self, name: str, version: int) -> ModelVersion:
        return whole_version(*find_with_model(self._database, name, version))

    @operation
    def get_by_alias(self, name: str, alias: str) -> ModelVersion:
        model = _with_version(self._database, name, f"$a.{field_name(alias)}")
        if model is None:
            raise no_model(name)
        number = model["a"].get(field_name(alias))
        if number is None:
            raise no_alias(alias)
        if not model["found"]:
            raise no_version(name, int(number))
        return whole_version(model, model["found"][0])

    @operation
    def find(self, query: ModelVersionQuery) -> Page[ModelVersion]:
        models, versions = self._database[REGISTERED_MODELS], self._database[MODEL_VERSIONS]
        documents = find_versions(models, versions, query, self._database.dialect)
        found = [document_to_version(document, document["name"]) for document in documents[: query.limit]]
        return page(found, query, has_more=len(documents) > query.limit)

    @operation
    def find_latest(self, models: Sequence[RegisteredModel]) -> Sequence[ModelVersion]:
        names = {model_document_id(model.id): model.name for model in models}
        pipeline: list[Document] = [
            {"$match": {"m": {"$in": list(names)}}},
            {"$group": {"_id": {"m": "$m", "stage": "$stage"}, "top": {"$max": "$_id"}}},
            {"$lookup": {"from": MODEL_VERSIONS, "localField": "top", "foreignField": "_id", "as": "found"}},
        ]
        if not names:
            return []
        found = [row["found"][0] for row in self._database[MODEL_VERSIONS].aggregate(pipeline) if row["found"]]
        latest = [document_to_version(document, names[document["m"]]) for document in found]
        return sorted(latest, key=lambda version: (version.name, version.version))

    @operation
    def describe(self, name: str, version: int, description: str | None, *, at: int) -> ModelVersion:
        model = self._owner(name, version)
        document = self._database[MODEL_VERSIONS].find_one_and_update(
            {"_id": _id(model, version)}, {"$set": {"about": description, "updated": at}},
            projection=VERSION_PROJECTION, return_document=ReturnDocument.AFTER,
        )
        if document is None:
            raise no_version(name, version)
        return whole_version(model, document)

    @operation
    def move(
        self, name: str, version: int, stage: VersionStage, *, archiving_others: bool, at: int
    ) -> ModelVersion:
        # Moves of one model have tickets in the order in which they count. Who comes late finds a later ticket
        # and gives way: what it would have been archived by may have looked before it was there.
        model, _ = find_with_model(self._database, name, version)
        ticket = self._ticket(model, stage, archiving_others, at)
        if ticket is None:
            raise no_version(name, version)
        if archiving_others:
            earlier = {"m": model["_id"], "stage": stage.value, "v": {"$ne": version}, "q": {"$lt": ticket}}
            archived = {"$set": {"stage": _ARCHIVED, "q": ticket, "updated": at}}
            self._database[MODEL_VERSIONS].update_many(earlier, archived)
        return self._place(model, version, stage, ticket, at)

    def _ticket(self, model: Document, stage: VersionStage, archives: bool, at: int) -> int | None:
        """The ticket of a move, None if the model is gone; one that archives is noted as the stage's last."""
        change: list[Document] = [{"$set": {"q": {"$add": ["$q", 1]}, "updated": at}}]
        if archives:
            change.append({"$set": {f"c.{stage.value}": "$q"}})
        found = self._database[REGISTERED_MODELS].find_one_and_update(
            {"_id": model["_id"]}, change, projection={"q": 1}, return_document=ReturnDocument.AFTER
        )
        return None if found is None else int(found["q"])

    def _place(self, model: Document, version: int, stage: VersionStage, ticket: int, at: int) -> ModelVersion:
        versions, mine = self._database[MODEL_VERSIONS], {"_id": _id(model, version)}
        placed = {"$set": {"stage": stage.value, "q": ticket, "updated": at}}
        versions.update_one({**mine, "q": {"$lt": ticket}}, placed)
        now, document = find_with_model(self._database, model["name"], version, model["_id"])
        if document["q"] == ticket and now["c"].get(stage.value, 0) > ticket:
            archived = {"$set": {"stage": _ARCHIVED, "updated": at}}
            versions.update_one({**mine, "q": ticket}, archived)
            document = {**document, "stage": _ARCHIVED}
        return whole_version(now, document)

    @operation
    def set_tags(self, name: str, version: int, tags: Mapping[str, str]) -> None:
        self._update(name, version, tag_update(tags))

    @operation
    def remove_tag(self, name: str, version: int, key: str) -> None:
        self._update(name, version, untag_update(key))

    @operation_settled_by(NotFound)
    def remove(self, name: str, version: int, *, at: int) -> None:
        # Aliases before the version, so that none is left without one if this is interrupted; and once more
        # afterwards, for those that were set meanwhile (see `set_alias`).
        model, _ = find_with_model(self._database, name, version)
        self._remove_aliases(model, version, at)
        removed = self._database[MODEL_VERSIONS].delete_one({"_id": _id(model, version)})
        self._remove_aliases(model, version, at)
        if not removed.deleted_count:
            raise no_version(name, version)

    def _remove_aliases(self, model: Document, version: int, at: int) -> None:
        others = {
            "$filter": {
                "input": {"$objectToArray": "$a"}, "cond": {"$ne": ["$$this.v", number_text(version)]},
            }
        }
        self._database[REGISTERED_MODELS].update_one(
            {"_id": model["_id"]}, [{"$set": {"a": {"$arrayToObject": others}, "updated": at}}]
        )

    def _update(self, name: str, version: int, update: list[Document]) -> None:
        found = {"_id": _id(self._owner(name, version), version)}
        if not self._database[MODEL_VERSIONS].update_one(found, update).matched_count:
            raise no_version(name, version)

    def _owner(self, name: str, version: int) -> Document:
        """What a version needs of its registered model; `NotFound` also if no version can have the number."""
        model = self._database[REGISTERED_MODELS].find_one({"name": name}, {"name": 1, "a": 1})
        if model is None or number_text(version) is None:
            raise no_version(name, version)
        return model


def find_with_model(
    database: MongoDatabase, name: str, version: int, model_id: str | None = None
) -> tuple[Document, Document]:
    """The documents of a registered model and of its version, in one round trip; or `NotFound`."""
    number = number_text(version)
    model = None if number is None else _with_version(database, name, {"$literal": number}, model_id)
    if model is None or not model["found"]:
        raise no_version(name, version)
    return model, model["found"][0]


def _with_version(
    database: MongoDatabase, name: str, number: str | Document, model_id: str | None = None
) -> Document | None:
    """A registered model with the version, if there is one, whose number an expression gives."""
    pipeline: list[Document] = [
        {"$match": {"name": name} if model_id is None else {"_id": model_id}},
        {"$project": {"name": 1, "a": 1, "c": 1, "at": {"$concat": ["$_id", "/", number]}}},
        {"$lookup": {"from": MODEL_VERSIONS, "localField": "at", "foreignField": "_id", "as": "found"}},
        {"$project": {f"found.{left_out}": 0 for left_out in VERSION_PROJECTION}},
    ]
    return next(iter(database[REGISTERED_MODELS].aggregate(pipeline)), None)


def _id(model: Document, version: int) -> str:
    return f"{model['_id']}/{number_text(version)}"
