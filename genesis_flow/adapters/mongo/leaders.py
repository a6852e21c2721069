"""
With which value of a metric the first pages of searches ended, so that the same search looks no further next time.

A search ordered by a metric looks at each of its matches to know the best of them, unless the server walks an index in
that order. Who asks for the best runs asks again and again. So the value at which a first page ended bounds the next
search of the same: if it finds a full page within the bound, that is the first page, whatever was stored, changed
or removed meanwhile; if it does not, the search is made again without the bound.
"""

from __future__ import annotations

from collections.abc import Hashable
from itertools import islice
from typing import Final

import attrs

from genesis_flow.domain.search.ast import Kind, NumberComparison
from genesis_flow.domain.search.queries import RunQuery

_MOST: Final = 1_000


@attrs.define(eq=False)
class Leaders:
    """What this process remembers of first pages."""

    _values: dict[Hashable, float] = attrs.field(factory=dict, init=False)

    def bound(self, query: RunQuery) -> NumberComparison | None:
        """What the runs on the first page of `query` satisfied last time; None if nothing is known of it."""
        key = _kind_of(query)
        value = None if key is None else self._values.get(key)
        if value is None:
            return None
        first = query.order[0]
        return NumberComparison(first.field, "<=" if first.ascending else ">=", value)

    def note(self, query: RunQuery, value: float | None) -> None:
        """Note the value of the first run behind the first page; None or NaN if it has none, which bounds nothing."""
        key = _kind_of(query)
        if key is None:
            return
        self._values.pop(key, None)
        if value is None or value != value:
            return
        if len(self._values) >= _MOST:
            for oldest in list(islice(self._values, _MOST // 2)):
                self._values.pop(oldest, None)
        self._values[key] = value


def _kind_of(query: RunQuery) -> Hashable | None:
    """What the same searches have in common; None for those that have no bound."""
    if query.page_token is not None or not query.order or query.order[0].field.kind is not Kind.METRIC:
        return None
    return query.experiment_ids, query.view, query.filter, query.order, query.limit
