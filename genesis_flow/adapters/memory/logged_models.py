"""Logged models in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.adapters.memory.search import page_of
from genesis_flow.domain.entities.logged_model import LoggedModel, ModelStatus, ordered_points
from genesis_flow.domain.errors import ParamConflict
from genesis_flow.domain.search.queries import LoggedModelQuery
from genesis_flow.domain.values.lifecycle import Stage
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import (
    logged_model_exists,
    no_logged_model,
    no_logged_model_tag,
    purge_of_active,
)
from genesis_flow.ports.logged_models import LoggedModelRepository


@attrs.frozen
class MemoryLoggedModelRepository(LoggedModelRepository):
    """Logged models in memory; lost when the process ends."""

    _database: MemoryDatabase

    def add(self, model: LoggedModel) -> None:
        with self._database.lock:
            self._database.active_experiment(model.experiment_id)
            if model.id in self._database.logged_models:
                raise logged_model_exists(model.id)
            self._store(attrs.evolve(model, params=dict(model.params), tags=dict(model.tags), metrics=()))

    def get(self, model_id: str) -> LoggedModel:
        with self._database.lock:
            if model_id not in self._database.logged_models:
                raise no_logged_model(model_id)
            return self._whole(self._database.logged_models[model_id])

    def find(self, query: LoggedModelQuery) -> Page[LoggedModel]:
        wanted = set(query.experiment_ids)
        with self._database.lock:
            stored = [self._whole(m) for m in self._database.logged_models.values() if m.experiment_id in wanted]
        return page_of(stored, query)

    def update(self, model_id: str, *, status: ModelStatus, at: int) -> LoggedModel:
        with self._database.lock:
            model = self._database.active_model(model_id)
            self._store(attrs.evolve(model, status=status, updated_at=at))
            return self._whole(self._database.logged_models[model_id])

    def append(
        self, model_id: str, *, params: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        with self._database.lock:
            model = self._database.active_model(model_id)
            params, tags = dict(params or {}), dict(tags or {})
            changes = [
                (key, model.params[key], value)
                for key, value in params.items()
                if model.params.get(key, value) != value
            ]
            if changes:
                raise ParamConflict(model_id, changes, "logged model")
            self._store(attrs.evolve(model, params={**model.params, **params}, tags={**model.tags, **tags}))

    def remove_tag(self, model_id: str, key: str) -> None:
        with self._database.lock:
            model = self._database.active_model(model_id)
            if key not in model.tags:
                raise no_logged_model_tag(model_id, key)
            left = {name: value for name, value in model.tags.items() if name != key}
            self._store(attrs.evolve(model, tags=left))

    def remove(self, model_id: str, *, at: int) -> None:
        with self._database.lock:
            if self.get(model_id).stage is Stage.ACTIVE:
                model = self._database.logged_models[model_id]
                self._store(attrs.evolve(model, stage=Stage.DELETED, updated_at=at))

    def find_removed(self, *, before: int, limit: int) -> Sequence[LoggedModel]:
        with self._database.lock:
            removed = [
                (model.updated_at, model.id)
                for model in self._database.logged_models.values()
                if model.stage is Stage.DELETED and model.updated_at <= before
            ]
            return [attrs.evolve(self.get(id), metrics=()) for _, id in sorted(removed)[:limit]]

    def purge(self, model_id: str) -> None:
        with self._database.lock:
            if self.get(model_id).stage is Stage.ACTIVE:
                raise purge_of_active("logged model", model_id)
            self._database.erase_model(model_id)

    def _store(self, model: LoggedModel) -> None:
        self._database.logged_models[model.id] = model

    def _whole(self, model: LoggedModel) -> LoggedModel:
        points = ordered_points(self._database.model_points.get(model.id, ()))
        return attrs.evolve(model, params=dict(model.params), tags=dict(model.tags), metrics=points)
