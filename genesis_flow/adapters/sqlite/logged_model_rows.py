"""Logged models from rows and back, inside the caller's transaction."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genesis_flow.adapters.sqlite.rows import STAGES
from genesis_flow.adapters.sqlite.schema import ACTIVE
from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric, ModelStatus, ordered_points
from genesis_flow.domain.errors import ParamConflict
from genesis_flow.domain.values.refusals import no_logged_model

_NAN = float("nan")


def model_row(connection: sqlite3.Connection, model_id: str) -> tuple[int, int]:
    """The number and stage of the logged model with this id, or `NotFound`."""
    row = connection.execute("SELECT model, stage FROM logged_models WHERE id = ?", (model_id,)).fetchone()
    if row is None:
        raise no_logged_model(model_id)
    return row[0], row[1]


def active_model(connection: sqlite3.Connection, model_id: str) -> int:
    """The number of the active logged model with this id, or `NotFound`."""
    number, stage = model_row(connection, model_id)
    if stage != ACTIVE:
        raise no_logged_model(model_id)
    return number


def put_model_metrics(connection: sqlite3.Connection, points: Sequence[ModelMetric]) -> None:
    """Add points to active logged models, or raise `NotFound`."""
    numbers = {id: active_model(connection, id) for id in dict.fromkeys(point.model_id for point in points)}
    connection.executemany(
        "INSERT INTO logged_model_points (model, key, timestamp, step, run_id, is_number, value, dataset_name,"
        " dataset_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (
                numbers[point.model_id], point.key, point.timestamp, point.step, point.run_id,
                point.value == point.value, point.value + 0.0 if point.value == point.value else 0.0,
                point.dataset_name or "", point.dataset_digest or "",
            )
            for point in points
        ],
    )


def put_model_params(connection: sqlite3.Connection, model_id: str, number: int, params: Mapping[str, str]) -> None:
    """Add params, or raise `ParamConflict` with every one that would change."""
    changes = []
    for key, value in params.items():
        row = connection.execute(
            "SELECT value FROM logged_model_params WHERE model = ? AND key = ?", (number, key)
        ).fetchone()
        if row is not None and row[0] != value:
            changes.append((key, row[0], value))
    if changes:
        raise ParamConflict(model_id, changes, "logged model")
    connection.executemany(
        "INSERT INTO logged_model_params (model, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(number, key, value) for key, value in params.items()],
    )


def put_model_tags(connection: sqlite3.Connection, number: int, tags: Mapping[str, str]) -> None:
    """Set tags."""
    connection.executemany(
        "INSERT INTO logged_model_tags (model, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (model, key) DO UPDATE SET value = excluded.value",
        [(number, key, value) for key, value in tags.items()],
    )


def load_models(
    connection: sqlite3.Connection, numbers: Sequence[int], *, with_metrics: bool = True
) -> list[LoggedModel]:
    """The logged models with these numbers, in this order."""
    wanted = json.dumps(numbers)
    params, tags = _texts(connection, "logged_model_params", wanted), _texts(connection, "logged_model_tags", wanted)
    ids = dict(
        connection.execute(
            "SELECT m.model, m.id FROM json_each(?) j CROSS JOIN logged_models m ON m.model = j.value", (wanted,)
        ).fetchall()
    )
    points = _points(connection, wanted, ids) if with_metrics else {}
    rows = connection.execute(
        "SELECT m.model, m.id, m.experiment, m.name, m.artifact_location, m.created_at, m.updated_at, m.type,"
        " m.source_run_id, m.status, m.status_message, m.stage"
        " FROM json_each(?) j CROSS JOIN logged_models m ON m.model = j.value ORDER BY j.key",
        (wanted,),
    )
    return [
        LoggedModel(
            id, str(experiment), name, location, created_at, updated_at, type, source, ModelStatus(status), message,
            STAGES[stage], params[number], tags[number], ordered_points(points.get(number, ())),
        )
        for (
            number, id, experiment, name, location, created_at, updated_at, type, source, status, message, stage
        ) in rows
    ]


def _texts(connection: sqlite3.Connection, table: str, wanted: str) -> defaultdict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    rows: Iterable[Any] = connection.execute(
        f"SELECT v.model, v.key, v.value FROM json_each(?) j CROSS JOIN {table} v ON v.model = j.value", (wanted,)
    )
    for number, key, value in rows:
        found[number][key] = value
    return found


def _points(connection: sqlite3.Connection, wanted: str, ids: Mapping[int, str]) -> dict[int, list[ModelMetric]]:
    found: dict[int, list[ModelMetric]] = {}
    rows = connection.execute(
        "SELECT v.model, v.key, v.timestamp, v.step, v.run_id, v.is_number, v.value, v.dataset_name, v.dataset_digest"
        " FROM json_each(?) j CROSS JOIN logged_model_points v ON v.model = j.value",
        (wanted,),
    )
    for number, key, timestamp, step, run_id, is_number, value, dataset, digest in rows:
        datasets = (dataset, digest) if dataset else (None, None)
        point = ModelMetric(key, value if is_number else _NAN, timestamp, step, ids[number], run_id, *datasets)
        found.setdefault(number, []).append(point)
    return found
