"""Versions of registered models in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from genesis_flow.adapters.memory.copies import copied_version
from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.adapters.memory.search import page_of
from genesis_flow.domain.entities.model_version import ModelVersion, NewModelVersion, VersionStage
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.search.queries import ModelVersionQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import no_alias
from genesis_flow.ports.model_versions import ModelVersionRepository


@attrs.frozen
class MemoryModelVersionRepository(ModelVersionRepository):
    """Versions of registered models in memory; lost when the process ends."""

    _database: MemoryDatabase

    def add(self, version: NewModelVersion) -> ModelVersion:
        with self._database.lock:
            model = self._database.model(version.name)
            self._database.last_versions[model.id] += 1
            added = version.with_number(self._database.last_versions[model.id])
            self._database.versions[model.id][added.version] = added
            self._touch(model, version.created_at)
            return copied_version(added)

    def get(self, name: str, version: int) -> ModelVersion:
        with self._database.lock:
            return _whole(*self._database.version(name, version))

    def get_by_alias(self, name: str, alias: str) -> ModelVersion:
        with self._database.lock:
            number = self._database.model(name).aliases.get(alias)
            if number is None:
                raise no_alias(alias)
            return _whole(*self._database.version(name, number))

    def find(self, query: ModelVersionQuery) -> Page[ModelVersion]:
        with self._database.lock:
            stored = [each for versions in self._database.versions.values() for each in versions.values()]
        page = page_of(stored, query)
        return Page([copied_version(version) for version in page.items], page.next_token)

    def find_latest(self, models: Sequence[RegisteredModel]) -> Sequence[ModelVersion]:
        with self._database.lock:
            newest = {
                (model.id, version.stage): version
                for model in models
                for _, version in sorted(self._database.versions.get(model.id, {}).items())
            }
        return sorted(map(copied_version, newest.values()), key=lambda each: (each.name, each.version))

    def describe(self, name: str, version: int, description: str | None, *, at: int) -> ModelVersion:
        with self._database.lock:
            model, known = self._database.version(name, version)
            return self._store(model, attrs.evolve(known, description=description, updated_at=at))

    def move(
        self, name: str, version: int, stage: VersionStage, *, archiving_others: bool, at: int
    ) -> ModelVersion:
        with self._database.lock:
            model, known = self._database.version(name, version)
            if archiving_others:
                for other in list(self._database.versions[model.id].values()):
                    if other.stage is stage and other.version != version:
                        self._store(model, attrs.evolve(other, stage=VersionStage.ARCHIVED, updated_at=at))
            self._touch(model, at)
            return self._store(model, attrs.evolve(known, stage=stage, updated_at=at))

    def set_tags(self, name: str, version: int, tags: Mapping[str, str]) -> None:
        with self._database.lock:
            model, known = self._database.version(name, version)
            self._store(model, attrs.evolve(known, tags={**known.tags, **tags}))

    def remove_tag(self, name: str, version: int, key: str) -> None:
        with self._database.lock:
            model, known = self._database.version(name, version)
            left = {other: value for other, value in known.tags.items() if other != key}
            self._store(model, attrs.evolve(known, tags=left))

    def remove(self, name: str, version: int, *, at: int) -> None:
        with self._database.lock:
            model, _ = self._database.version(name, version)
            del self._database.versions[model.id][version]
            left = {alias: number for alias, number in model.aliases.items() if number != version}
            self._touch(attrs.evolve(model, aliases=left), at)

    def _store(self, model: RegisteredModel, version: ModelVersion) -> ModelVersion:
        self._database.versions[model.id][version.version] = version
        return _whole(model, version)

    def _touch(self, model: RegisteredModel, at: int) -> None:
        self._database.models[model.id] = attrs.evolve(model, updated_at=at)


def _whole(model: RegisteredModel, version: ModelVersion) -> ModelVersion:
    """A copy of the version with its aliases."""
    named = sorted(alias for alias, number in model.aliases.items() if number == version.version)
    return attrs.evolve(copied_version(version), aliases=tuple(named))
