"""A model registry that says what was changed in it, after each change was acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from genesis_flow.domain.entities import registry_change as change
from genesis_flow.domain.entities.model_version import ModelVersion, NewModelVersion, VersionStage
from genesis_flow.domain.entities.registered_model import NewRegisteredModel, RegisteredModel
from genesis_flow.domain.search.queries import ModelVersionQuery, RegisteredModelQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.ports.model_versions import ModelVersionRepository
from genesis_flow.ports.registered_models import RegisteredModelRepository

#: Is told of a change; neither blocks nor fails.
Tell = Callable[[change.RegistryChange], None]


@attrs.frozen
class TellingRegisteredModelRepository(RegisteredModelRepository):
    """Registered models that say what was changed."""

    _models: RegisteredModelRepository
    _tell: Tell

    def add(self, model: NewRegisteredModel) -> RegisteredModel:
        added = self._models.add(model)
        self._tell(change.model_created(model.name, model.tags, model.description))
        return added

    def get(self, name: str) -> RegisteredModel:
        return self._models.get(name)

    def find(self, query: RegisteredModelQuery) -> Page[RegisteredModel]:
        return self._models.find(query)

    def rename(self, name: str, new_name: str, *, at: int) -> RegisteredModel:
        return self._models.rename(name, new_name, at=at)

    def describe(self, name: str, description: str | None, *, at: int) -> RegisteredModel:
        return self._models.describe(name, description, at=at)

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        self._models.set_tags(name, tags)
        for key, value in tags.items():
            self._tell(change.model_tag_set(name, key, value))

    def remove_tag(self, name: str, key: str) -> None:
        self._models.remove_tag(name, key)
        self._tell(change.model_tag_deleted(name, key))

    def set_alias(self, name: str, alias: str, version: int) -> None:
        self._models.set_alias(name, alias, version)
        self._tell(change.alias_set(name, alias, version))

    def remove_alias(self, name: str, alias: str) -> None:
        self._models.remove_alias(name, alias)
        self._tell(change.alias_deleted(name, alias))

    def remove(self, name: str) -> None:
        self._models.remove(name)


@attrs.frozen
class TellingModelVersionRepository(ModelVersionRepository):
    """Versions of registered models that say what was changed."""

    _versions: ModelVersionRepository
    _tell: Tell

    def add(self, version: NewModelVersion) -> ModelVersion:
        added = self._versions.add(version)
        self._tell(
            change.version_created(
                added.name, added.version, source=version.source, run_id=version.run_id, tags=version.tags,
                description=version.description,
            )
        )
        return added

    def get(self, name: str, version: int) -> ModelVersion:
        return self._versions.get(name, version)

    def get_by_alias(self, name: str, alias: str) -> ModelVersion:
        return self._versions.get_by_alias(name, alias)

    def find(self, query: ModelVersionQuery) -> Page[ModelVersion]:
        return self._versions.find(query)

    def find_latest(self, models: Sequence[RegisteredModel]) -> Sequence[ModelVersion]:
        return self._versions.find_latest(models)

    def describe(self, name: str, version: int, description: str | None, *, at: int) -> ModelVersion:
        return self._versions.describe(name, version, description, at=at)

    def move(self, name: str, version: int, stage: VersionStage, *, archiving_others: bool, at: int) -> ModelVersion:
        return self._versions.move(name, version, stage, archiving_others=archiving_others, at=at)

    def set_tags(self, name: str, version: int, tags: Mapping[str, str]) -> None:
        self._versions.set_tags(name, version, tags)
        for key, value in tags.items():
            self._tell(change.version_tag_set(name, version, key, value))

    def remove_tag(self, name: str, version: int, key: str) -> None:
        self._versions.remove_tag(name, version, key)
        self._tell(change.version_tag_deleted(name, version, key))

    def remove(self, name: str, version: int, *, at: int) -> None:
        self._versions.remove(name, version, at=at)
