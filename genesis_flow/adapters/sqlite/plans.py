"""
How runs are searched.

A filter that few runs can match is asked first, by the index of its key and value; what it leaves is sorted.
Else the runs are walked in the order asked for, along an index, until the page is full. Either way the cost
does not grow with the runs of other experiments, and a page costs the same at any depth.
"""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Final

import attrs

from genesis_flow.adapters.sqlite.ordering import (
    MISSING,
    NAN,
    VALUE,
    Places,
    SortKey,
    after,
    columns_of,
    order_by,
)
from genesis_flow.adapters.sqlite.rows import STAGE_NUMBERS
from genesis_flow.adapters.sqlite.search import (
    RUN_ATTRIBUTES,
    TABLES,
    attribute,
    experiment_numbers,
    is_absence,
    row_condition,
    run_condition,
    value_of,
)
from genesis_flow.adapters.sqlite.sql import TRUE, Sql, condition, every, is_range, joined, members_of
from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.search.ast import (
    Comparison,
    Field,
    Kind,
    Like,
    Membership,
    NumberComparison,
    OrderKey,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.like import like_prefix
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.lifecycle import View

#: More arms than this are not merged along an index, but sorted.
MOST_ARMS: Final = 16

#: A filter that more runs than this can match does not drive a search.
MOST_CANDIDATES: Final = 20_000

_BY_START: Final = "runs r INDEXED BY runs_by_start"
_ATTRIBUTE_SOURCES: Final = {
    "id": "runs r INDEXED BY runs_by_id",
    "name": "runs r INDEXED BY runs_by_name",
    "user_id": "runs r INDEXED BY runs_by_user",
    "status": "runs r INDEXED BY runs_by_status",
    "started_at": _BY_START,
    "ended_at": "runs r INDEXED BY runs_by_end",
}

Row = tuple[Any, ...]


@attrs.frozen
class Source:
    """
    Where the runs `r` of a search come from.

    Attributes:
        tables: Of the FROM clause.
        scope: The column with the experiment, on the index that drives.
        where: Conditions on that index.
        terms: What is left of the filter.
        first: The first sort key, where this source knows more of it than the order says.
        rank: Of the first sort key, if it is known.
        counted: As `tables`, but without what only looks up more of the same run.
    """

    tables: str
    scope: str
    where: Sql
    terms: tuple[Comparison, ...]
    first: SortKey | None = None
    rank: int = VALUE
    counted: str = ""


def find_runs(connection: sqlite3.Connection, query: RunQuery) -> list[Row]:
    """The number of each run on the page and of one more, if there is one, with its sort keys."""
    numbers = experiment_numbers(query.experiment_ids)
    places = query.cursor.keys if query.cursor is not None else None
    if not numbers:
        return []
    driver = _driver(connection, query, numbers)
    if driver is None and _may_walk(query, numbers):
        return _walked(connection, query, numbers, places)
    sources = driver or Source(_BY_START, "r.experiment", TRUE, query.filter.terms)
    select = _select(sources, query, members_of(sources.scope, numbers), _stages(query.view), places)
    return _fetched(connection, [select], _keys(query.order, None), query.limit + 1)


def _driver(connection: sqlite3.Connection, query: RunQuery, numbers: Sequence[int]) -> Source | None:
    """The source of the term that the fewest runs can match, None if none of them is few."""
    few = min(1_000 + 10 * query.limit, MOST_CANDIDATES)
    best: Source | None = None
    for place, term in enumerate(query.filter.terms):
        terms = query.filter.terms[:place] + query.filter.terms[place + 1 :]
        source = _source_of(term, terms)
        if source is None:
            continue
        count = _count(connection, source, query, numbers, few)
        if count < few:
            best, few = source, count
    return best


def _count(
    connection: sqlite3.Connection, source: Source, query: RunQuery, numbers: Sequence[int], most: int
) -> int:
    stages = _stages(query.view) if source.tables == _BY_START else TRUE
    where = every(members_of(source.scope, numbers), stages, source.where)
    ((count,),) = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {source.counted or source.tables} WHERE {where.text} LIMIT ?)",
        (*where.values, most),
    )
    return int(count)


