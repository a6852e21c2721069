"""
With which value of a metric the first pages of searches ended, so that the same search looks no further next time.

A search ordered by a metric looks at each of its matches to know the best of them, unless the server walks an index in
that order. Who asks for the best runs asks again and again. So the value at which a first page ended bounds the next
search of the same: if it finds a full page within the bound, that is the first page, whatever was stored, changed
or removed meanwhile; if it does not, the search is made again without the bound.

A threshold that only keeps out the worst of what is ordered (`metrics.acc > 0.5` where the order is `metrics.acc DESC`)
does not change who the best are, so searches that differ in nothing else share what is remembered.

A search that was never made takes a guess from the latest one that differs only in what it compares with
(`params.model = 'b'` instead of `'a'`), and looks twice as far as that had to.
"""

from __future__ import annotations

from collections.abc import Hashable
from itertools import islice
from typing import Final

import attrs

from genesis_flow.domain.search.ast import Comparison, Kind, Like, Membership, NumberComparison, Presence
from genesis_flow.domain.search.evaluate import acceptance
from genesis_flow.domain.search.queries import RunQuery

_MOST: Final = 1_000


@attrs.define(eq=False)
class Leaders:
    """What this process remembers of first pages."""

    _values: dict[Hashable, float | None] = attrs.field(factory=dict, init=False)
    _guesses: dict[Hashable, float | None] = attrs.field(factory=dict, init=False)

    def bound(self, query: RunQuery) -> NumberComparison | None:
        """What the runs on the first page of `query` satisfied last time, or may satisfy; None if nothing is known."""
        kind = _kind_of(query)
        if kind is None:
            return None
        value = self._values[kind.key] if kind.key in self._values else self._guesses.get(kind.shape)
        if value is None or not kind.admits(value):
            return None
        first = query.order[0]
        return NumberComparison(first.field, "<=" if first.ascending else ">=", value)

    def note(self, query: RunQuery, best: float | None, value: float | None) -> None:
        """
        Note the values of the `best` run and of the first one behind the first page.

        None or NaN, if there is none, bounds nothing.
        """
        kind = _kind_of(query)
        if kind is None:
            return
        known = self._values.get(kind.key)
        if value is None and known is not None and not kind.admits(known):
            return  # so few runs pass its thresholds, which says nothing of a search without them
        _keep(self._values, kind.key, _number(value))
        _keep(self._guesses, kind.shape, None if best is None or value is None else _number(2 * value - best))


def _number(value: float | None) -> float | None:
    return None if value is None or value != value else value


def _keep(values: dict[Hashable, float | None], key: Hashable, value: float | None) -> None:
    """Note a value as the latest; of very many the oldest are forgotten."""
    values.pop(key, None)
    if len(values) >= _MOST:
        for oldest in list(islice(values, _MOST // 2)):
            values.pop(oldest, None)
    values[key] = value


@attrs.frozen
class _Kind:
    """
    What the same searches have in common.

    Attributes:
        key: Equal for all of them. shape: Equal for all that differ only in what they compare with.
        thresholds: What keeps out the worst in each one's order.
    """

    key: Hashable
    shape: Hashable
    thresholds: tuple[NumberComparison, ...]

    def admits(self, value: float) -> bool:
        """Whether a run with `value` passes the thresholds."""
        return all(acceptance(threshold)(value) for threshold in self.thresholds)


def _kind_of(query: RunQuery) -> _Kind | None:
    """The kind of a search; None for those that have no bound."""
    if query.page_token is not None or not query.order or query.order[0].field.kind is not Kind.METRIC:
        return None
    first = query.order[0]
    operators = ("<", "<=") if first.ascending else (">", ">=")
    thresholds, others = [], []
    for term in query.filter.terms:
        if isinstance(term, NumberComparison) and term.field == first.field and term.op in operators:
            thresholds.append(term)
        else:
            others.append(term)
    # Without any threshold, runs that lack the metric may end a page.
    common = query.experiment_ids, query.view, query.order, query.limit, bool(thresholds)
    return _Kind((common, *others), (common, *map(_shape_of, others)), tuple(thresholds))


def _shape_of(term: Comparison) -> Hashable:
    """`term` without what it compares with."""
    match term:
        case Presence():
            return term
        case Like():
            return Like, term.field, term.ignore_case
        case Membership():
            return Membership, term.field, term.negated
        case _:
            return type(term), term.field, term.op
