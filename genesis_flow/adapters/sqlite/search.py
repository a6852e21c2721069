"""
Bound filters as conditions of SQL.

`r` is a row of `runs`, `e` one of `experiments`; `k` is the metric, param or tag that drives a search.
"""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

from typing import Final

from genesis_flow.adapters.sqlite.rows import experiment_number
from genesis_flow.adapters.sqlite.sql import FALSE, Column, Sql, condition, members_of
from genesis_flow.domain.entities.dataset import CONTEXT_TAG
from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.search.ast import Comparison, Field, Kind, Membership, Presence, TextComparison

#: Tables with one row for each run and key.
TABLES: Final = {Kind.METRIC: "metrics", Kind.PARAM: "params", Kind.TAG: "tags"}

#: Attributes of runs by their names in the domain.
RUN_ATTRIBUTES: Final = {
    "id": Column("r.id"),
    "name": Column("r.name"),
    "user_id": Column("r.user_id"),
    "status": Column("r.status"),
    "artifact_uri": Column("r.artifact_uri"),
    "started_at": Column("r.started_at", is_integer=True),
    "ended_at": Column("r.ended_at", is_integer=True),
}

EXPERIMENT_ATTRIBUTES: Final = {
    "id": Column("e.id", is_integer=True),
    "name": Column("e.name"),
    "created_at": Column("e.created_at", is_integer=True),
    "updated_at": Column("e.updated_at", is_integer=True),
}

_DATASETS: Final = (
    "SELECT 1 FROM inputs i CROSS JOIN datasets d ON d.dataset = i.dataset WHERE i.run = r.run AND "
)
_CONTEXTS: Final = (
    "SELECT 1 FROM inputs i CROSS JOIN input_tags t ON t.input = i.input"
    f" WHERE i.run = r.run AND t.key = '{CONTEXT_TAG}' AND "
)
_DATASET_COLUMNS: Final = {
    "name": (_DATASETS, Column("d.name")),
    "digest": (_DATASETS, Column("d.digest")),
    "context": (_CONTEXTS, Column("t.value")),
}


def is_absence(term: Comparison) -> bool:
    """Whether `term` asks for what lacks the field; every other term is false there."""
    return isinstance(term, Presence) and not term.present


def attribute(columns: dict[str, Column], field: Field) -> Column:
    """The column of an attribute."""
    try:
        return columns[field.key]
    except KeyError:
        raise Unsupported(f"The attribute {field.key!r} cannot be searched for in SQLite.") from None


def row_condition(alias: str, term: Comparison) -> Sql:
    """`term` about the value of a row of `TABLES`, which is there."""
    if isinstance(term, Presence):
        return Sql("1" if term.present else "0")
    return condition(value_of(alias, term.field), term)


def value_of(alias: str, field: Field) -> Column:
    """The value in a row of `TABLES`."""
    return Column(f"{alias}.value", holds_nan=field.kind is Kind.METRIC)


def run_condition(term: Comparison) -> Sql:
    """`term` about the run `r`."""
    field = term.field
    if field.kind is Kind.ATTRIBUTE:
        return condition(attribute(RUN_ATTRIBUTES, field), term)
    if field.kind is Kind.DATASET:
        select, column = _DATASET_COLUMNS[field.key]
        return _exists(select, _present(column, term), term)
    keyed = Sql("v.key = ? AND ", (field.key,))
    inside = _present(value_of("v", field), term)
    return _exists(
        f"SELECT 1 FROM {TABLES[field.kind]} v WHERE v.run = r.run AND ",
        Sql(keyed.text + inside.text, keyed.values + inside.values),
        term,
    )


def experiment_condition(term: Comparison) -> Sql:
    """`term` about the experiment `e`."""
    if term.field.kind is Kind.TAG:
        inside = _present(Column("v.value"), term)
        return _exists(
            "SELECT 1 FROM experiment_tags v WHERE v.experiment = e.id AND v.key = ? AND ",
            Sql(inside.text, (term.field.key, *inside.values)),
            term,
        )
    column = attribute(EXPERIMENT_ATTRIBUTES, term.field)
    match term:
        case TextComparison(op=op, value=text) if term.field.key == "id":
            return _has_id((text,), negated=op == "!=")
        case Membership(values=values, negated=negated) if term.field.key == "id":
            return _has_id(values, negated=negated)
        case _:
            return condition(column, term)


def experiment_numbers(ids: tuple[str, ...]) -> list[int]:
    """The numbers of those ids that an experiment can have."""
    return [number for number in map(experiment_number, ids) if number is not None]


def _has_id(ids: tuple[str, ...], *, negated: bool) -> Sql:
    numbers = experiment_numbers(ids)
    found = members_of("e.id", numbers) if numbers else FALSE
    return found.within("NOT (", ")") if negated else found


def _present(column: Column, term: Comparison) -> Sql:
    return Sql("1") if isinstance(term, Presence) else condition(column, term)


def _exists(select: str, inside: Sql, term: Comparison) -> Sql:
    return inside.within(f"{'NOT ' if is_absence(term) else ''}EXISTS ({select}", ")")
