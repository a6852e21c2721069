"""Rows of the model registry, and entities made of any number of them in a fixed number of queries."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.model_version import ModelVersion, VersionStage, VersionStatus
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.values.limits import INT64_MAX
from genesis_flow.domain.values.refusals import no_model, no_version

_STAGES: Final = {stage.value: stage for stage in VersionStage}
_STATUSES: Final = {status.value: status for status in VersionStatus}

_MODELS: Final = """
    SELECT m.model, m.name, m.created_at, m.updated_at, m.description
    FROM json_each(?) j CROSS JOIN registered_models m ON m.model = j.value ORDER BY j.key
"""
_VERSIONS: Final = """
    SELECT v.number, m.name, v.version, v.created_at, v.updated_at, v.source, v.storage_location, v.run_id,
        v.run_link, v.description, v.user_id, v.logged_model_id, v.stage, v.status, v.status_message
    FROM json_each(?) j CROSS JOIN model_versions v ON v.number = j.value
        CROSS JOIN registered_models m ON m.model = v.model ORDER BY j.key
"""


def model_number(connection: sqlite3.Connection, name: str) -> int:
    """The number of the registered model with this name, or `NotFound`."""
    row = connection.execute("SELECT model FROM registered_models WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise no_model(name)
    return int(row[0])


def version_numbers(connection: sqlite3.Connection, name: str, version: int) -> tuple[int, int]:
    """The numbers of a registered model and of its version, or `NotFound`."""
    row = None
    if 0 < version <= INT64_MAX:
        row = connection.execute(
            "SELECT m.model, v.number FROM registered_models m CROSS JOIN model_versions v ON v.model = m.model"
            " WHERE m.name = ? AND v.version = ?",
            (name, version),
        ).fetchone()
    if row is None:
        raise no_version(name, version)
    return row[0], row[1]


def load_models(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[RegisteredModel]:
    """The registered models with these numbers, in this order."""
    wanted = json.dumps(numbers)
    tags = _grouped(_parts(connection, "registered_model_tags p", "model", "key, p.value", wanted))
    aliases = _grouped(_parts(connection, "model_aliases p", "model", "alias, p.version", wanted))
    return [
        RegisteredModel(str(model), name, created, updated, description, tags[model], aliases[model])
        for model, name, created, updated, description in connection.execute(_MODELS, (wanted,))
    ]


def load_versions(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[ModelVersion]:
    """The versions with these numbers, in this order, without their aliases."""
    wanted = json.dumps(numbers)
    tags = _grouped(_parts(connection, "model_version_tags p", "number", "key, p.value", wanted))
    return [
        ModelVersion(*(*values, _STAGES[stage], _STATUSES[status], message, tags[number]))
        for number, *values, stage, status, message in connection.execute(_VERSIONS, (wanted,))
    ]


def load_version(connection: sqlite3.Connection, number: int) -> ModelVersion:
    """The version with this number and its aliases."""
    (version,) = load_versions(connection, [number])
    rows = connection.execute(
        "SELECT a.alias FROM model_versions v CROSS JOIN model_aliases a ON a.model = v.model"
        " AND a.version = v.version WHERE v.number = ? ORDER BY a.alias",
        (number,),
    )
    return attrs.evolve(version, aliases=tuple(alias for (alias,) in rows))


def put_tags(
    connection: sqlite3.Connection, table: str, owner: str, number: int, tags: Mapping[str, str]
) -> None:
    """Set tags of a registered model or version; table and owner are names of the schema."""
    connection.executemany(
        f"INSERT INTO {table} ({owner}, key, value) VALUES (?, ?, ?)"
        f" ON CONFLICT ({owner}, key) DO UPDATE SET value = excluded.value",
        [(number, key, value) for key, value in tags.items()],
    )


def _parts(
    connection: sqlite3.Connection, table: str, owner: str, columns: str, wanted: str
) -> Iterable[tuple[Any, ...]]:
    return connection.execute(
        f"SELECT p.{owner}, p.{columns} FROM json_each(?) j CROSS JOIN {table} ON p.{owner} = j.value", (wanted,)
    )


def _grouped(rows: Iterable[tuple[Any, ...]]) -> defaultdict[int, dict[str, Any]]:
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for owner, key, value in rows:
        found[owner][key] = value
    return found
