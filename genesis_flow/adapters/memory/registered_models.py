"""Registered models in memory."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import attrs

from genesis_flow.adapters.memory.copies import copied_model
from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.adapters.memory.search import page_of
from genesis_flow.domain.entities.registered_model import NewRegisteredModel, RegisteredModel
from genesis_flow.domain.search.queries import RegisteredModelQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import model_name_taken
from genesis_flow.ports.registered_models import RegisteredModelRepository


@attrs.frozen
class MemoryRegisteredModelRepository(RegisteredModelRepository):
    """Registered models in memory; lost when the process ends."""

    _database: MemoryDatabase

    def add(self, model: NewRegisteredModel) -> RegisteredModel:
        with self._database.lock:
            self._require_free(model.name)
            added = model.with_id(uuid.uuid4().hex)
            self._database.models[added.id] = added
            self._database.versions[added.id] = {}
            self._database.last_versions[added.id] = 0
            return copied_model(added)

    def get(self, name: str) -> RegisteredModel:
        with self._database.lock:
            return copied_model(self._database.model(name))

    def find(self, query: RegisteredModelQuery) -> Page[RegisteredModel]:
        with self._database.lock:
            stored = list(self._database.models.values())
        page = page_of(stored, query)
        return Page([copied_model(model) for model in page.items], page.next_token)

    def rename(self, name: str, new_name: str, *, at: int) -> RegisteredModel:
        with self._database.lock:
            model = self._database.model(name)
            if new_name != name:
                self._require_free(new_name)
            versions = self._database.versions[model.id]
            for number, version in versions.items():
                versions[number] = attrs.evolve(version, name=new_name)
            return self._store(attrs.evolve(model, name=new_name, updated_at=at))

    def describe(self, name: str, description: str | None, *, at: int) -> RegisteredModel:
        with self._database.lock:
            model = self._database.model(name)
            return self._store(attrs.evolve(model, description=description, updated_at=at))

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        with self._database.lock:
            model = self._database.model(name)
            self._store(attrs.evolve(model, tags={**model.tags, **tags}))

    def remove_tag(self, name: str, key: str) -> None:
        with self._database.lock:
            model = self._database.model(name)
            left = {known: value for known, value in model.tags.items() if known != key}
            self._store(attrs.evolve(model, tags=left))

    def set_alias(self, name: str, alias: str, version: int) -> None:
        with self._database.lock:
            model, _ = self._database.version(name, version)
            self._store(attrs.evolve(model, aliases={**model.aliases, alias: version}))

    def remove_alias(self, name: str, alias: str) -> None:
        with self._database.lock:
            model = self._database.model(name)
            left = {known: version for known, version in model.aliases.items() if known != alias}
            self._store(attrs.evolve(model, aliases=left))

    def remove(self, name: str) -> None:
        with self._database.lock:
            id = self._database.model(name).id
            del self._database.models[id], self._database.versions[id], self._database.last_versions[id]

    def _store(self, model: RegisteredModel) -> RegisteredModel:
        self._database.models[model.id] = model
        return copied_model(model)

    def _require_free(self, name: str) -> None:
        if any(model.name == name for model in self._database.models.values()):
            raise model_name_taken(name)
