"""
The tables and the steps that lead to them.

A run has a number of its own (`run`), by which its parts are kept together. Params, tags and latest metrics
repeat the run's experiment, which never changes, so that one index finds them by experiment, key and value:
no search reads what belongs to other experiments. A NaN is NULL in `metrics`; in `points`, whose columns are
its identity, it is 0.0 with `is_number` = 0.

A step that was released is never changed: another one is added.
"""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Final

from genesis_flow.adapters.sqlite.registry_schema import REGISTRY
from genesis_flow.adapters.sqlite.webhook_schema import WEBHOOKS
from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.values.ids import DEFAULT_EXPERIMENT_ID, DEFAULT_EXPERIMENT_NAME
from genesis_flow.domain.values.locations import below

#: Executes a statement that may have to wait for other writers, and gives its rows.
Patiently = Callable[[str], list[Any]]

#: Marks a file as ours: "GFLW".
APPLICATION_ID: Final = 0x47464C57

ACTIVE: Final = 0
DELETED: Final = 1

_EXPERIMENTS_AND_RUNS: Final = (
    """CREATE TABLE experiments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        artifact_location TEXT NOT NULL,
        stage INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    )""",
    "CREATE UNIQUE INDEX experiments_by_name ON experiments (name)",
    "CREATE INDEX experiments_by_creation ON experiments (created_at DESC, id)",
    """CREATE TABLE experiment_tags (
        experiment INTEGER NOT NULL REFERENCES experiments,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (experiment, key)
    ) WITHOUT ROWID""",
    """CREATE TABLE runs (
        run INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        experiment INTEGER NOT NULL REFERENCES experiments,
        stage INTEGER NOT NULL,
        name TEXT NOT NULL,
        user_id TEXT NOT NULL,
        status TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        deleted_at INTEGER,
        artifact_uri TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX runs_by_id ON runs (id)",
    "CREATE INDEX runs_by_start ON runs (experiment, stage, started_at DESC, id)",
    "CREATE INDEX runs_by_end ON runs (experiment, ended_at)",
    "CREATE INDEX runs_by_name ON runs (experiment, name)",
    "CREATE INDEX runs_by_status ON runs (experiment, status, started_at DESC, id)",
    "CREATE INDEX runs_by_user ON runs (experiment, user_id, started_at DESC, id)",
    "CREATE INDEX runs_by_removal ON runs (deleted_at, id) WHERE deleted_at IS NOT NULL",
    """CREATE TABLE params (
        run INTEGER NOT NULL REFERENCES runs,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        experiment INTEGER NOT NULL,
        PRIMARY KEY (run, key)
    ) WITHOUT ROWID""",
    "CREATE INDEX params_by_value ON params (experiment, key, value)",
    """CREATE TABLE tags (
        run INTEGER NOT NULL REFERENCES runs,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        experiment INTEGER NOT NULL,
        PRIMARY KEY (run, key)
    ) WITHOUT ROWID""",
    "CREATE INDEX tags_by_value ON tags (experiment, key, value)",
    """CREATE TABLE metrics (
        run INTEGER NOT NULL REFERENCES runs,
        key TEXT NOT NULL,
        value REAL,
        timestamp INTEGER NOT NULL,
        step INTEGER NOT NULL,
        experiment INTEGER NOT NULL,
        PRIMARY KEY (run, key)
    ) WITHOUT ROWID""",
    "CREATE INDEX metrics_by_value ON metrics (experiment, key, value)",
    """CREATE TABLE points (
        run INTEGER NOT NULL,
        key TEXT NOT NULL,
        timestamp INTEGER NOT NULL,
        step INTEGER NOT NULL,
        is_number INTEGER NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (run, key, timestamp, step, is_number, value)
    ) WITHOUT ROWID""",
    """CREATE TABLE datasets (
        dataset INTEGER PRIMARY KEY,
        experiment INTEGER NOT NULL REFERENCES experiments,
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        source_type TEXT NOT NULL,
        source TEXT NOT NULL,
        schema TEXT,
        profile TEXT
    )""",
    "CREATE UNIQUE INDEX datasets_by_name ON datasets (experiment, name, digest)",
    """CREATE TABLE inputs (
        input INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs,
        dataset INTEGER NOT NULL REFERENCES datasets
    )""",
    "CREATE UNIQUE INDEX inputs_by_run ON inputs (run, dataset)",
    "CREATE INDEX inputs_by_dataset ON inputs (dataset)",
    """CREATE TABLE input_tags (
        input INTEGER NOT NULL REFERENCES inputs,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (input, key)
    ) WITHOUT ROWID""",
    """CREATE TABLE model_inputs (
        number INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs,
        model_id TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX model_inputs_by_run ON model_inputs (run, model_id)",
    """CREATE TABLE model_outputs (
        number INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES runs,
        model_id TEXT NOT NULL,
        step INTEGER NOT NULL
    )""",
    "CREATE UNIQUE INDEX model_outputs_by_run ON model_outputs (run, model_id)",
    f"""INSERT INTO experiments (id, name, artifact_location, stage, created_at, updated_at)
        VALUES ({DEFAULT_EXPERIMENT_ID}, '{DEFAULT_EXPERIMENT_NAME}',
                :location, {ACTIVE}, :created_at, :created_at)""",
    f"PRAGMA application_id = {APPLICATION_ID}",
)

_LOGGED_MODELS: Final = (
    """CREATE TABLE logged_models (
        model INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        experiment INTEGER NOT NULL REFERENCES experiments,
        stage INTEGER NOT NULL,
        name TEXT NOT NULL,
        type TEXT,
        source_run_id TEXT,
        status INTEGER NOT NULL,
        status_message TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        artifact_location TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX logged_models_by_id ON logged_models (id)",
    "CREATE INDEX logged_models_by_creation ON logged_models (experiment, stage, created_at DESC, id)",
    "CREATE INDEX logged_models_by_name ON logged_models (experiment, name)",
    f"CREATE INDEX logged_models_by_removal ON logged_models (updated_at, id) WHERE stage = {DELETED}",
    """CREATE TABLE logged_model_params (
        model INTEGER NOT NULL REFERENCES logged_models,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (model, key)
    ) WITHOUT ROWID""",
    """CREATE TABLE logged_model_tags (
        model INTEGER NOT NULL REFERENCES logged_models,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (model, key)
    ) WITHOUT ROWID""",
    # The first row of a model and key is its latest point. No dataset is an empty name.
    """CREATE TABLE logged_model_points (
        model INTEGER NOT NULL,
        key TEXT NOT NULL,
        timestamp INTEGER NOT NULL,
        step INTEGER NOT NULL,
        run_id TEXT NOT NULL,
        is_number INTEGER NOT NULL,
        value REAL NOT NULL,
        dataset_name TEXT NOT NULL,
        dataset_digest TEXT NOT NULL,
        PRIMARY KEY (
            model, key, timestamp DESC, step DESC, run_id, is_number DESC, value DESC, dataset_name, dataset_digest
        )
    ) WITHOUT ROWID""",
)

#: Step n leads from version n to version n + 1.
STEPS: Final[tuple[tuple[str, ...], ...]] = (_EXPERIMENTS_AND_RUNS, REGISTRY, _LOGGED_MODELS, WEBHOOKS)


def migrate(
    connection: sqlite3.Connection,
    patiently: Patiently,
    *,
    path: str,
    artifact_root: str,
    created_at: int,
    steps: tuple[tuple[str, ...], ...] = STEPS,
) -> None:
    """
    Lead the file from whatever version it has to the newest, each step in one transaction.

    Args:
        patiently: Executes a statement that may have to wait for other writers.
    """
    patiently("BEGIN")
    version = _version(connection, patiently, path, len(steps))
    connection.execute("COMMIT")
    if version == len(steps):
        return
    patiently("PRAGMA journal_mode = WAL")
    location = below(artifact_root, DEFAULT_EXPERIMENT_ID)
    values: dict[str, str | int] = {"location": location, "created_at": created_at}
    for number in range(len(steps)):
        patiently("BEGIN IMMEDIATE")
        # Another process may have taken this step while this one waited.
        if _version(connection, patiently, path, len(steps)) <= number:
            _take(connection, steps[number], values)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")


def _take(connection: sqlite3.Connection, step: tuple[str, ...], values: Mapping[str, str | int]) -> None:
    for statement in step:
        connection.execute(statement, values if ":" in statement else {})


def _version(connection: sqlite3.Connection, patiently: Patiently, path: str, newest: int) -> int:
    """
    The version of the file, 0 for an empty one; a file that is not ours is refused.

    It is called in a transaction, which begins with what may have to wait: so all three answers are about
    one and the same state of the file, also while somebody else creates it.
    """
    ((is_filled,),) = patiently("SELECT EXISTS (SELECT 1 FROM sqlite_master)")
    ((version,),) = connection.execute("PRAGMA user_version")
    ((application_id,),) = connection.execute("PRAGMA application_id")
    if application_id != APPLICATION_ID and (is_filled or version):
        raise Unsupported(
            f"The database file {path} was made by another program, perhaps by MLflow itself: "
            "choose another file, and move its contents there with the migration command."
        )
    if version > newest:
        raise Unsupported(
            f"The database file {path} has format {version}, but this genesis-flow knows formats up to "
            f"{newest}: upgrade genesis-flow."
        )
    return int(version)
