"""
Searching logged models in a SQLite file.

The models of an experiment are walked in the order of their creation, each looked at by the keys of its parts: no
search reads what belongs to other experiments. `m` is a row of `logged_models`, `v` one of its parts.
"""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import sqlite3
from typing import Any, Final

from genesis_flow.adapters.sqlite.ordering import MISSING, NAN, VALUE, SortKey, after, columns_of, order_by
from genesis_flow.adapters.sqlite.rows import STAGE_NUMBERS
from genesis_flow.adapters.sqlite.search import attribute, experiment_numbers
from genesis_flow.adapters.sqlite.sql import FALSE, TRUE, Column, Sql, condition, every, joined, members_of
from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.search.ast import (
    Comparison,
    Field,
    Kind,
    Membership,
    OrderKey,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.queries import LoggedModelQuery

_ATTRIBUTES: Final = {
    "id": Column("m.id"),
    "name": Column("m.name"),
    "type": Column("m.type"),
    "source_run_id": Column("m.source_run_id"),
    "artifact_location": Column("m.artifact_location"),
    "experiment_id": Column("m.experiment", is_integer=True),
    "status": Column("m.status", is_integer=True),
    "created_at": Column("m.created_at", is_integer=True),
    "updated_at": Column("m.updated_at", is_integer=True),
}
_OPTIONAL: Final = frozenset({"type", "source_run_id"})
_TABLES: Final = {Kind.PARAM: "logged_model_params", Kind.TAG: "logged_model_tags"}
_NUMBER: Final = "CASE WHEN v.is_number THEN v.value END"
_OF_KEY: Final = "FROM logged_model_points v WHERE v.model = m.model AND v.key = ?"


def find_models(connection: sqlite3.Connection, query: LoggedModelQuery) -> list[Any]:
    """Rows (number, sort keys ...) of the models that match, one more than asked for where there are more."""
    cursor, numbers = query.cursor, experiment_numbers(query.experiment_ids)
    if not numbers:
        return []
    keys = [_sort_key(number, key) for number, key in enumerate(query.order)]
    stages = sorted(STAGE_NUMBERS[stage] for stage in query.view.stages)
    where = every(
        Sql("m.experiment = ?", (numbers[0],)) if len(numbers) == 1 else members_of("m.experiment", numbers),
        Sql(f"m.stage IN ({', '.join('?' * len(stages))})", tuple(stages)) if len(stages) > 1
        else Sql("m.stage = ?", (stages[0],)),
        *(_condition(term) for term in query.filter.terms),
    )
    values = joined([column for number, key in enumerate(query.order) for column in _computed(number, key)], "")
    beyond = after(keys, cursor.keys) if cursor is not None else TRUE
    found = (
        f"SELECT m.*{values.text} FROM logged_models m INDEXED BY logged_models_by_creation WHERE {where.text}"
    )
    return connection.execute(
        f"SELECT m.model{columns_of(keys)} FROM ({found}) m WHERE {beyond.text}{order_by(keys)} LIMIT ?",
        (*values.values, *where.values, *beyond.values, query.limit + 1),
    ).fetchall()


def _condition(term: Comparison) -> Sql:
    """`term` about the model `m`."""
    field = term.field
    match field.kind:
        case Kind.ATTRIBUTE:
            return _attribute_condition(term)
        case Kind.METRIC:
            inside = condition(Column(_NUMBER, holds_nan=True), term)
            scope = _scope(field)
            return Sql(
                f"EXISTS (SELECT 1 {_OF_KEY}{scope.text} AND {inside.text})",
                (field.key, *scope.values, *inside.values),
            )
        case Kind.DATASET:
            scope = _scope(field)
            return scope.within("EXISTS (SELECT 1 FROM logged_model_points v WHERE v.model = m.model", ")")
        case _:
            inside = condition(Column("v.value"), term)
            return Sql(
                f"EXISTS (SELECT 1 FROM {_TABLES[field.kind]} v WHERE v.model = m.model AND v.key = ?"
                f" AND {inside.text})",
                (field.key, *inside.values),
            )


def _attribute_condition(term: Comparison) -> Sql:
    if term.field.key != "experiment_id":
        return condition(attribute(_ATTRIBUTES, term.field), term)
    match term:
        case TextComparison(op=op, value=text):
            texts, negated = (text,), op == "!="
        case Membership(values=texts, negated=negated):
            pass
        case Presence(present=present):
            return TRUE if present else FALSE
        case _:
            raise Unsupported("Experiment ids are compared as wholes.")
    numbers = experiment_numbers(texts)
    found = members_of("m.experiment", numbers) if numbers else FALSE
    return found.within("NOT (", ")") if negated else found


def _scope(field: Field) -> Sql:
    """That the point `v` was measured on one of the datasets of `field`, if it names any."""
    options = [
        Sql("v.dataset_name = ?", (scope.name,)) if scope.digest is None
        else Sql("(v.dataset_name = ? AND v.dataset_digest = ?)", (scope.name, scope.digest))
        for scope in field.datasets
    ]
    return joined(options, " OR ").within(" AND (", ")") if options else Sql("")


def _computed(number: int, key: OrderKey) -> list[Sql]:
    """Further columns of `m`, where a metric is ordered by: the latest value, and its rank."""
    if key.field.kind is not Kind.METRIC:
        return []
    scope = _scope(key.field)
    inside = (key.field.key, *scope.values)
    latest = (
        f"{_OF_KEY}{scope.text} ORDER BY v.timestamp DESC, v.step DESC, v.run_id, v.is_number DESC, v.value DESC"
        " LIMIT 1"
    )
    rank = f"coalesce((SELECT CASE WHEN v.is_number THEN {VALUE} ELSE {NAN} END {latest}), {MISSING})"
    return [
        Sql(f", (SELECT {_NUMBER} {latest}) AS value{number}", inside),
        Sql(f", {rank} AS rank{number}", inside),
    ]


def _sort_key(number: int, key: OrderKey) -> SortKey:
    if key.field.kind is Kind.METRIC:
        return SortKey(f"m.value{number}", key.ascending, f"m.rank{number}")
    column = attribute(_ATTRIBUTES, key.field).text
    rank = f"({column} IS NULL) * {MISSING}" if key.field.key in _OPTIONAL else VALUE
    return SortKey(column, key.ascending, rank)
