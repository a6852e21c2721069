"""Finding runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.dataset import DatasetUse
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

_WITH_DATASETS: Final = "dataset.name LIKE '%'"
_RUNS_LOOKED_AT: Final = 10_000


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

    def dataset_uses(self, experiment_ids: Sequence[Any], *, most: int = 1000) -> list[DatasetUse]:
        """
        The datasets that the runs of some experiments used, deleted runs included, each with what for once.

        At most `most` of them, and only of the 10,000 runs with datasets that started last.

        Raises:
            InvalidInput: Not an experiment id.

        Source: MLflow 3.17 `POST experiments/search-datasets`.
        """
        found: dict[DatasetUse, None] = {}
        token: str | bytes | None = None
        for _ in range(_RUNS_LOOKED_AT // 1000):
            page = self.find(experiment_ids, filter_string=_WITH_DATASETS, view=View.ALL, page_token=token)
            for run in page.items:
                for used in run.dataset_inputs:
                    known = used.dataset
                    found[DatasetUse(run.experiment_id, known.name, known.digest, used.context)] = None
            token = page.next_token
            if token is None or len(found) >= most:
                break
        return [*found][:most]