def _source_of(term: Comparison, terms: tuple[Comparison, ...]) -> Source | None:
    """The runs that match a term, by an index; None if no index knows them."""
    if not _is_range(term):
        return None
    field = term.field
    if field.kind in TABLES:
        where = every(Sql("k.key = ?", (field.key,)), row_condition("k", term))
        counted = f"{TABLES[field.kind]} k INDEXED BY {TABLES[field.kind]}_by_value"
        tables = f"{counted} CROSS JOIN runs r ON r.run = k.run"
        return Source(tables, "k.experiment", where, terms, counted=counted)
    if field.kind is Kind.ATTRIBUTE and field.key in _ATTRIBUTE_SOURCES:
        where = condition(attribute(RUN_ATTRIBUTES, field), term)
        return Source(_ATTRIBUTE_SOURCES[field.key], "r.experiment", where, terms)
    return None


def _is_range(term: Comparison) -> bool:
    """Whether what matches lies together in an index on the value."""
    match term:
        case NumberComparison(op=op) | TextComparison(op=op):
            return op != "!="
        case Like(pattern=pattern, ignore_case=ignore_case):
            # The index by id holds the runs of all experiments: a range of it may be long.
            is_by_id = term.field == Field(Kind.ATTRIBUTE, "id")
            return not ignore_case and not is_by_id and is_range(like_prefix(pattern))
        case Membership(negated=negated):
            return not negated
        case Presence(present=present):
            return present and term.field.kind in TABLES


def _may_walk(query: RunQuery, numbers: Sequence[int]) -> bool:
    """Whether indexes follow the order: a walk on each experiment, and on each stage where stages lead."""
    if not query.order:
        return False
    first = query.order[0].field
    is_known = first.kind in TABLES or (first.kind is Kind.ATTRIBUTE and first.key in _ATTRIBUTE_SOURCES)
    arms = len(numbers) * len(query.view.stages)
    return is_known and first.key != "id" and arms <= MOST_ARMS


def _walked(
    connection: sqlite3.Connection, query: RunQuery, numbers: Sequence[int], places: Places | None
) -> list[Row]:
    found: list[Row] = []
    for source in _segments(query):
        wanted = query.limit + 1 - len(found)
        if wanted > 0 and (places is None or source.rank >= places[0][0]):
            selects = [
                _select(source, query, Sql(f"{source.scope} = ?", (number,)), stage, places)
                for number, stage in product(numbers, _stage_arms(source, query.view))
            ]
            found += _fetched(connection, selects, _keys(query.order, source.first), wanted)
    return found


def _segments(query: RunQuery) -> Iterator[Source]:
    """Sources whose runs follow each other in the order: those with a value, with NaN, with none."""
    order, terms = query.order[0], query.filter.terms
    field = order.field
    if field.kind is Kind.ATTRIBUTE:
        yield from _attribute_segments(order, terms)
        return
    table = TABLES[field.kind]
    tables = f"{table} k INDEXED BY {table}_by_value CROSS JOIN runs r ON r.run = k.run"
    own = [row_condition("k", term) for term in terms if term.field == field]
    others = tuple(term for term in terms if term.field != field)
    where = every(Sql("k.key = ?", (field.key,)), *own)
    value = SortKey("k.value", order.ascending, VALUE)
    yield Source(tables, "k.experiment", every(where, Sql("k.value IS NOT NULL")), others, value)
    if field.kind is Kind.METRIC:
        nan = SortKey("NULL", order.ascending, NAN)
        yield Source(tables, "k.experiment", every(where, Sql("k.value IS NULL")), others, nan, NAN)
    if all(is_absence(term) for term in terms if term.field == field):
        lacks = run_condition(Presence(field, present=False))
        missing = SortKey("NULL", order.ascending, MISSING)
        yield Source(_BY_START, "r.experiment", lacks, terms, missing, MISSING)


