"""Experiments in memory."""

from __future__ import annotations

import attrs

from genesis_flow.adapters.memory.copies import copied_experiment
from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.adapters.memory.search import page_of
from genesis_flow.domain.entities.experiment import Experiment, NewExperiment
from genesis_flow.domain.search.queries import ExperimentQuery
from genesis_flow.domain.values.lifecycle import Stage
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import (
    experiment_name_taken,
    no_experiment,
    no_experiment_named,
    no_experiment_tag,
    purge_of_active,
    rename_of_deleted,
)
from genesis_flow.ports.experiments import ExperimentRepository


@attrs.frozen
class MemoryExperimentRepository(ExperimentRepository):
    """Experiments in memory; lost when the process ends."""

    _database: MemoryDatabase

    def add(self, experiment: NewExperiment) -> Experiment:
        with self._database.lock:
            self._require_free(experiment.name)
            return copied_experiment(self._database.add_experiment(experiment))

    def get(self, experiment_id: str) -> Experiment:
        with self._database.lock:
            return copied_experiment(self._database.experiment(experiment_id))

    def get_by_name(self, name: str) -> Experiment:
        with self._database.lock:
            found = self._named(name)
        if found is None:
            raise no_experiment_named(name)
        return copied_experiment(found)

    def find(self, query: ExperimentQuery) -> Page[Experiment]:
        with self._database.lock:
            stored = list(self._database.experiments.values())
        page = page_of(stored, query)
        return Page([copied_experiment(experiment) for experiment in page.items], page.next_token)

    def rename(self, experiment_id: str, name: str, *, at: int) -> None:
        with self._database.lock:
            experiment = self._database.experiment(experiment_id)
            if experiment.stage is not Stage.ACTIVE:
                raise rename_of_deleted(experiment_id)
            if experiment.name != name:
                self._require_free(name)
            self._store(attrs.evolve(experiment, name=name, updated_at=at))

    def set_tags(self, experiment_id: str, tags: dict[str, str], *, at: int) -> None:
        with self._database.lock:
            experiment = self._database.active_experiment(experiment_id)
            self._store(attrs.evolve(experiment, tags={**experiment.tags, **tags}, updated_at=at))

    def remove_tag(self, experiment_id: str, key: str, *, at: int) -> None:
        with self._database.lock:
            experiment = self._database.active_experiment(experiment_id)
            if key not in experiment.tags:
                raise no_experiment_tag(experiment_id, key)
            left = {name: value for name, value in experiment.tags.items() if name != key}
            self._store(attrs.evolve(experiment, tags=left, updated_at=at))

    def remove(self, experiment_id: str, *, at: int) -> None:
        with self._database.lock:
            experiment = self._require_stage(experiment_id, Stage.ACTIVE)
            for run in list(self._database.runs_of([experiment_id])):
                if run.stage is Stage.ACTIVE:
                    self._database.runs[run.id] = attrs.evolve(run, stage=Stage.DELETED, deleted_at=at)
            self._store(attrs.evolve(experiment, stage=Stage.DELETED, updated_at=at))

    def restore(self, experiment_id: str, *, at: int) -> None:
        with self._database.lock:
            experiment = self._require_stage(experiment_id, Stage.DELETED)
            for run in list(self._database.runs_of([experiment_id])):
                self._database.runs[run.id] = attrs.evolve(run, stage=Stage.ACTIVE, deleted_at=None)
            self._store(attrs.evolve(experiment, stage=Stage.ACTIVE, updated_at=at))

    def purge(self, experiment_id: str) -> None:
        with self._database.lock:
            if self._database.experiment(experiment_id).stage is Stage.ACTIVE:
                raise purge_of_active("experiment", experiment_id)
            self._database.erase_experiment(experiment_id)

    def _store(self, experiment: Experiment) -> None:
        self._database.experiments[experiment.id] = experiment

    def _named(self, name: str) -> Experiment | None:
        stored = self._database.experiments.values()
        return next((experiment for experiment in stored if experiment.name == name), None)

    def _require_free(self, name: str) -> None:
        if self._named(name) is not None:
            raise experiment_name_taken(name)

    def _require_stage(self, experiment_id: str, stage: Stage) -> Experiment:
        experiment = self._database.experiment(experiment_id)
        if experiment.stage is not stage:
            raise no_experiment(experiment_id)
        return experiment
