"""Metrics, params, tags, inputs and outputs of runs, as `MlflowClient` has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api import session
from genesis_flow.api.client.connected import Connected
from genesis_flow.api.entities import (
    DatasetInput,
    LoggedModelInput,
    LoggedModelOutput,
    Metric,
    Param,
    RunTag,
)
from genesis_flow.api.entities.translation import (
    history_to_views,
    views_to_dataset_inputs,
    views_to_model_outputs,
)
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.numbers import metric_value, now_ms
from genesis_flow.api.run_links import run_links
from genesis_flow.api.run_operations import RunOperations
from genesis_flow.domain.entities import metric as domain
from genesis_flow.domain.errors import InvalidInput, ParamConflict
from genesis_flow.domain.use_cases.run_logging import param_advice
from genesis_flow.domain.values import limits

if TYPE_CHECKING:
    from genesis_flow.api.async_logging import AsyncLogging


class LoggingClient(Connected):
    """Write to runs, now or in the background, and read metric histories."""

    @translating_errors
    def log_metric(
        self,
        run_id: str,
        key: str,
        value: float,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        model_id: str | None = None,
    ) -> RunOperations | None:
        """
        Add one point to a metric.

        Args:
            value: A number, a numeric text, or an array or tensor of one element; NaN and infinities are kept.
            timestamp: Milliseconds since the epoch (UTC); by default now.
            step: Any 64-bit integer; by default 0.
            synchronous: Whether to wait until it is stored; by default as `config.enable_async_logging` says.
            model_id: The logged model that was measured, by default the active one; the point is also the model's.
            dataset_name, dataset_digest: What it was measured on; kept with the metric of the model.

        Returns:
            A handle to wait on where the write is in the background, else None.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_metric`.
        """
        if (dataset_name is None) != (dataset_digest is None):
            raise MlflowException.invalid_parameter_value(
                "Both dataset_name and dataset_digest must be provided if one is provided"
            )
        at = now_ms() if timestamp is None else timestamp
        point = domain.Metric(key, metric_value(value), at, 0 if step is None else step)
        model_id = model_id or session.active_model_id()
        if model_id is not None:
            point = _of_model(point, model_id, dataset_name, dataset_digest)
        if self._waits(synchronous):
            self._application.logging.log_metric(run_id, point)
            return None
        return self._queue().submit(run_id, metrics=[point])

    @translating_errors
    def log_param(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> Any:
        """
        Set a param, for good.

        Args:
            value: Becomes a text; beyond 6,000 characters it is cut with a warning.
            synchronous: Whether to wait until it is stored.

        Returns:
            `value`, or a handle to wait on where the write is in the background.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE, also if the param has another value.

        Source: MLflow `MlflowClient.log_param`.
        """
        if self._waits(synchronous):
            with advising_on_params():
                self._application.logging.log_param(run_id, key, str(value))
            return value
        return self._queue().submit(run_id, params=[(key, str(value))])

    @translating_errors
    def set_tag(
        self, run_id: str, key: str, value: Any, synchronous: bool | None = None
    ) -> RunOperations | None:
        """
        Set a tag; `value` becomes a text, beyond 8,000 characters it is cut with a warning.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_tag`.
        """
        if self._waits(synchronous):
            self._application.logging.set_tag(run_id, key, str(value))
            return None
        return self._queue().submit(run_id, tags=[(key, str(value))])

    @translating_errors
    def delete_tag(self, run_id: str, key: str) -> None:
        """
        Remove a tag.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_tag`.
        """
        self._application.logging.remove_tag(run_id, key)

    @translating_errors
    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,
    ) -> RunOperations | None:
        """
        Write metrics, params and tags; up to 1,000 of them (100 params, 100 tags) are written all or nothing.

        More are split into several batches. A metric with a `model_id`, and every other one where a logged model
        is active, is also a metric of that model.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_batch`.
        """
        if not (metrics or params or tags):
            return None
        metrics = [*metrics]
        points, has_models = _points(metrics)
        pairs = [(param.key, str(param.value)) for param in params]
        labels = [(tag.key, str(tag.value)) for tag in tags]
        active = session.active_model_id()
        if active is not None or has_models:
            points = [
                _of_model(point, view.model_id or active, view.dataset_name, view.dataset_digest)
                for point, view in zip(points, metrics, strict=True)
            ]
        if self._waits(synchronous):
            for batch in batches(points, pairs, labels):
                self._application.logging.log_batch(run_id, **batch)
            return None
        handles = [self._queue().submit(run_id, **batch) for batch in batches(points, pairs, labels)]
        return RunOperations([future for handle in handles for future in handle._operation_futures])

    @translating_errors
    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """
        All points of a metric, by timestamp, step and value; none for a run or metric that does not exist.

        Source: MLflow `MlflowClient.get_metric_history`.
        """
        return history_to_views(self._application.logging.history(run_id, key))

    @translating_errors
    def log_inputs(
        self,
        run_id: str,
        datasets: Sequence[DatasetInput] | None = None,
        models: Sequence[LoggedModelInput] | None = None,
    ) -> None:
        """
        Note datasets and logged models that a run used.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_inputs`.
        """
        self._application.logging.log_inputs(
            run_id,
            datasets=views_to_dataset_inputs(datasets or ()),
            model_inputs=[model.model_id for model in models or ()],
        )

    @translating_errors
    def log_outputs(self, run_id: str, models: list[LoggedModelOutput]) -> None:
        """
        Note logged models that a run produced.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_outputs`.
        """
        self._application.logging.log_inputs(run_id, model_outputs=views_to_model_outputs(models))
        for made in models:
            run_links().note_output(run_id, made.model_id, made.step)

    def _waits(self, synchronous: bool | None) -> bool:
        return not session.is_async() if synchronous is None else synchronous

    def _queue(self) -> AsyncLogging:
        return session.async_logging(self._tracking_uri)


_columns: Final = attrgetter("key", "value", "timestamp", "step", "model_id")
_own_columns: Final = attrgetter("_key", "_value", "_timestamp", "_step", "_model_id")  # twice as fast


def _points(views: Sequence[Metric]) -> tuple[list[domain.Metric], bool]:
    """The points of `views`, and whether any names a logged model."""
    rows = [*map(_own_columns if {*map(type, views)} == {Metric} else _columns, views)]
    points = [
        domain.Metric(key, value if type(value) is float else metric_value(value), timestamp, step)
        for key, value, timestamp, step, _ in rows
    ]
    return points, any(row[4] is not None for row in rows)


def _of_model(
    point: domain.Metric, model_id: str | None, dataset_name: str | None, dataset_digest: str | None
) -> domain.Metric:
    """`point`, measured on a logged model if there is one."""
    if model_id is None:
        return point
    from genesis_flow.domain.entities.logged_model import ModelMetric  # whoever logs no models does not need it

    return ModelMetric(
        point.key, point.value, point.timestamp, point.step, model_id, "", dataset_name, dataset_digest
    )


@contextmanager
def advising_on_params() -> Iterator[None]:
    """Add to errors about a param what usually causes them."""
    try:
        yield
    except (InvalidInput, ParamConflict) as error:
        error.message += param_advice()
        error.args = (error.message,)
        raise


def batches(
    metrics: list[domain.Metric], params: list[tuple[Any, str]], tags: list[tuple[Any, str]]
) -> Iterator[dict[str, Any]]:
    """Batches within the store's limits: 100 params and tags at a time, filled up with metrics; none of nothing."""
    if not (metrics or params or tags):
        return
    if (
        len(params) <= limits.PARAMS_PER_BATCH
        and len(tags) <= limits.TAGS_PER_BATCH
        and len(metrics) + len(params) + len(tags) <= limits.ENTITIES_PER_BATCH
    ):
        yield {"metrics": metrics, "params": params, "tags": tags}
        return
    done = 0
    for start in range(0, max(len(params), len(tags)), limits.PARAMS_PER_BATCH):
        some_params = params[start : start + limits.PARAMS_PER_BATCH]
        some_tags = tags[start : start + limits.TAGS_PER_BATCH]
        room = limits.ENTITIES_PER_BATCH - len(some_params) - len(some_tags)
        yield {"metrics": metrics[done : done + room], "params": some_params, "tags": some_tags}
        done += room
    for start in range(done, len(metrics), limits.METRICS_PER_BATCH):
        yield {"metrics": metrics[start : start + limits.METRICS_PER_BATCH]}
