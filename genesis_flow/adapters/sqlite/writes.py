"""What runs are made of, written inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from genesis_flow.adapters.sqlite.schema import ACTIVE
from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.metric import Metric, latest
from genesis_flow.domain.entities.run import ModelOutput
from genesis_flow.domain.errors import Inactive, ParamConflict
from genesis_flow.domain.values.refusals import no_run

# Row values compare like `Metric.rank`: a NaN, NULL here, ranks as 0, just below the number 0.
_PUT_METRIC: Final = """
    INSERT INTO metrics (run, key, value, timestamp, step, experiment) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, key) DO UPDATE
    SET value = excluded.value, timestamp = excluded.timestamp, step = excluded.step
    WHERE (excluded.step, excluded.timestamp, coalesce(excluded.value, 0.0), excluded.value IS NOT NULL)
        > (metrics.step, metrics.timestamp, coalesce(metrics.value, 0.0), metrics.value IS NOT NULL)
"""


@attrs.frozen
class RunRow:
    """What the parts of a run refer to."""

    id: str
    number: int
    experiment: int
    stage: int


def run_row(connection: sqlite3.Connection, run_id: str) -> RunRow:
    """The run with this id, or `NotFound`."""
    row = connection.execute("SELECT run, experiment, stage FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise no_run(run_id)
    return RunRow(run_id, *row)


def active_run_row(connection: sqlite3.Connection, run_id: str) -> RunRow:
    """The active run with this id, or `NotFound`, or `Inactive`."""
    run = run_row(connection, run_id)
    if run.stage != ACTIVE:
        raise Inactive("run", run_id)
    return run


def put_params(connection: sqlite3.Connection, run: RunRow, params: Mapping[str, str]) -> None:
    """Add params, or raise `ParamConflict` with every one that would change."""
    added = connection.executemany(
        "INSERT INTO params (run, key, value, experiment) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(run.number, key, value, run.experiment) for key, value in params.items()],
    )
    if added.rowcount == len(params):
        return
    changes = []
    for key, value in params.items():
        stored = connection.execute(
            "SELECT value FROM params WHERE run = ? AND key = ?", (run.number, key)
        ).fetchone()[0]
        if stored != value:
            changes.append((key, stored, value))
    if changes:
        raise ParamConflict(run.id, changes)


def put_tags(connection: sqlite3.Connection, run: RunRow, tags: Mapping[str, str]) -> None:
    """Set tags."""
    connection.executemany(
        "INSERT INTO tags (run, key, value, experiment) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
        [(run.number, key, value, run.experiment) for key, value in tags.items()],
    )


def put_metrics(connection: sqlite3.Connection, run: RunRow, metrics: Sequence[Metric]) -> None:
    """Add points to histories, and let the latest metrics follow."""
    connection.executemany(
        "INSERT INTO points (run, key, timestamp, step, is_number, value) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [_point(run.number, metric) for metric in metrics],
    )
    connection.executemany(
        _PUT_METRIC,
        [
            # A NaN is bound as NULL; adding 0.0 turns -0.0 into 0.0.
            (run.number, point.key, point.value + 0.0, point.timestamp, point.step, run.experiment)
            for point in latest(metrics).values()
        ],
    )


def _point(run: int, metric: Metric) -> tuple[int, str, int, int, bool, float]:
    value = metric.value
    is_number = value == value
    return run, metric.key, metric.timestamp, metric.step, is_number, value + 0.0 if is_number else 0.0


def put_inputs(connection: sqlite3.Connection, run: RunRow, inputs: Sequence[DatasetInput]) -> None:
    """Add uses of datasets; what is known of a dataset or a use stays."""
    for used in inputs:
        dataset = _dataset_number(connection, run.experiment, used.dataset)
        added = connection.execute(
            "INSERT INTO inputs (run, dataset) VALUES (?, ?) ON CONFLICT DO NOTHING", (run.number, dataset)
        )
        if added.rowcount:
            connection.executemany(
                "INSERT INTO input_tags (input, key, value) VALUES (?, ?, ?)",
                [(added.lastrowid, key, value) for key, value in used.tags.items()],
            )


def _dataset_number(connection: sqlite3.Connection, experiment: int, dataset: Dataset) -> int:
    connection.execute(
        "INSERT INTO datasets (experiment, name, digest, source_type, source, schema, profile)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (experiment, *attrs.astuple(dataset)),
    )
    row = connection.execute(
        "SELECT dataset FROM datasets WHERE experiment = ? AND name = ? AND digest = ?",
        (experiment, dataset.name, dataset.digest),
    ).fetchone()
    return int(row[0])


def put_models(
    connection: sqlite3.Connection, run: RunRow, inputs: Sequence[str], outputs: Sequence[ModelOutput]
) -> None:
    """Add models that the run used and produced; what it has stays."""
    connection.executemany(
        "INSERT INTO model_inputs (run, model_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(run.number, model_id) for model_id in inputs],
    )
    connection.executemany(
        "INSERT INTO model_outputs (run, model_id, step) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(run.number, output.model_id, output.step) for output in outputs],
    )
