"""Logged models in a SQLite file."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

import attrs

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.logged_model_rows import (
    active_model,
    load_models,
    model_row,
    put_model_params,
    put_model_tags,
)
from genesis_flow.adapters.sqlite.purging import purge_model
from genesis_flow.adapters.sqlite.rows import STAGE_NUMBERS, active_experiment
from genesis_flow.adapters.sqlite.schema import ACTIVE, DELETED
from genesis_flow.domain.entities.logged_model import LoggedModel, ModelStatus
from genesis_flow.domain.search.queries import LoggedModelQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import (
    logged_model_exists,
    no_logged_model_tag,
    purge_of_active,
)
from genesis_flow.ports.logged_models import LoggedModelRepository


@attrs.frozen
class SqliteLoggedModelRepository(LoggedModelRepository):
    """Logged models in a SQLite file."""

    _database: SqliteDatabase

    def add(self, model: LoggedModel) -> None:
        with self._database.writing() as connection:
            experiment = active_experiment(connection, model.experiment_id)
            cursor = connection.execute(
                "INSERT INTO logged_models (id, experiment, stage, name, type, source_run_id, status, status_message,"
                " created_at, updated_at, artifact_location) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO NOTHING",
                (
                    model.id, experiment, STAGE_NUMBERS[model.stage], model.name, model.type, model.source_run_id,
                    model.status.value, model.status_message, model.created_at, model.updated_at,
                    model.artifact_location,
                ),
            )
            if not cursor.rowcount or cursor.lastrowid is None:
                raise logged_model_exists(model.id)
            put_model_params(connection, model.id, cursor.lastrowid, model.params)
            put_model_tags(connection, cursor.lastrowid, model.tags)

    def get(self, model_id: str) -> LoggedModel:
        with self._database.reading() as connection:
            return load_models(connection, [model_row(connection, model_id)[0]])[0]

    def find(self, query: LoggedModelQuery) -> Page[LoggedModel]:
        # Loaded with the first search: creating and reading start faster without.
        from genesis_flow.adapters.sqlite.logged_model_search import find_models
        from genesis_flow.adapters.sqlite.ordering import token_after

        with self._database.reading() as connection:
            rows = find_models(connection, query)
            found = load_models(connection, [row[0] for row in rows[: query.limit]])
        is_last = len(rows) <= query.limit
        return Page(found, None if is_last else token_after(rows[query.limit - 1], query.fingerprint))

    def update(self, model_id: str, *, status: ModelStatus, at: int) -> LoggedModel:
        with self._database.writing() as connection:
            number = active_model(connection, model_id)
            connection.execute(
                "UPDATE logged_models SET status = ?, updated_at = ? WHERE model = ?", (status.value, at, number)
            )
            return load_models(connection, [number])[0]

    def append(
        self, model_id: str, *, params: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        with self._database.writing() as connection:
            number = active_model(connection, model_id)
            put_model_params(connection, model_id, number, params or {})
            put_model_tags(connection, number, tags or {})

    def remove_tag(self, model_id: str, key: str) -> None:
        with self._database.writing() as connection:
            removed = connection.execute(
                "DELETE FROM logged_model_tags WHERE model = ? AND key = ?", (active_model(connection, model_id), key)
            )
            if not removed.rowcount:
                raise no_logged_model_tag(model_id, key)

    def remove(self, model_id: str, *, at: int) -> None:
        with self._database.writing() as connection:
            number, stage = model_row(connection, model_id)
            if stage == ACTIVE:
                connection.execute(
                    "UPDATE logged_models SET stage = ?, updated_at = ? WHERE model = ?", (DELETED, at, number)
                )

    def find_removed(self, *, before: int, limit: int) -> Sequence[LoggedModel]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT model FROM logged_models INDEXED BY logged_models_by_removal"
                f" WHERE stage = {DELETED} AND updated_at <= ? ORDER BY updated_at, id LIMIT ?",
                (before, limit),
            ).fetchall()
            return load_models(connection, [row[0] for row in rows], with_metrics=False)

    def purge(self, model_id: str) -> None:
        def check(connection: sqlite3.Connection) -> int:
            number, stage = model_row(connection, model_id)
            if stage == ACTIVE:
                raise purge_of_active("logged model", model_id)
            return number

        purge_model(self._database, check)
