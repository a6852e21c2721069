"""Clients with one bug each, of the kind that back ends for MLflow have had."""

from __future__ import annotations

import math
from typing import Any

from genesis_flow import MlflowClient


class LatestByArrival(MlflowClient):
    """Shows the point that was written last, whatever its step."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self._last: dict[tuple[str, str], float] = {}

    def log_metric(self, run_id: str, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        done = super().log_metric(run_id, key, value, *args, **kwargs)
        self._last[run_id, key] = float(value)
        return done

    def get_run(self, run_id: str) -> Any:
        run = super().get_run(run_id)
        run.data.metrics.update({key: value for (id, key), value in self._last.items() if id == run_id})
        return run


class LikeIgnoresCase(MlflowClient):
    """Compares with LIKE as SQLite does."""

    def search_runs(self, experiment_ids: Any, filter_string: Any = "", *args: Any, **kwargs: Any) -> Any:
        return super().search_runs(experiment_ids, filter_string.replace("LIKE", "ILIKE"), *args, **kwargs)


class InfinityIsClipped(MlflowClient):
    """Stores the largest float for infinity."""

    def log_metric(self, run_id: str, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, float) and math.isinf(value):
            value = math.copysign(1.7976931348623157e308, value)
        return super().log_metric(run_id, key, value, *args, **kwargs)


class NanIsZero(MlflowClient):
    """Stores 0 for NaN."""

    def log_metric(self, run_id: str, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().log_metric(run_id, key, 0.0 if value != value else value, *args, **kwargs)


class FilterIsDroppedWhenOrdered(MlflowClient):
    """Forgets the filter where an order is given."""

    def search_runs(self, experiment_ids: Any, filter_string: Any = "", *args: Any, **kwargs: Any) -> Any:
        return super().search_runs(experiment_ids, "" if kwargs.get("order_by") else filter_string, *args, **kwargs)


class OrderIsPerExperiment(MlflowClient):
    """Orders the runs of each experiment on their own."""

    def search_runs(self, experiment_ids: Any, *args: Any, **kwargs: Any) -> Any:
        page = super().search_runs(experiment_ids, *args, **kwargs)
        page.sort(key=lambda run: experiment_ids.index(run.info.experiment_id))
        return page


class PagesRepeat(MlflowClient):
    """Starts each page with the last item of the page before."""

    def search_runs(self, *args: Any, page_token: Any = None, **kwargs: Any) -> Any:
        page = super().search_runs(*args, page_token=page_token, **kwargs)
        if page_token is not None:
            page[:] = [self._last_run, *page[:-1]]
        self._last_run = page[-1] if page else None
        return page


class BatchesAreNotAtomic(MlflowClient):
    """Writes the tags of a batch although its params are refused."""

    def log_batch(self, run_id: str, metrics: Any = (), params: Any = (), tags: Any = (), **kwargs: Any) -> Any:
        super().log_batch(run_id, tags=tags, **kwargs)
        return super().log_batch(run_id, metrics, params, **kwargs)


class ParamsChange(MlflowClient):
    """Says nothing where a param is given another value."""

    def log_param(self, run_id: str, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().log_param(run_id, key, value, *args, **kwargs)
        except Exception as error:
            if "Changing param values" in str(error):
                return value
            raise


class RunsStayActive(MlflowClient):
    """Deletes an experiment but not its runs."""

    def delete_experiment(self, experiment_id: str) -> None:
        kept = super().search_runs([experiment_id])
        super().delete_experiment(experiment_id)
        for run in kept:
            super().restore_run(run.info.run_id)


MUTANTS = (
    LatestByArrival,
    LikeIgnoresCase,
    InfinityIsClipped,
    NanIsZero,
    FilterIsDroppedWhenOrdered,
    OrderIsPerExperiment,
    PagesRepeat,
    BatchesAreNotAtomic,
    ParamsChange,
    RunsStayActive,
)
