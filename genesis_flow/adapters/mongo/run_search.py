"""Searches of runs as MongoDB conditions and sort keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow.adapters.mongo import conditions, search
from genesis_flow.adapters.mongo.names import field_name, run_document_id, run_id_range
from genesis_flow.adapters.mongo.terms import scope, statuses
from genesis_flow.domain.search.ast import Field, Filter, Kind, NumberComparison, OrderKey
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.domain.values.pages import Cursor

DEFAULT_ORDER: Final = (
    OrderKey(Field(Kind.ATTRIBUTE, "started_at"), ascending=False),
    OrderKey(Field(Kind.ATTRIBUTE, "id")),
)

#: Ordering by `_id` is the default order within one experiment.
BY_ID: Final = search.SortKey("_id", True)


def plan(
    query: RunQuery, bound: NumberComparison | None = None
) -> tuple[list[conditions.Condition], list[search.SortKey]]:
    """
    The conditions and sort keys of a search of one experiment or more.

    A range of `_id` where that is the order, else terms if any are of use; failing that, in one experiment the range
    again, in several the terms of all statuses.
    """
    experiment_ids, attributes = query.experiment_ids, conditions.RUN_PATHS
    filter = within(query, bound).filter
    if len(experiment_ids) == 1 and query.order[-2:] == DEFAULT_ORDER:
        keys = [*search.sort_keys(query.order[:-2], filter, attributes), BY_ID]
    else:
        keys = search.sort_keys(query.order, filter, attributes)
    if keys != [BY_ID]:
        scopes = [scope(id, stage.value) for id in experiment_ids for stage in query.view.stages]
        candidates, answered = conditions.candidates(filter, scopes, order=query.order, bound=bound)
        if len(experiment_ids) > 1 and not candidates:
            candidates = [{"k": {"$in": statuses(scopes)}}]
        if candidates:
            return [*candidates, *conditions.exact(filter, attributes, but=answered)], keys
    wanted = [{"_id": run_id_range(experiment_ids[0])}, *conditions.exact(filter, attributes)]
    if query.view is not View.ALL:
        wanted.append({"stage": {"$in": [stage.value for stage in query.view.stages]}})
    return wanted, keys


def within(query: RunQuery, bound: NumberComparison | None) -> RunQuery:
    """The search, of what satisfies `bound` as well."""
    return query if bound is None else attrs.evolve(query, filter=Filter((*query.filter.terms, bound)))


def leading_values(query: RunQuery, documents: Sequence[Mapping[str, Any]]) -> tuple[float | None, float | None]:
    """The values of the metric that comes first in the order, in the best run and in the one behind the page."""
    if len(documents) <= query.limit or query.order[0].field.kind is not Kind.METRIC:
        return None, None
    name = field_name(query.order[0].field.key)
    best, last = (document["m"].get(name) for document in (documents[0], documents[-1]))
    return None if best is None else float(best["v"]), None if last is None else float(last["v"])


def cursor_of(query: RunQuery, keys: Sequence[search.SortKey]) -> Cursor | None:
    """Where the page begins in the order of `keys`, which may have one place for the last two of the query."""
    if query.cursor is None or keys[-1] != BY_ID:
        return query.cursor
    return Cursor((*query.cursor.keys[:-2], (0, _document_id(query, query.cursor))))


def _document_id(query: RunQuery, cursor: Cursor) -> str:
    """The `_id` of the last run on the page before."""
    (_, started_at), (_, run_id) = cursor.keys[-2:]
    return run_document_id(query.experiment_ids[0], int(started_at or 0), str(run_id))
