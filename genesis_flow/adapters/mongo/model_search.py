"""Searches of logged models as MongoDB conditions and sort keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from genesis_flow.adapters.mongo import conditions, terms
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.conditions import Condition
from genesis_flow.adapters.mongo.indexes import MODEL_POINTS
from genesis_flow.adapters.mongo.model_documents import (
    ATTRIBUTES,
    EVERYTHING,
    GREATEST,
    LEAST,
    scope_of,
    value_term,
)
from genesis_flow.adapters.mongo.names import field_name, run_id_range, sortable
from genesis_flow.adapters.mongo.search import SortKey
from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.search.ast import (
    Comparison,
    Field,
    Filter,
    Kind,
    Membership,
    NumberComparison,
    OrderKey,
    TextComparison,
)
from genesis_flow.domain.search.queries import LoggedModelQuery
from genesis_flow.domain.values.lifecycle import View

PATHS: Final = {
    "id": "model",
    "name": "name",
    "type": "type",
    "source_run_id": "run",
    "artifact_location": "uri",
    "experiment_id": "e",
    "status": "status",
    "created_at": "created",
    "updated_at": "updated",
}
_OPTIONAL: Final = frozenset({"type", "source_run_id"})
_BY_ID: Final = [SortKey("_id", True)]

#: Finds the ids of the models that have exactly this value of a metric among their further points.
Exactly = Callable[[NumberComparison], list[str]]


def plan(query: LoggedModelQuery, exactly: Exactly) -> tuple[list[Condition], list[SortKey]]:
    """The conditions and sort keys of a search: by `_id` where that is the order, else by terms if any."""
    ids = query.experiment_ids
    by_id = len(ids) == 1 and [_named(key) for key in query.order] == [("created_at", False), ("id", True)]
    wanted = [_exact(term, exactly) for term in query.filter.terms]
    if query.view is not View.ALL:
        wanted.append({"stage": {"$in": [stage.value for stage in query.view.stages]}})
    found = [] if by_id else list(_candidates(query.filter, ids))
    scope = found or [{"_id": run_id_range(ids[0])} if len(ids) == 1 else {"exp": {"$in": list(ids)}}]
    keys = _BY_ID if by_id else [_sort_key(number, key) for number, key in enumerate(query.order)]
    return [*scope, *wanted], keys


def is_by_id(keys: Sequence[SortKey]) -> bool:
    """Whether the order is that of the primary index."""
    return keys is _BY_ID


def models_exactly(database: MongoDatabase, experiment_ids: Sequence[str]) -> Exactly:
    """Looks among the further points of the models of these experiments."""

    def find(term: NumberComparison) -> list[str]:
        value = float(term.value)
        values = [value_term(id, term.field.key, value) for id in experiment_ids]
        wanted = {"k": {"$in": values}, "r": {"$elemMatch": _row(term, value)}}
        return sorted({row["m"] for row in database[MODEL_POINTS].find(wanted, {"m": 1})})

    return find


def _named(key: OrderKey) -> tuple[str, bool] | None:
    return (key.field.key, key.ascending) if key.field.kind is Kind.ATTRIBUTE else None


def _exact(term: Comparison, exactly: Exactly) -> Condition:
    field = term.field
    if field.kind is Kind.DATASET:
        return {"sc": {"$in": [scope_of(scope.name, scope.digest) for scope in field.datasets]}}
    if field.kind is Kind.METRIC:
        if not isinstance(term, NumberComparison):
            raise Unsupported("Metrics of logged models are compared with numbers only.")
        return _metric(term, exactly)
    if field.kind is Kind.ATTRIBUTE and field.key == "experiment_id":
        return _experiment(term)
    (condition,) = conditions.exact(Filter((term,)), PATHS)
    return condition


def _experiment(term: Comparison) -> Condition:
    match term:
        case TextComparison(op=op, value=text):
            return {"e": {"$in" if op == "=" else "$nin": conditions.experiment_numbers([text])}}
        case Membership(values=values, negated=negated):
            return {"e": {"$nin" if negated else "$in": conditions.experiment_numbers(values)}}
        case _:
            raise Unsupported("Experiment ids are compared as wholes.")


def _metric(term: NumberComparison, exactly: Exactly) -> Condition:
    """That any point of the metric satisfies `term`: its greatest and its least value tell, but for `=`."""
    value = float(term.value)
    digits = sortable(value)
    paths = [f"s.{field_name(term.field.key)}.{scope}" for scope in _scopes(term.field)]
    match term.op:
        case ">" | ">=":
            return _any({f"{path}.h": {"$gt" if term.op == ">" else "$gte": digits}} for path in paths)
        case "<" | "<=":
            return _any({f"{path}.l": {"$lt" if term.op == "<" else "$lte": digits}} for path in paths)
        case "!=":
            ends = [{f"{path}.{end}": {"$exists": True, "$ne": digits}} for path in paths for end in "hl"]
            return _any([*ends, *({f"{path}.q": True} for path in paths)])
        case _:
            near: list[Condition] = [{"r": {"$elemMatch": _row(term, value)}}]
            far = exactly(term)
            return _any([*near, {"model": {"$in": far}}] if far else near)


def _row(term: NumberComparison, value: float) -> Condition:
    """That a row is a point of the metric with exactly this value, on one of its datasets if it names any."""
    row: Condition = {"k": term.field.key, "v": value}
    if term.field.datasets:
        row["$or"] = [
            {"n": scope.name} if scope.digest is None else {"n": scope.name, "g": scope.digest}
            for scope in term.field.datasets
        ]
    return row


def _any(options: Iterable[Condition]) -> Condition:
    found = list(options)
    return found[0] if len(found) == 1 else {"$or": found}


def _scopes(field: Field) -> list[str]:
    return [scope_of(scope.name, scope.digest) for scope in field.datasets] or [EVERYTHING]


def _candidates(filter: Filter, experiment_ids: tuple[str, ...]) -> Iterable[Condition]:
    """Conditions on the index terms that every match satisfies; they leave other experiments' models alone."""
    for term in filter.terms:
        located = _term(term)
        if located is not None:
            kind, name, lower, upper = located
            prefixes = [terms.prefix(id, kind, name) for id in experiment_ids]
            condition = conditions.on_terms(prefixes, lower, upper)
            if condition is not None:
                yield condition


