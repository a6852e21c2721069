"""Searching registered models (`m`) and their versions (`v`) in a SQLite file."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import sqlite3
from typing import Any, Final

from genesis_flow.adapters.sqlite.ordering import SortKey, after, columns_of, order_by
from genesis_flow.adapters.sqlite.search import attribute, is_absence
from genesis_flow.adapters.sqlite.sql import TRUE, Column, Sql, condition, every, is_range
from genesis_flow.domain.entities.registered_model import PROMPT_TAG
from genesis_flow.domain.search.ast import Comparison, Kind, Like, Presence, TextComparison
from genesis_flow.domain.search.like import like_prefix
from genesis_flow.domain.search.queries import ModelVersionQuery, RegisteredModelQuery, RegistryQuery

_MODELS: Final = {
    "name": Column("m.name"),
    "created_at": Column("m.created_at", is_integer=True),
    "updated_at": Column("m.updated_at", is_integer=True),
}
_VERSIONS: Final = {
    "name": Column("m.name"),
    "version": Column("v.version", is_integer=True),
    "run_id": Column("v.run_id"),
    "source": Column("v.source"),
    "created_at": Column("v.created_at", is_integer=True),
    "updated_at": Column("v.updated_at", is_integer=True),
}
_MODEL_TAGS: Final = "SELECT {} FROM registered_model_tags t WHERE t.key = ? AND "
_VERSION_TAGS: Final = "SELECT {} FROM model_version_tags t WHERE t.key = ? AND "

#: How much of the value of a version's tag is in the index.
_INDEXED: Final = 64


def find_models(connection: sqlite3.Connection, query: RegisteredModelQuery) -> list[Any]:
    """Rows (model, sort keys ...) of the models that match, one more than asked for where there are more."""
    terms = [_model_condition(term) for term in query.filter.terms]
    return _found(connection, "m.model", "registered_models m", _MODELS, query, terms)


def find_versions(connection: sqlite3.Connection, query: ModelVersionQuery) -> list[Any]:
    """Rows (number, sort keys ...) of the versions that match, one more than asked for where there are more."""
    terms = [_version_condition(term) for term in query.filter.terms]
    tables = "registered_models m JOIN model_versions v ON v.model = m.model"
    return _found(connection, "v.number", tables, _VERSIONS, query, terms)


def _found(
    connection: sqlite3.Connection, id: str, tables: str, columns: dict[str, Column], query: RegistryQuery,
    terms: list[Sql],
) -> list[Any]:
    cursor = query.cursor
    keys = [SortKey(attribute(columns, key.field).text, key.ascending) for key in query.order]
    if not query.sees_prompts:
        terms = [*terms, _is_no_prompt(id)]
    where = every(*terms, after(keys, cursor.keys) if cursor is not None else TRUE)
    return connection.execute(
        f"SELECT {id}{columns_of(keys)} FROM {tables} WHERE {where.text}{order_by(keys)} LIMIT ?",
        (*where.values, query.limit + 1),
    ).fetchall()


def _is_no_prompt(id: str) -> Sql:
    table = "registered_model_tags" if id == "m.model" else "model_version_tags"
    owner = id.partition(".")[2]
    marked = f"SELECT 1 FROM {table} t WHERE t.{owner} = {id} AND t.key = ? AND t.value = 'true'"
    return Sql(f"NOT EXISTS ({marked})", (PROMPT_TAG,))


def _model_condition(term: Comparison) -> Sql:
    if term.field.kind is Kind.TAG:
        return _tagged("m.model", _MODEL_TAGS, "t.model", term, TRUE)
    return condition(attribute(_MODELS, term.field), term)


def _version_condition(term: Comparison) -> Sql:
    if term.field.kind is Kind.TAG:
        return _tagged("v.number", _VERSION_TAGS, "t.number", term, _indexed(term))
    return condition(attribute(_VERSIONS, term.field), term)


def _tagged(id: str, select: str, owner: str, term: Comparison, indexed: Sql) -> Sql:
    # With a plain "t.value = ?" SQLite would put the value into `indexed`, and find no index for that.
    inside = TRUE if isinstance(term, Presence) else every(indexed, condition(_value(indexed), term))
    found = Sql(inside.text, (term.field.key, *inside.values))
    return found.within(f"{id} {'NOT ' if is_absence(term) else ''}IN ({select.format(owner)}", ")")


def _value(indexed: Sql) -> Column:
    return Column("t.value" if indexed == TRUE else "+t.value")


def _indexed(term: Comparison) -> Sql:
    """What the beginning of the value must be, as far as the index of a version's tags knows."""
    column = Column(f"substr(t.value, 1, {_INDEXED})")
    match term:
        case TextComparison(op="=", value=text):
            return Sql(f"{column.text} = ?", (text[:_INDEXED],))
        case Like(pattern=pattern, ignore_case=False) if is_range(start := like_prefix(pattern)[:_INDEXED]):
            return Sql(f"{column.text} >= ?", (start,))
        case _:
            return TRUE
