"""Runs in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import attrs

from genesis_flow.adapters.memory.copies import copied_input, copied_run
from genesis_flow.adapters.memory.database import MemoryDatabase, point_of
from genesis_flow.adapters.memory.search import page_of
from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.logged_model import ModelMetric
from genesis_flow.domain.entities.metric import Metric, MetricHistory, history_from_columns, latest
from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput, Run
from genesis_flow.domain.errors import ParamConflict
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.lifecycle import RunStatus, Stage
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import no_run_tag, purge_of_active, run_exists
from genesis_flow.ports.runs import RunRepository

M = TypeVar("M", bound=Metric)


@attrs.frozen
class MemoryRunRepository(RunRepository):
    """Runs in memory; lost when the process ends."""

    _database: MemoryDatabase

    def add(self, run: Run) -> None:
        with self._database.lock:
            self._database.active_experiment(run.experiment_id)
            if run.id in self._database.runs:
                raise run_exists(run.id)
            inputs = self._with_first_datasets(run.experiment_id, run.dataset_inputs)
            self._database.members[run.experiment_id][run.id] = None
            self._store(copied_run(attrs.evolve(run, dataset_inputs=inputs)))

    def get(self, run_id: str) -> Run:
        with self._database.lock:
            return copied_run(self._database.run(run_id))

    def find(self, query: RunQuery) -> Page[Run]:
        with self._database.lock:
            stored = list(self._database.runs_of(query.experiment_ids))
        page = page_of(stored, query)
        return Page([copied_run(run) for run in page.items], page.next_token)

    def append(
        self,
        run_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        model_metrics: Sequence[ModelMetric] = (),
    ) -> None:
        with self._database.lock:
            run = self._database.active_run(run_id)
            for point in model_metrics:
                self._database.active_model(point.model_id)
            params, tags = dict(params or {}), dict(tags or {})
            _require_unchanged(run, params)
            self._add_points(run_id, metrics)
            for point in model_metrics:
                self._database.model_points.setdefault(point.model_id, []).append(_without_negative_zero(point))
            self._store(
                attrs.evolve(
                    run,
                    name=tags.get(NAME_TAG, run.name),
                    params={**run.params, **params},
                    tags={**run.tags, **tags},
                    metrics=latest([*run.metrics.values(), *map(_without_negative_zero, metrics)]),
                )
            )

    def update(
        self,
        run_id: str,
        *,
        status: RunStatus | None = None,
        ended_at: int | None = None,
        name: str | None = None,
    ) -> Run:
        with self._database.lock:
            run = self._database.active_run(run_id)
            changed = attrs.evolve(
                run,
                status=run.status if status is None else status,
                ended_at=run.ended_at if ended_at is None else ended_at,
                name=run.name if name is None else name,
                tags=run.tags if name is None else {**run.tags, NAME_TAG: name},
            )
            self._store(changed)
            return copied_run(changed)

    def remove_tag(self, run_id: str, key: str) -> None:
        with self._database.lock:
            run = self._database.active_run(run_id)
            if key not in run.tags:
                raise no_run_tag(run_id, key)
            left = {name: value for name, value in run.tags.items() if name != key}
            self._store(attrs.evolve(run, tags=left))

    def attach(
        self,
        run_id: str,
        *,
        datasets: Sequence[DatasetInput] = (),
        model_inputs: Sequence[str] = (),
        model_outputs: Sequence[ModelOutput] = (),
    ) -> None:
        with self._database.lock:
            run = self._database.active_run(run_id)
            added = self._with_first_datasets(run.experiment_id, datasets)
            inputs = {(used.dataset.name, used.dataset.digest): used for used in run.dataset_inputs}
            for used in added:
                inputs.setdefault((used.dataset.name, used.dataset.digest), used)
            self._store(
                attrs.evolve(
                    run,
                    dataset_inputs=tuple(inputs.values()),
                    model_inputs=tuple(dict.fromkeys((*run.model_inputs, *model_inputs))),
                    model_outputs=_joined_outputs(run.model_outputs, model_outputs),
                )
            )

    def history(self, run_id: str, key: str) -> MetricHistory:
        with self._database.lock:
            points = list(self._database.histories.get(run_id, {}).get(key, ()))
        nan = float("nan")
        return history_from_columns(
            key,
            [nan if value is None else value for _, _, value in points],
            [timestamp for timestamp, _, _ in points],
            [step for _, step, _ in points],
        )

    def remove(self, run_id: str, *, at: int) -> None:
        with self._database.lock:
            run = self._database.run(run_id)
            if run.stage is Stage.ACTIVE:
                self._store(attrs.evolve(run, stage=Stage.DELETED, deleted_at=at))

    def restore(self, run_id: str) -> None:
        with self._database.lock:
            run = self._database.run(run_id)
            self._store(attrs.evolve(run, stage=Stage.ACTIVE, deleted_at=None))

    def find_removed(self, *, before: int, limit: int) -> Sequence[Run]:
        with self._database.lock:
            stored = list(self._database.runs.values())
        removed = [
            (run.deleted_at, run.id, run)
            for run in stored
            if run.stage is Stage.DELETED and run.deleted_at is not None and run.deleted_at <= before
        ]
        return [copied_run(run) for _, _, run in sorted(removed, key=lambda row: row[:2])[:limit]]

    def purge(self, run_id: str) -> None:
        with self._database.lock:
            run = self._database.run(run_id)
            if run.stage is Stage.ACTIVE:
                raise purge_of_active("run", run_id)
            self._database.erase_run(run)

    def _store(self, run: Run) -> None:
        self._database.runs[run.id] = run

    def _add_points(self, run_id: str, metrics: Sequence[Metric]) -> None:
        histories = self._database.histories.setdefault(run_id, {})
        for metric in metrics:
            histories.setdefault(metric.key, set()).add(point_of(metric))

    def _with_first_datasets(
        self, experiment_id: str, inputs: Sequence[DatasetInput]
    ) -> tuple[DatasetInput, ...]:
        known = self._database.datasets[experiment_id]
        return tuple(
            attrs.evolve(
                copied_input(used),
                dataset=known.setdefault((used.dataset.name, used.dataset.digest), used.dataset),
            )
            for used in inputs
        )


def _require_unchanged(run: Run, params: Mapping[str, str]) -> None:
    changes = [
        (key, run.params[key], value)
        for key, value in params.items()
        if key in run.params and run.params[key] != value
    ]
    if changes:
        raise ParamConflict(run.id, changes)


def _joined_outputs(
    known: Sequence[ModelOutput], added: Sequence[ModelOutput]
) -> tuple[ModelOutput, ...]:
    outputs = {output.model_id: output for output in known}
    for output in added:
        outputs.setdefault(output.model_id, output)
    return tuple(outputs.values())


def _without_negative_zero(metric: M) -> M:
    return attrs.evolve(metric, value=metric.value + 0.0) if metric.value == 0 else metric
