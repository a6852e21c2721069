"""Experiments in a SQLite file."""



from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.purging import purge_experiment
from genesis_flow.adapters.sqlite.rows import experiment_number, load_experiments
from genesis_flow.adapters.sqlite.schema import ACTIVE, DELETED
from genesis_flow.domain.entities.experiment import Experiment, NewExperiment
from genesis_flow.domain.errors import Inactive, NotFound
from genesis_flow.domain.values.refusals import (
    experiment_name_taken,
    no_experiment,
    no_experiment_named,
    no_experiment_tag,
    purge_of_active,
    rename_of_deleted,
)
from genesis_flow.ports.experiments import ExperimentRepository

if TYPE_CHECKING:  # who only logs runs does not load these
    from genesis_flow.domain.search.queries import ExperimentQuery
    from genesis_flow.domain.values.pages import Page


@attrs.frozen
class SqliteExperimentRepository(ExperimentRepository):
    """Experiments in a SQLite file."""

    _database: SqliteDatabase

    def add(self, experiment: NewExperiment) -> Experiment:
        with self._database.writing() as connection:
            _require_free(connection, experiment.name)
            cursor = connection.execute(
                "INSERT INTO experiments (name, artifact_location, stage, created_at, updated_at)"
                " VALUES (?, '', ?, ?, ?)",
                (experiment.name, ACTIVE, experiment.created_at, experiment.created_at),
            )
            added = experiment.with_id(str(cursor.lastrowid))
            connection.execute(
                "UPDATE experiments SET artifact_location = ? WHERE id = ?",
                (added.artifact_location, cursor.lastrowid),
            )
            _put_tags(connection, int(added.id), added.tags.items())
        return added

    def get(self, experiment_id: str) -> Experiment:
        number = experiment_number(experiment_id)
        with self._database.reading() as connection:
            found = [] if number is None else load_experiments(connection, [number])
        if not found:
            raise _not_found(experiment_id)
        return found[0]

    def get_by_name(self, name: str) -> Experiment:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id FROM experiments WHERE name = ?", (name,)).fetchall()
            found = load_experiments(connection, [row[0] for row in rows])
        if not found:
            raise no_experiment_named(name)
        return found[0]

    def find(self, query: ExperimentQuery) -> Page[Experiment]:
        # Loaded with the first search: logging starts faster without.
        from genesis_flow.adapters.sqlite.experiment_search import find_experiments
        from genesis_flow.adapters.sqlite.ordering import token_after
        from genesis_flow.domain.values.pages import Page
        
        with self._database.reading() as connection:
            rows = find_experiments(connection, query)
            found = load_experiments(connection, [row[0] for row in rows[: query.limit]])
        is_last = len(rows) <= query.limit
        return Page(found, None if is_last else token_after(rows[query.limit - 1], query.fingerprint))

    def rename(self, experiment_id: str, name: str, *, at: int) -> None:
        with self._database.writing() as connection:
            number, stage = _stage_of(connection, experiment_id)
            if stage != ACTIVE:
                raise rename_of_deleted(experiment_id)
            _require_free(connection, name, number)
            connection.execute(
                "UPDATE experiments SET name = ?, updated_at = ? WHERE id = ?", (name, at, number)
            )

    def set_tags(self, experiment_id: str, tags: dict[str, str], *, at: int) -> None:
        with self._database.writing() as connection:
            number = _require_active(connection, experiment_id)
            _put_tags(connection, number, tags.items())
            _touch(connection, number, at)

    def remove_tag(self, experiment_id: str, key: str, *, at: int) -> None:
        with self._database.writing() as connection:
            number = _require_active(connection, experiment_id)
            removed = connection.execute(
                "DELETE FROM experiment_tags WHERE experiment = ? AND key = ?", (number, key)
            )
            if not removed.rowcount:
                raise no_experiment_tag(experiment_id, key)
            _touch(connection, number, at)

    def remove(self, experiment_id: str, *, at: int) -> None:
        with self._database.writing() as connection:
            number = _require_stage(connection, experiment_id, ACTIVE)
            connection.execute("UPDATE experiments SET stage = ? WHERE id = ?", (DELETED, number))
            connection.execute(
                "UPDATE runs SET stage = ?, deleted_at = ? WHERE experiment = ? AND stage = ?",
                (DELETED, at, number, ACTIVE),
            )
            _touch(connection, number, at)

    def restore(self, experiment_id: str, *, at: int) -> None:
        with self._database.writing() as connection:
            number = _require_stage(connection, experiment_id, DELETED)
            connection.execute("UPDATE experiments SET stage = ? WHERE id = ?", (ACTIVE, number))
            connection.execute(
                "UPDATE runs SET stage = ?, deleted_at = NULL WHERE experiment = ? AND stage = ?",
                (ACTIVE, number, DELETED),
            )
            _touch(connection, number, at)

    def purge(self, experiment_id: str) -> None:
        def check(connection: sqlite3.Connection) -> int:
            number, stage = _stage_of(connection, experiment_id)
            if stage == ACTIVE:
                raise purge_of_active("experiment", experiment_id)
            return number

        purge_experiment(self._database, check)


def _not_found(experiment_id: str) -> NotFound:
    return no_experiment(experiment_id)


def _stage_of(connection: sqlite3.Connection, experiment_id: str) -> tuple[int, int]:
    """Number and stage of the experiment, or `NotFound`."""
    number = experiment_number(experiment_id)
    row = connection.execute("SELECT stage FROM experiments WHERE id = ?", (number,)).fetchone()
    if number is None or row is None:
        raise _not_found(experiment_id)
    return number, row[0]


def _require_active(connection: sqlite3.Connection, experiment_id: str) -> int:
    number, stage = _stage_of(connection, experiment_id)
    if stage != ACTIVE:
        raise Inactive("experiment", experiment_id)
    return number


def _require_stage(connection: sqlite3.Connection, experiment_id: str, wanted: int) -> int:
    number, stage = _stage_of(connection, experiment_id)
    if stage != wanted:
        raise no_experiment(experiment_id)
    return number


def _require_free(connection: sqlite3.Connection, name: str, owner: int = -1) -> None:
    row = connection.execute("SELECT id FROM experiments WHERE name = ?", (name,)).fetchone()
    if row is not None and row[0] != owner:
        raise experiment_name_taken(name)


def _put_tags(connection: sqlite3.Connection, number: int, tags: Iterable[tuple[str, str]]) -> None:
    connection.executemany(
        "INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value",
        [(number, key, value) for key, value in tags],
    )


def _touch(connection: sqlite3.Connection, number: int, at: int) -> None:
    connection.execute("UPDATE experiments SET updated_at = ? WHERE id = ?", (at, number))
