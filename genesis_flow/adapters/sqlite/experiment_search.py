"""Searching experiments in a SQLite file."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import sqlite3
from typing import Any

from genesis_flow.adapters.sqlite.ordering import SortKey, after, columns_of, order_by
from genesis_flow.adapters.sqlite.rows import STAGE_NUMBERS
from genesis_flow.adapters.sqlite.search import EXPERIMENT_ATTRIBUTES, attribute, experiment_condition
from genesis_flow.adapters.sqlite.sql import TRUE, Sql, every
from genesis_flow.domain.search.queries import ExperimentQuery


def find_experiments(connection: sqlite3.Connection, query: ExperimentQuery) -> list[Any]:
    """Rows (id, sort keys ...) of the experiments that match, one more than asked for where there are more."""
    cursor = query.cursor
    keys = [SortKey(attribute(EXPERIMENT_ATTRIBUTES, key.field).text, key.ascending) for key in query.order]
    where = every(
        _stage_in(query),
        *(experiment_condition(term) for term in query.filter.terms),
        after(keys, cursor.keys) if cursor is not None else TRUE,
    )
    return connection.execute(
        f"SELECT e.id{columns_of(keys)} FROM experiments e WHERE {where.text}{order_by(keys)} LIMIT ?",
        (*where.values, query.limit + 1),
    ).fetchall()


def _stage_in(query: ExperimentQuery) -> Sql:
    numbers = sorted(STAGE_NUMBERS[stage] for stage in query.view.stages)
    return Sql(f"e.stage IN ({', '.join('?' * len(numbers))})", tuple(numbers))

