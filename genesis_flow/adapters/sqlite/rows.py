"""From rows to entities: any number of them in a fixed number of queries."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from genesis_flow.adapters.sqlite.schema import ACTIVE, DELETED
from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import ModelOutput, Run
from genesis_flow.domain.errors import Inactive
from genesis_flow.domain.values.lifecycle import RunStatus, Stage
from genesis_flow.domain.values.limits import INT64_MAX
from genesis_flow.domain.values.refusals import no_experiment

STAGES: Final = {ACTIVE: Stage.ACTIVE, DELETED: Stage.DELETED}
STAGE_NUMBERS: Final = {stage: number for number, stage in STAGES.items()}
_STATUSES: Final = {status.value: status for status in RunStatus}
_NAN: Final = float("nan")


def load_experiments(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Experiment]:
    """The experiments with these ids, in this order."""
    wanted = json.dumps(numbers)
    tags = _texts(
        connection.execute(
            "SELECT t.experiment, t.key, t.value FROM json_each(?) j"
            " CROSS JOIN experiment_tags t ON t.experiment = j.value",
            (wanted,),
        )
    )
    rows = connection.execute(
        "SELECT e.id, e.name, e.artifact_location, e.stage, e.created_at, e.updated_at"
        " FROM json_each(?) j CROSS JOIN experiments e ON e.id = j.value ORDER BY j.key",
        (wanted,),
    )
    return [
        Experiment(str(id), name, location, STAGES[stage], created_at, updated_at, tags[id])
        for id, name, location, stage, created_at, updated_at in rows
    ]


def load_runs(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Run]:
    """The runs with these numbers, in this order."""
    wanted = json.dumps(numbers)
    params = _texts(_parts(connection, "params", "key, p.value", wanted))
    tags = _texts(_parts(connection, "tags", "key, p.value", wanted))
    metrics = _metrics(_parts(connection, "metrics", "key, p.value, p.timestamp, p.step", wanted))
    inputs = _inputs(connection, wanted)
    model_inputs = _grouped(_parts(connection, "model_inputs", "model_id", wanted, "p.number"))
    outputs = _grouped(_parts(connection, "model_outputs", "model_id, p.step", wanted, "p.number"))
    rows = connection.execute(
        "SELECT r.run, r.id, r.experiment, r.name, r.user_id, r.status, r.started_at, r.ended_at, r.stage,"
        " r.deleted_at, r.artifact_uri"
        " FROM json_each(?) j CROSS JOIN runs r ON r.run = j.value ORDER BY j.key",
        (wanted,),
    )
    return [
        Run(
            id, str(experiment), name, user, _STATUSES[status], started, ended, STAGES[stage], deleted, uri,
            params[run], metrics[run], tags[run], tuple(inputs[run]),
            tuple(model_id for (model_id,) in model_inputs[run]),
            tuple(ModelOutput(model_id, step) for model_id, step in outputs[run]),
        )
        for run, id, experiment, name, user, status, started, ended, stage, deleted, uri in rows
    ]


def _parts(
    connection: sqlite3.Connection, table: str, columns: str, wanted: str, order: str = ""
) -> Iterable[tuple[Any, ...]]:
    """What a table holds of the wanted runs; table, columns and order are names of the schema."""
    ordered = f" ORDER BY {order}" if order else ""
    return connection.execute(
        f"SELECT p.run, p.{columns} FROM json_each(?) j CROSS JOIN {table} p ON p.run = j.value{ordered}",
        (wanted,),
    )


def _texts(rows: Iterable[tuple[int, str, str]]) -> defaultdict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for owner, key, value in rows:
        found[owner][key] = value
    return found


def _metrics(rows: Iterable[tuple[Any, ...]]) -> defaultdict[int, dict[str, Metric]]:
    found: defaultdict[int, dict[str, Metric]] = defaultdict(dict)
    for run, key, value, timestamp, step in rows:
        found[run][key] = Metric(key, _NAN if value is None else value, timestamp, step)
    return found


def _grouped(rows: Iterable[tuple[Any, ...]]) -> defaultdict[int, list[tuple[Any, ...]]]:
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for run, *values in rows:
        found[run].append(tuple(values))
    return found


def _inputs(connection: sqlite3.Connection, wanted: str) -> defaultdict[int, list[DatasetInput]]:
    found: defaultdict[int, list[DatasetInput]] = defaultdict(list)
    rows = connection.execute(
        "SELECT i.run, i.input, d.name, d.digest, d.source_type, d.source, d.schema, d.profile"
        " FROM json_each(?) j CROSS JOIN inputs i ON i.run = j.value"
        " CROSS JOIN datasets d ON d.dataset = i.dataset ORDER BY i.input",
        (wanted,),
    ).fetchall()
    if not rows:
        return found
    tags = _texts(
        connection.execute(
            "SELECT t.input, t.key, t.value FROM json_each(?) j"
            " CROSS JOIN inputs i ON i.run = j.value CROSS JOIN input_tags t ON t.input = i.input",
            (wanted,),
        )
    )
    for run, number, *dataset in rows:
        found[run].append(DatasetInput(Dataset(*dataset), tags[number]))
    return found


def experiment_number(id: str) -> int | None:
    """The number of a canonical experiment id, None where no experiment can have the id."""
    number = int(id) if id.isascii() and id.isdecimal() and len(id) <= len(str(INT64_MAX)) else -1
    return number if 0 <= number <= INT64_MAX and str(number) == id else None


def active_experiment(connection: sqlite3.Connection, id: str) -> int:
    """
    The number of an experiment that something may be added to.

    Raises:
        NotFound: No such experiment. Inactive: It is deleted.
    """
    number = experiment_number(id)
    row = connection.execute("SELECT stage FROM experiments WHERE id = ?", (number,)).fetchone()
    if number is None or row is None:
        raise no_experiment(id)
    if row[0] != ACTIVE:
        raise Inactive("experiment", id)
    return number
