"""Finding runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import RUNS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.ids import experiment_id as canonical_id
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.policies import page_limit
from genesis_flow.ports.runs import RunRepository


@attrs.frozen
class RunSearch:
    """Finding runs by what they are and what they logged."""

    _runs: RunRepository

    def find(
        self,
        experiment_ids: Sequence[Any],
        *,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        view: View = View.ACTIVE_ONLY,
        max_results: Any = 1000,
        page_token: str | bytes | None = None,
    ) -> Page[Run]:
        """
        One page of the runs of some experiments that match a filter.

        Args:
            experiment_ids: Where to look; none finds nothing.
            filter_string: Comparisons joined by AND, over metrics, params, tags, attributes and datasets.
            order_by: Texts `key [ASC|DESC]`; the latest start comes first where they do not decide.
            max_results: 1 to 50,000.

        Raises:
            InvalidSearch: The filter or order cannot be read.
            InvalidInput: Another argument breaks its rule.

        Source: MLflow 3.17 `POST runs/search`.
        """
        query = RunQuery(
            experiment_ids=tuple(dict.fromkeys(canonical_id(id) for id in experiment_ids)),
            filter=bind_filter(filter_string, RUNS),
            order=total_order(bind_order(order_by, RUNS), RUNS),
            view=view,
            limit=page_limit(max_results, limits.RUNS_PER_PAGE),
            page_token=page_token,
        )
        return self._runs.find(query)
