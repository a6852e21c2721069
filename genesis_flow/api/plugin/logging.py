"""What runs log, and the histories of metrics, as a tracking store of MLflow has them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from mlflow.entities import DatasetInput, LoggedModelInput, LoggedModelOutput, Metric, Param, RunTag
from mlflow.entities.metric import MetricWithRunId
from mlflow.store.entities.paged_list import PagedList
from mlflow.utils.search_utils import SearchUtils

from genesis_flow.api.plugin.errors import translated
from genesis_flow.api.plugin.translation import (
    dataset_input_to_domain,
    history_to_stock,
    metric_of_run,
    metric_to_domain,
)
from genesis_flow.bootstrap import Application
from genesis_flow.domain.entities.metric import MetricHistory
from genesis_flow.domain.entities.run import ModelOutput
from genesis_flow.domain.errors import InvalidInput, ParamConflict
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.policies import history_page_limit

_BATCH: Final = limits.DATASETS_PER_BATCH


class LoggingMethods:
    """Write metrics, params, tags, inputs and outputs of runs, and read histories."""

    _application: Application

    @translated
    def log_metric(self, run_id: str, metric: Metric) -> None:
        self._application.logging.log_metric(run_id, metric_to_domain(metric))

    @translated
    def log_param(self, run_id: str, param: Param) -> None:
        self._application.logging.log_param(run_id, param.key, param.value)

    @translated
    def set_tag(self, run_id: str, tag: RunTag) -> None:
        self._application.logging.set_tag(run_id, tag.key, tag.value)

    @translated
    def delete_tag(self, run_id: str, key: str) -> None:
        self._application.logging.remove_tag(run_id, key)

    @translated
    def log_batch(
        self, run_id: str, metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]
    ) -> None:
        try:
            self._application.logging.log_batch(
                run_id,
                metrics=[metric_to_domain(metric) for metric in metrics],
                params=[(param.key, param.value) for param in params],
                tags=[(tag.key, tag.value) for tag in tags],
            )
        except ParamConflict as error:
            raise InvalidInput("params", error.listed()) from error

    @translated
    def log_inputs(
        self,
        run_id: str,
        datasets: list[DatasetInput] | None = None,
        models: list[LoggedModelInput] | None = None,
    ) -> None:
        if datasets is not None and not isinstance(datasets, list):
            raise TypeError(f"Argument 'datasets' should be a list, got '{type(datasets)}'")
        inputs = [dataset_input_to_domain(used) for used in datasets or ()]
        self._application.logging.log_inputs(
            run_id, datasets=inputs[:_BATCH], model_inputs=[model.model_id for model in models or ()]
        )
        for start in range(_BATCH, len(inputs), _BATCH):  # MLflow's own stores take any number
            self._application.logging.log_inputs(run_id, datasets=inputs[start : start + _BATCH])

    @translated
    def log_outputs(self, run_id: str, models: list[LoggedModelOutput]) -> None:
        made = [ModelOutput(model.model_id, model.step) for model in models]
        self._application.logging.log_inputs(run_id, model_outputs=made)

    @translated
    def record_logged_model(self, run_id: str, mlflow_model: Any) -> None:
        """Note a model in the tag of the run in which models of MLflow 2 are listed."""
        from mlflow.models import Model

        if not isinstance(mlflow_model, Model):
            raise TypeError(f"Argument 'mlflow_model' should be mlflow.models.Model, got '{type(mlflow_model)}'")
        self._application.logging.record_model(run_id, mlflow_model.to_dict())

    @translated
    def get_metric_history(
        self, run_id: str, metric_key: str, max_results: int | None = None, page_token: Any = None
    ) -> PagedList[Metric]:
        start = SearchUtils.parse_start_offset_from_page_token(page_token)
        if max_results is not None:
            history_page_limit(max_results)
        points = history_to_stock(self._history(run_id, metric_key))
        end = len(points) if max_results is None else start + max_results
        return PagedList(points[start:end], SearchUtils.create_page_token(end) if end < len(points) else None)

    @translated
    def get_metric_history_bulk(
        self, run_ids: Collection[str], metric_key: str, max_results: int
    ) -> list[MetricWithRunId]:
        found: list[MetricWithRunId] = []
        for run_id in sorted(set(run_ids)):
            if len(found) >= max_results:
                break
            points = history_to_stock(self._history(run_id, metric_key))
            found += [MetricWithRunId(point, run_id) for point in points[: max_results - len(found)]]
        return found

    @translated
    def get_metric_history_bulk_interval_from_steps(
        self, run_id: str, metric_key: str, steps: Collection[int], max_results: int
    ) -> list[MetricWithRunId]:
        wanted = set(steps)
        points = [point for point in history_to_stock(self._history(run_id, metric_key)) if point.step in wanted]
        points.sort(key=lambda point: (point.step, point.timestamp))
        return [MetricWithRunId(point, run_id) for point in points[:max_results]]

    @translated
    def get_metric_history_bulk_interval(
        self,
        run_ids: Sequence[str],
        metric_key: str,
        max_results: int,
        start_step: int | None,
        end_step: int | None,
    ) -> list[MetricWithRunId]:
        if (start_step is None) != (end_step is None):
            raise InvalidInput(
                "start_step", "Both start_step and end_step must be specified together, or neither may be specified."
            )
        return [
            metric_of_run(point, run_id)
            for run_id in run_ids
            for point in self._history(run_id, metric_key).sampled(max(1, max_results), start_step, end_step)
        ]

    def _history(self, run_id: str, metric_key: str) -> MetricHistory:
        return self._application.logging.history(run_id, metric_key)
