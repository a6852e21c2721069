"""Versions of registered models in a SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.registry_rows import (
    load_version,
    load_versions,
    model_number,
    put_tags,
    version_numbers,
)
from genesis_flow.domain.entities.model_version import ModelVersion, NewModelVersion, VersionStage
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.search.queries import ModelVersionQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import no_alias
from genesis_flow.ports.model_versions import ModelVersionRepository

_TAGS: Final = "model_version_tags"
_LATEST: Final = """
    SELECT (SELECT v.number FROM model_versions v WHERE v.model = m.model AND v.stage = s.value
            ORDER BY v.version DESC LIMIT 1) AS number
    FROM json_each(?) j CROSS JOIN registered_models m ON m.model = j.value CROSS JOIN json_each(?) s
"""
_STAGES: Final = json.dumps([stage.value for stage in VersionStage])


@attrs.frozen
class SqliteModelVersionRepository(ModelVersionRepository):
    """Versions of registered models in a SQLite file."""

    _database: SqliteDatabase

    def add(self, version: NewModelVersion) -> ModelVersion:
        with self._database.writing() as connection:
            model = model_number(connection, version.name)
            connection.execute(
                "UPDATE registered_models SET last_version = last_version + 1, updated_at = ? WHERE model = ?",
                (version.created_at, model),
            )
            ((last,),) = connection.execute(
                "SELECT last_version FROM registered_models WHERE model = ?", (model,)
            )
            added = version.with_number(last)
            cursor = connection.execute(
                "INSERT INTO model_versions (model, version, created_at, updated_at, source, storage_location,"
                " run_id, run_link, description, user_id, logged_model_id, stage, status)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    model, last, added.created_at, added.updated_at, added.source, added.storage_location,
                    added.run_id, added.run_link, added.description, added.user_id, added.logged_model_id,
                    added.stage.value, added.status.value,
                ),
            )
            put_tags(connection, _TAGS, "number", int(cursor.lastrowid or 0), added.tags)
        return added

    def get(self, name: str, version: int) -> ModelVersion:
        with self._database.reading() as connection:
            _, number = version_numbers(connection, name, version)
            return load_version(connection, number)

    def get_by_alias(self, name: str, alias: str) -> ModelVersion:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT version FROM model_aliases WHERE model = ? AND alias = ?",
                (model_number(connection, name), alias),
            ).fetchone()
            if row is None:
                raise no_alias(alias)
            _, number = version_numbers(connection, name, row[0])
            return load_version(connection, number)

    def find(self, query: ModelVersionQuery) -> Page[ModelVersion]:
        from genesis_flow.adapters.sqlite.ordering import token_after
        from genesis_flow.adapters.sqlite.registry_search import find_versions

        with self._database.reading() as connection:
            rows = find_versions(connection, query)
            found = load_versions(connection, [row[0] for row in rows[: query.limit]])
        is_last = len(rows) <= query.limit
        return Page(found, None if is_last else token_after(rows[query.limit - 1], query.fingerprint))

    def find_latest(self, models: Sequence[RegisteredModel]) -> Sequence[ModelVersion]:
        with self._database.reading() as connection:
            wanted = json.dumps([int(model.id) for model in models])
            rows = connection.execute(_LATEST, (wanted, _STAGES)).fetchall()
            found = load_versions(connection, [number for (number,) in rows if number is not None])
        return sorted(found, key=lambda version: (version.name, version.version))

    def describe(self, name: str, version: int, description: str | None, *, at: int) -> ModelVersion:
        with self._database.writing() as connection:
            _, number = version_numbers(connection, name, version)
            connection.execute(
                "UPDATE model_versions SET description = ?, updated_at = ? WHERE number = ?",
                (description, at, number),
            )
            return load_version(connection, number)

    def move(
        self, name: str, version: int, stage: VersionStage, *, archiving_others: bool, at: int
    ) -> ModelVersion:
        with self._database.writing() as connection:
            model, number = version_numbers(connection, name, version)
            if archiving_others:
                connection.execute(
                    "UPDATE model_versions SET stage = ?, updated_at = ? WHERE model = ? AND stage = ? AND number != ?",
                    (VersionStage.ARCHIVED.value, at, model, stage.value, number),
                )
            connection.execute(
                "UPDATE model_versions SET stage = ?, updated_at = ? WHERE number = ?", (stage.value, at, number)
            )
            _touch(connection, model, at)
            return load_version(connection, number)

    def set_tags(self, name: str, version: int, tags: Mapping[str, str]) -> None:
        with self._database.writing() as connection:
            _, number = version_numbers(connection, name, version)
            put_tags(connection, _TAGS, "number", number, tags)

    def remove_tag(self, name: str, version: int, key: str) -> None:
        with self._database.writing() as connection:
            _, number = version_numbers(connection, name, version)
            connection.execute("DELETE FROM model_version_tags WHERE number = ? AND key = ?", (number, key))

    def remove(self, name: str, version: int, *, at: int) -> None:
        with self._database.writing() as connection:
            model, number = version_numbers(connection, name, version)
            connection.execute("DELETE FROM model_versions WHERE number = ?", (number,))
            _touch(connection, model, at)


def _touch(connection: sqlite3.Connection, model: int, at: int) -> None:
    connection.execute("UPDATE registered_models SET updated_at = ? WHERE model = ?", (at, model))
