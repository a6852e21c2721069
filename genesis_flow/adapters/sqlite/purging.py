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
            is_left = not _erase_runs(connection, experiment := check(connection))
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