def _term(term: Comparison) -> tuple[str, str, str, str | None] | None:
    """Kind, name and bounds of the term that a match has; None where none is known."""
    field = term.field
    if field.kind is Kind.METRIC and isinstance(term, NumberComparison):
        return _metric_term(field_name(field.key), term)
    lower, upper = next(conditions.bounds(term))
    if field.kind is Kind.ATTRIBUTE and PATHS[field.key] in ATTRIBUTES:
        return PATHS[field.key], "", lower, upper
    if field.kind in (Kind.PARAM, Kind.TAG):
        return terms.PARAM if field.kind is Kind.PARAM else terms.TAG, field_name(field.key), lower, upper
    return None


def _metric_term(name: str, term: NumberComparison) -> tuple[str, str, str, str | None]:
    digits, after_numbers = sortable(float(term.value)), "g"  # the digits are hexadecimal
    match term.op:
        case ">" | ">=" | "=":
            return GREATEST, name, digits, after_numbers
        case "<" | "<=":
            return LEAST, name, "", digits + after_numbers
        case _:
            return GREATEST, name, "", None


def _sort_key(number: int, key: OrderKey) -> SortKey:
    if key.field.kind is Kind.METRIC:
        (scope,) = _scopes(key.field)
        source: Any = f"s.{field_name(key.field.key)}.{scope}.z.v"
    else:
        source = PATHS[key.field.key]
        if key.field.key not in _OPTIONAL:
            return SortKey(source, key.ascending)
    return SortKey(f"_v{number}", key.ascending, f"_r{number}", source)
