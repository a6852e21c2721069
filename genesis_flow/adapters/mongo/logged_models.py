"""Logged models in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from pymongo import ReturnDocument

from genesis_flow.adapters.mongo import model_search, search
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.documents import Document, require_size
from genesis_flow.adapters.mongo.errors import operation, operation_settled_by
from genesis_flow.adapters.mongo.experiments import require_active_experiment
from genesis_flow.adapters.mongo.indexes import MODELS
from genesis_flow.adapters.mongo.model_documents import (
    PROJECTION,
    REFRESH,
    document_to_model,
    model_to_document,
)
from genesis_flow.adapters.mongo.model_points import MongoModelPoints
from genesis_flow.adapters.mongo.names import field_name, run_document_id
from genesis_flow.adapters.mongo.places import Places
from genesis_flow.adapters.mongo.terms import DELETED
from genesis_flow.domain.entities.logged_model import LoggedModel, ModelStatus
from genesis_flow.domain.errors import AlreadyExists, Conflict, NotFound, ParamConflict
from genesis_flow.domain.search.queries import LoggedModelQuery
from genesis_flow.domain.values.pages import Cursor, Page
from genesis_flow.domain.values.refusals import (
    logged_model_exists,
    no_logged_model,
    no_logged_model_tag,
    purge_of_active,
)
from genesis_flow.ports.logged_models import LoggedModelRepository

_ATTEMPTS = 4


@attrs.frozen
class MongoLoggedModelRepository(LoggedModelRepository):
    """Logged models in MongoDB: one document a model, which holds its first 256 points."""

    _database: MongoDatabase
    _points: MongoModelPoints = attrs.field(init=False)
    _places: Places = attrs.field(init=False)

    @_points.default
    def _open_points(self) -> MongoModelPoints:
        return MongoModelPoints(self._database)

    @_places.default
    def _open_places(self) -> Places:
        return Places(self._database, MODELS, "model")

    @operation_settled_by(AlreadyExists)
    def add(self, model: LoggedModel) -> None:
        require_active_experiment(self._database, model.experiment_id)
        document = model_to_document(model)
        require_size(document, self._database.dialect.document_limit)
        if not self._places.insert(document):
            raise logged_model_exists(model.id)

    @operation
    def get(self, model_id: str) -> LoggedModel:
        document = self._places.find_one(model_id, PROJECTION)
        if document is None:
            raise no_logged_model(model_id)
        return self._models([document])[0]

    def _models(self, documents: Sequence[Document]) -> list[LoggedModel]:
        further = self._points.further(documents)
        return [document_to_model(document, further.get(document["model"], ())) for document in documents]

    @operation
    def find(self, query: LoggedModelQuery) -> Page[LoggedModel]:
        cursor = query.cursor
        if not query.experiment_ids:
            return Page([])
        wanted, keys = model_search.plan(query, model_search.models_exactly(self._database, query.experiment_ids))
        if cursor is not None and model_search.is_by_id(keys):
            wanted, cursor = [*wanted, {"_id": {"$gt": _document_id(query, cursor)}}], None
        wanted = [*self._database.dialect.routed_all(MODELS, query.experiment_ids), *wanted]
        documents = search.read(
            self._database[MODELS], wanted, keys,
            cursor=cursor, limit=query.limit + 1, projection=PROJECTION, dialect=self._database.dialect,
        )
        found = self._models(documents[: query.limit])
        return search.page(found, query, has_more=len(documents) > query.limit)

    @operation
    def update(self, model_id: str, *, status: ModelStatus, at: int) -> LoggedModel:
        document = self._database[MODELS].find_one_and_update(
            {**self._places.wanted(model_id), "stage": "active"},
            {"$set": {"status": status.value, "updated": at}},
            projection=PROJECTION,
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            raise no_logged_model(model_id)
        return self._models([document])[0]

    @operation
    def append(
        self, model_id: str, *, params: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        named = {field_name(key): value for key, value in (params or {}).items()}
        guard = {f"p.{name}": {"$in": [None, value]} for name, value in named.items()}
        # Values are literal: a text may look like an expression.
        change: dict[str, Any] = {f"p.{name}": {"$literal": value} for name, value in named.items()}
        change |= {f"t.{field_name(key)}": {"$literal": value} for key, value in (tags or {}).items()}
        stages = [{"$set": change}, REFRESH] if change else [REFRESH]
        for _ in range(_ATTEMPTS):
            wanted = {**self._places.wanted(model_id), "stage": "active", **guard}
            if self._database[MODELS].update_one(wanted, stages).matched_count:
                return
            self._explain_refusal(model_id, params or {})
        raise Conflict(f"The logged model {model_id} is being changed by others all the time; try again.")

    def _explain_refusal(self, model_id: str, params: Mapping[str, str]) -> None:
        """Raise what kept an update from happening; returns if nothing does any more."""
        row = self._places.find_one(model_id, {"stage": 1, "p": 1})
        if row is None or row["stage"] != "active":
            raise no_logged_model(model_id)
        stored = row["p"]
        changes = [
            (key, stored[field_name(key)], value)
            for key, value in params.items()
            if stored.get(field_name(key), value) != value
        ]
        if changes:
            raise ParamConflict(model_id, changes, "logged model")

    @operation_settled_by(NotFound)
    def remove_tag(self, model_id: str, key: str) -> None:
        path = f"t.{field_name(key)}"
        removed = self._database[MODELS].update_one(
            {**self._places.wanted(model_id), "stage": "active", path: {"$exists": True}}, [{"$unset": path}, REFRESH]
        )
        if not removed.matched_count:
            self._explain_refusal(model_id, {})
            raise no_logged_model_tag(model_id, key)

    @operation
    def remove(self, model_id: str, *, at: int) -> None:
        models = self._database[MODELS]
        change = [{"$set": {"stage": "deleted", "updated": at}}, REFRESH]
        removed = models.update_one({**self._places.wanted(model_id), "stage": "active"}, change)
        if not removed.matched_count and self._places.find_one(model_id, {"_id": 1}) is None:
            raise no_logged_model(model_id)

    @operation
    def find_removed(self, *, before: int, limit: int) -> Sequence[LoggedModel]:
        wanted = {"k": DELETED, "stage": "deleted", "updated": {"$lte": before}}
        rows = search.read(
            self._database[MODELS], [wanted], [search.SortKey("updated", True), search.SortKey("model", True)],
            cursor=None, limit=limit, projection=PROJECTION, dialect=self._database.dialect,
        )
        return [document_to_model({**row, "r": ()}) for row in rows]

    @operation_settled_by(NotFound)
    def purge(self, model_id: str) -> None:
        models = self._database[MODELS]
        row = self._places.find_one(model_id, {"stage": 1})
        if row is None:
            raise no_logged_model(model_id)
        if row["stage"] != "deleted":
            raise purge_of_active("logged model", model_id)
        self._points.purge(model_id)
        models.delete_one({**self._places.wanted(model_id), "stage": "deleted"})
        self._places.release([model_id])


def _document_id(query: LoggedModelQuery, cursor: Cursor) -> str:
    (_, created_at), (_, model_id) = cursor.keys
    return run_document_id(query.experiment_ids[0], int(created_at or 0), str(model_id))
