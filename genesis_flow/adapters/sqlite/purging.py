"""
Erasing for good, in bounded transactions, so that other writers get their turn.

Interrupted, a purge can be repeated; that what is erased is still deleted is checked in each transaction.
"""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from genesis_flow.adapters.sqlite.connection import SqliteDatabase

#: Most points of histories that one transaction erases.
BATCH: Final = 10_000

_PARTS: Final = ("metrics", "params", "tags", "inputs", "model_inputs", "model_outputs")
_RUN_WEIGHT: Final = 20

Check = Callable[[sqlite3.Connection], int]


def purge_experiment(database: SqliteDatabase, check: Check) -> None:
    """Erase the experiment that `check` finds deleted, with its runs."""
    is_left = True
    while is_left:
        with database.writing() as connection:
            experiment = check(connection)
            is_left = not (_erase_runs(connection, experiment) and _erase_models(connection, experiment))
            if not is_left:
                _erase_experiment(connection, experiment)


def purge_run(database: SqliteDatabase, check: Check) -> None:
    """Erase the run that `check` finds deleted."""
    is_left = True
    while is_left:
        with database.writing() as connection:
            run = check(connection)
            is_left = _erase_points(connection, run, BATCH) == BATCH
            if not is_left:
                _erase_run(connection, run)


def purge_model(database: SqliteDatabase, check: Check) -> None:
    """Erase the logged model that `check` finds deleted."""
    is_left = True
    while is_left:
        with database.writing() as connection:
            is_left = not _erase_model(connection, check(connection), BATCH)


def _erase_models(connection: sqlite3.Connection, experiment: int) -> bool:
    """Erase logged models until it is enough for one transaction; whether none is left."""
    any_model = "SELECT model FROM logged_models WHERE experiment = ? LIMIT 1"
    for _ in range(BATCH // _RUN_WEIGHT):
        row = connection.execute(any_model, (experiment,)).fetchone()
        if row is None:
            return True
        if not _erase_model(connection, row[0], BATCH):
            return False
    return False


def _erase_model(connection: sqlite3.Connection, model: int, most: int) -> bool:
    """Erase at most `most` points of a logged model, and the model if that was all; whether it was."""
    identity = "key, timestamp, step, run_id, is_number, value, dataset_name, dataset_digest"
    erased = connection.execute(
        f"DELETE FROM logged_model_points WHERE model = ? AND ({identity}) IN"
        f" (SELECT {identity} FROM logged_model_points WHERE model = ? LIMIT ?)",
        (model, model, most),
    )
    if erased.rowcount == most:
        return False
    for table in ("logged_model_params", "logged_model_tags", "logged_models"):
        connection.execute(f"DELETE FROM {table} WHERE model = ?", (model,))
    return True


def _erase_runs(connection: sqlite3.Connection, experiment: int) -> bool:
    """Erase runs until it is enough for one transaction; whether none is left."""
    budget = BATCH
    any_run = "SELECT run FROM runs WHERE experiment = ? LIMIT 1"
    while row := connection.execute(any_run, (experiment,)).fetchone():
        budget -= _erase_points(connection, row[0], max(budget, 1))
        if budget <= 0:
            return False
        _erase_run(connection, row[0])
        budget -= _RUN_WEIGHT
    return True


def _erase_points(connection: sqlite3.Connection, run: int, most: int) -> int:
    """Erase at most `most` points of a run; how many it were."""
    first_kept = connection.execute(
        "SELECT key, timestamp, step, is_number, value FROM points WHERE run = ?"
        " ORDER BY key, timestamp, step, is_number, value LIMIT 1 OFFSET ?",
        (run, most),
    ).fetchone()
    if first_kept is None:
        return connection.execute("DELETE FROM points WHERE run = ?", (run,)).rowcount
    return connection.execute(
        "DELETE FROM points WHERE run = ? AND (key, timestamp, step, is_number, value) < (?, ?, ?, ?, ?)",
        (run, *first_kept),
    ).rowcount


def _erase_run(connection: sqlite3.Connection, run: int) -> None:
    connection.execute(
        "DELETE FROM input_tags WHERE input IN (SELECT input FROM inputs WHERE run = ?)", (run,)
    )
    for table in _PARTS:
        connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))
    connection.execute("DELETE FROM runs WHERE run = ?", (run,))


def _erase_experiment(connection: sqlite3.Connection, experiment: int) -> None:
    connection.execute("DELETE FROM datasets WHERE experiment = ?", (experiment,))
    connection.execute("DELETE FROM experiment_tags WHERE experiment = ?", (experiment,))
    connection.execute("DELETE FROM experiments WHERE id = ?", (experiment,))
