"""Runs in a SQLite file."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.purging import purge_run
from genesis_flow.adapters.sqlite.rows import STAGE_NUMBERS, active_experiment, load_runs
from genesis_flow.adapters.sqlite.schema import ACTIVE, DELETED
from genesis_flow.adapters.sqlite.writes import (
    RunRow,
    active_run_row,
    put_inputs,
    put_metrics,
    put_models,
    put_params,
    put_tags,
    run_row,
)
from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.metric import Metric, MetricHistory
from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput, Run
from genesis_flow.domain.values.lifecycle import RunStatus
from genesis_flow.domain.values.refusals import no_run_tag, purge_of_active, run_exists
from genesis_flow.ports.runs import RunRepository

if TYPE_CHECKING:  # who only logs runs does not load these
    from genesis_flow.domain.entities.logged_model import ModelMetric
    from genesis_flow.domain.search.queries import RunQuery
    from genesis_flow.domain.values.pages import Page


@attrs.frozen
class SqliteRunRepository(RunRepository):
    """Runs in a SQLite file."""

    _database: SqliteDatabase

    def add(self, run: Run) -> None:
        with self._database.writing() as connection:
            experiment = active_experiment(connection, run.experiment_id)
            row = _insert(connection, run, experiment)
            put_params(connection, row, run.params)
            put_tags(connection, row, run.tags)
            put_inputs(connection, row, run.dataset_inputs)
            put_models(connection, row, run.model_inputs, run.model_outputs)

    def get(self, run_id: str) -> Run:
        with self._database.reading() as connection:
            return load_runs(connection, [run_row(connection, run_id).number])[0]

    def find(self, query: RunQuery) -> Page[Run]:
        # Loaded with the first search: logging starts faster without.
        from genesis_flow.adapters.sqlite.ordering import token_after
        from genesis_flow.adapters.sqlite.plans import find_runs
        from genesis_flow.domain.values.pages import Page

        with self._database.reading() as connection:
            rows = find_runs(connection, query)
            found = load_runs(connection, [row[0] for row in rows[: query.limit]])
        is_last = len(rows) <= query.limit
        return Page(found, None if is_last else token_after(rows[query.limit - 1], query.fingerprint))

    def append(
        self,
        run_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        model_metrics: Sequence[ModelMetric] = (),
    ) -> None:
        with self._database.writing() as connection:
            run = active_run_row(connection, run_id)
            if model_metrics:
                from genesis_flow.adapters.sqlite.logged_model_rows import put_model_metrics

                put_model_metrics(connection, model_metrics)
            if params:
                put_params(connection, run, params)
            if metrics:
                put_metrics(connection, run, metrics)
            if tags:
                put_tags(connection, run, tags)
                if NAME_TAG in tags:
                    _change(connection, run, {"name": tags[NAME_TAG]})

    def update(
        self,
        run_id: str,
        *,
        status: RunStatus | None = None,
        ended_at: int | None = None,
        name: str | None = None,
    ) -> Run:
        asked = {"status": status and status.value, "ended_at": ended_at, "name": name}
        with self._database.writing() as connection:
            run = active_run_row(connection, run_id)
            _change(connection, run, {column: value for column, value in asked.items() if value is not None})
            if name is not None:
                put_tags(connection, run, {NAME_TAG: name})
            return load_runs(connection, [run.number])[0]

    def remove_tag(self, run_id: str, key: str) -> None:
        with self._database.writing() as connection:
            run = active_run_row(connection, run_id)
            removed = connection.execute("DELETE FROM tags WHERE run = ? AND key = ?", (run.number, key))
            if not removed.rowcount:
                raise no_run_tag(run_id, key)

    def attach(
        self,
        run_id: str,
        *,
        datasets: Sequence[DatasetInput] = (),
        model_inputs: Sequence[str] = (),
        model_outputs: Sequence[ModelOutput] = (),
    ) -> None:
        with self._database.writing() as connection:
            run = active_run_row(connection, run_id)
            put_inputs(connection, run, datasets)
            put_models(connection, run, model_inputs, model_outputs)

    def history(self, run_id: str, key: str) -> MetricHistory:
        with self._database.reading() as connection:
            points = connection.execute(
                "SELECT p.value, p.timestamp, p.step, p.is_number"
                " FROM runs r CROSS JOIN points p ON p.run = r.run"
                " WHERE r.id = ? AND p.key = ? ORDER BY p.timestamp, p.step, p.is_number, p.value",
                (run_id, key),
            ).fetchall()
        if not points:
            return MetricHistory(key, [], [], [])
        values, timestamps, steps, are_numbers = map(list, zip(*points, strict=True))
        if not all(are_numbers):
            nan = float("nan")
            values = [value if is_one else nan for value, is_one in zip(values, are_numbers, strict=True)]
        return MetricHistory(key, values, timestamps, steps)

    def remove(self, run_id: str, *, at: int) -> None:
        with self._database.writing() as connection:
            run = run_row(connection, run_id)
            if run.stage == ACTIVE:
                _change(connection, run, {"stage": DELETED, "deleted_at": at})

    def restore(self, run_id: str) -> None:
        with self._database.writing() as connection:
            run = run_row(connection, run_id)
            if run.stage == DELETED:
                _change(connection, run, {"stage": ACTIVE, "deleted_at": None})

    def find_removed(self, *, before: int, limit: int) -> Sequence[Run]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT run FROM runs INDEXED BY runs_by_removal"
                " WHERE deleted_at IS NOT NULL AND deleted_at <= ? ORDER BY deleted_at, id LIMIT ?",
                (before, limit),
            ).fetchall()
            return load_runs(connection, [row[0] for row in rows])

    def purge(self, run_id: str) -> None:
        def check(connection: sqlite3.Connection) -> int:
            run = run_row(connection, run_id)
            if run.stage == ACTIVE:
                raise purge_of_active("run", run_id)
            return run.number

        purge_run(self._database, check)


def _insert(connection: sqlite3.Connection, run: Run, experiment: int) -> RunRow:
    stage = STAGE_NUMBERS[run.stage]
    cursor = connection.execute(
        "INSERT INTO runs (id, experiment, stage, name, user_id, status, started_at, ended_at, deleted_at,"
        " artifact_uri) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            run.id, experiment, stage, run.name, run.user_id, run.status.value, run.started_at, run.ended_at,
            run.deleted_at, run.artifact_uri,
        ),
    )
    if not cursor.rowcount or cursor.lastrowid is None:
        raise run_exists(run.id)
    return RunRow(run.id, cursor.lastrowid, experiment, stage)


def _change(connection: sqlite3.Connection, run: RunRow, values: Mapping[str, Any]) -> None:
    """Set columns of a run; their names are ours."""
    if values:
        columns = ", ".join(f"{column} = ?" for column in values)
        connection.execute(f"UPDATE runs SET {columns} WHERE run = ?", (*values.values(), run.number))