def _attribute_segments(order: OrderKey, terms: tuple[Comparison, ...]) -> Iterator[Source]:
    column = attribute(RUN_ATTRIBUTES, order.field).text
    tables = _ATTRIBUTE_SOURCES[order.field.key]
    value = SortKey(column, order.ascending, VALUE)
    if order.field.key != "ended_at":
        yield Source(tables, "r.experiment", TRUE, terms, value)
        return
    yield Source(tables, "r.experiment", Sql(f"{column} IS NOT NULL"), terms, value)
    missing = SortKey("NULL", order.ascending, MISSING)
    yield Source(_BY_START, "r.experiment", Sql(f"{column} IS NULL"), terms, missing, MISSING)


def _stages(view: View) -> Sql:
    numbers = _stage_numbers(view)
    return Sql(f"r.stage IN ({', '.join('?' * len(numbers))})", tuple(numbers))


def _stage_arms(source: Source, view: View) -> list[Sql]:
    """One condition for each walk: on the index by start the stage comes before the time."""
    if source.tables == _BY_START:
        return [Sql("r.stage = ?", (number,)) for number in _stage_numbers(view)]
    return [_stages(view)]


def _stage_numbers(view: View) -> list[int]:
    return sorted(STAGE_NUMBERS[stage] for stage in view.stages)


def _keys(order: Sequence[OrderKey], first: SortKey | None) -> list[SortKey]:
    keys = [_key(number, key) for number, key in enumerate(order)]
    return [first, *keys[1:]] if first is not None else keys


def _key(number: int, key: OrderKey) -> SortKey:
    """A sort key that is read from `r`, or from the table that `_lookups` joins for it."""
    field = key.field
    if field.kind is Kind.ATTRIBUTE:
        column = attribute(RUN_ATTRIBUTES, field).text
        rank = f"({column} IS NULL) * {MISSING}" if field.key == "ended_at" else VALUE
        return SortKey(column, key.ascending, rank)
    if field.kind is Kind.DATASET:
        raise Unsupported("Runs cannot be ordered by their datasets.")
    value = value_of(f"o{number}", field).text
    is_missing, is_value = f"o{number}.run IS NULL", f"{value} IS NOT NULL"
    rank = f"CASE WHEN {is_value} THEN {VALUE} WHEN {is_missing} THEN {MISSING} ELSE {NAN} END"
    return SortKey(value, key.ascending, rank)


def _lookups(order: Sequence[OrderKey], first: SortKey | None) -> Sql:
    return joined(
        [
            Sql(f" LEFT JOIN {TABLES[field.kind]} o{n} ON o{n}.run = r.run AND o{n}.key = ?", (field.key,))
            for n, field in enumerate(key.field for key in order)
            if field.kind in TABLES and not (n == 0 and first is not None)
        ],
        "",
    )


def _select(source: Source, query: RunQuery, scope: Sql, stages: Sql, places: Places | None) -> Sql:
    keys = _keys(query.order, source.first)
    where = every(
        scope,
        stages,
        source.where,
        *(run_condition(term) for term in source.terms),
        after(keys, places) if places is not None else TRUE,
    )
    select = Sql(f"SELECT r.run{columns_of(keys)} FROM {source.tables}")
    return joined([select, _lookups(query.order, source.first), where.within(" WHERE ", "")], "")


def _fetched(
    connection: sqlite3.Connection, selects: Sequence[Sql], keys: Sequence[SortKey], limit: int
) -> list[Row]:
    union = joined(selects, " UNION ALL ")
    rows: list[Row] = connection.execute(
        f"{union.text}{order_by(keys)} LIMIT ?", (*union.values, limit)
    ).fetchall()
    return rows
