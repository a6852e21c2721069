"""Registered models in a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import attrs

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.registry_rows import load_models, model_number, put_tags, version_numbers
from genesis_flow.domain.entities.registered_model import NewRegisteredModel, RegisteredModel
from genesis_flow.domain.search.queries import RegisteredModelQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import model_name_taken
from genesis_flow.ports.registered_models import RegisteredModelRepository

_TAGS = "registered_model_tags"


@attrs.frozen
class SqliteRegisteredModelRepository(RegisteredModelRepository):
    """Registered models in a SQLite file."""

    _database: SqliteDatabase

    def add(self, model: NewRegisteredModel) -> RegisteredModel:
        with self._database.writing() as connection:
            _require_free(connection, model.name)
            cursor = connection.execute(
                "INSERT INTO registered_models (name, description, created_at, updated_at, last_version)"
                " VALUES (?, ?, ?, ?, 0)",
                (model.name, model.description, model.created_at, model.created_at),
            )
            added = model.with_id(str(cursor.lastrowid))
            put_tags(connection, _TAGS, "model", int(added.id), added.tags)
        return added

    def get(self, name: str) -> RegisteredModel:
        with self._database.reading() as connection:
            return load_models(connection, [model_number(connection, name)])[0]

    def find(self, query: RegisteredModelQuery) -> Page[RegisteredModel]:
        from genesis_flow.adapters.sqlite.ordering import token_after
        from genesis_flow.adapters.sqlite.registry_search import find_models

        with self._database.reading() as connection:
            rows = find_models(connection, query)
            found = load_models(connection, [row[0] for row in rows[: query.limit]])
        is_last = len(rows) <= query.limit
        return Page(found, None if is_last else token_after(rows[query.limit - 1], query.fingerprint))

    def rename(self, name: str, new_name: str, *, at: int) -> RegisteredModel:
        with self._database.writing() as connection:
            number = model_number(connection, name)
            if new_name != name:
                _require_free(connection, new_name)
            connection.execute(
                "UPDATE registered_models SET name = ?, updated_at = ? WHERE model = ?", (new_name, at, number)
            )
            return load_models(connection, [number])[0]

    def describe(self, name: str, description: str | None, *, at: int) -> RegisteredModel:
        with self._database.writing() as connection:
            number = model_number(connection, name)
            connection.execute(
                "UPDATE registered_models SET description = ?, updated_at = ? WHERE model = ?",
                (description, at, number),
            )
            return load_models(connection, [number])[0]

    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        with self._database.writing() as connection:
            put_tags(connection, _TAGS, "model", model_number(connection, name), tags)

    def remove_tag(self, name: str, key: str) -> None:
        with self._database.writing() as connection:
            number = model_number(connection, name)
            connection.execute("DELETE FROM registered_model_tags WHERE model = ? AND key = ?", (number, key))

    def set_alias(self, name: str, alias: str, version: int) -> None:
        with self._database.writing() as connection:
            number, _ = version_numbers(connection, name, version)
            connection.execute(
                "INSERT INTO model_aliases (model, alias, version) VALUES (?, ?, ?)"
                " ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version",
                (number, alias, version),
            )

    def remove_alias(self, name: str, alias: str) -> None:
        with self._database.writing() as connection:
            number = model_number(connection, name)
            connection.execute("DELETE FROM model_aliases WHERE model = ? AND alias = ?", (number, alias))

    def remove(self, name: str) -> None:
        with self._database.writing() as connection:
            number = model_number(connection, name)
            connection.execute("DELETE FROM registered_models WHERE model = ?", (number,))


def _require_free(connection: sqlite3.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM registered_models WHERE name = ?", (name,)).fetchone():
        raise model_name_taken(name)
