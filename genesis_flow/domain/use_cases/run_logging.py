"""Writing metrics, params, tags, inputs and outputs to runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.metric import Metric, MetricHistory
from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.ids import run_id as checked_id
from genesis_flow.domain.values.keys import bounded_key
from genesis_flow.domain.values.numbers import whole
from genesis_flow.domain.values.policies import Truncation
from genesis_flow.domain.values.text import cut, quoted, shown, storable
from genesis_flow.ports.runs import RunRepository

#: Holds a JSON list of what was logged as a model the way of MLflow 2.
MODELS_TAG: Final = "mlflow.log-model.history"

Texts = Sequence[tuple[Any, Any]]


@attrs.frozen
class RunLogging:
    """Everything that a running run writes, except artifacts."""

    _runs: RunRepository
    _truncation: Truncation

    def log_metric(self, run_id: Any, metric: Metric) -> None:
        """
        Add one point to a metric; raises as `log_batch`.

        Source: MLflow 3.17 `POST runs/log-metric`.
        """
        checked = _checked_metric(metric, "name", "value", "timestamp", "step")
        if type(checked) is Metric:
            self._runs.append(checked_id(run_id), metrics=(checked,))
        else:
            self._append_with_models(checked_id(run_id), [checked], {}, {})

    def log_param(self, run_id: Any, key: Any, value: Any) -> None:
        """
        Set a param for good; raises as `log_batch`.

        Source: MLflow 3.17 `POST runs/log-parameter`.
        """
        self._runs.append(checked_id(run_id), params=dict([_checked_param("key", key, value, self._truncation)]))

    def set_tag(self, run_id: Any, key: Any, value: Any) -> None:
        """
        Set a tag; raises as `log_batch`.

        Source: MLflow 3.17 `POST runs/set-tag`.
        """
        self._runs.append(checked_id(run_id), tags=_named(_checked_tag("key", key, value, self._truncation)))

    def remove_tag(self, run_id: Any, key: Any) -> None:
        """
        Remove a tag.

        Raises:
            NotFound: No such run, or it has no such tag.
            Inactive: The run is deleted.

        Source: MLflow 3.17 `POST runs/delete-tag`.
        """
        self._runs.remove_tag(checked_id(run_id), storable("key", key))

    def log_batch(
        self, run_id: Any, *, metrics: Sequence[Metric] = (), params: Texts = (), tags: Texts = ()
    ) -> None:
        """
        Add metric points, params and tags, all or nothing; even an empty batch wants an active run.

        Args:
            metrics: At most 1,000 points; a `ModelMetric` is a point of its logged model, too.
            params: At most 100, each key once. tags: At most 100, the last
                value of a key counts. At most 1,000 of all together.

        Raises:
            NotFound: No such run, or no such active logged model.
            Inactive: The run is deleted.
            ParamConflict: A param has another value already.
            InvalidInput: Something breaks its rule; the message names it.

        Source: MLflow 3.17 `POST runs/log-batch`.
        """
        run_id = checked_id(run_id)
        _require_batch(metrics, params, tags)
        pairs = [
            _checked_param(f"params[{index}].key", key, value, self._truncation)
            for index, (key, value) in enumerate(params)
        ]
        _require_unique([key for key, _ in pairs])
        points, labels = _checked_metrics(metrics), checked_tags(tags, self._truncation, indexed=True)
        if {*map(type, points)} <= {Metric}:
            self._runs.append(run_id, metrics=points, params=dict(pairs), tags=labels)
        else:
            self._append_with_models(run_id, points, dict(pairs), labels)

    def _append_with_models(
        self, run_id: str, points: Sequence[Metric], params: dict[str, str], tags: dict[str, str]
    ) -> None:
        """Write points of which some belong to logged models, too."""
        from genesis_flow.domain.use_cases.model_points import model_points_of, run_points_of

        self._runs.append(
            run_id, metrics=run_points_of(points), params=params, tags=tags,
            model_metrics=model_points_of(points, run_id),
        )

    def log_inputs(
        self,
        run_id: Any,
        *,
        datasets: Sequence[DatasetInput] = (),
        model_inputs: Sequence[str] = (),
        model_outputs: Sequence[ModelOutput] = (),
    ) -> None:
        """
        Note datasets and logged models that a run used, and logged models that it produced.

        Raises:
            NotFound: No such run.
            Inactive: The run is deleted.
            InvalidInput: Something breaks its rule, or there are more than 1,000 datasets.

        Source: MLflow 3.17 `POST runs/log-inputs`, `POST runs/outputs`.
        """
        from genesis_flow.domain.use_cases.run_inputs import checked_input, checked_output

        _require_at_most(limits.DATASETS_PER_BATCH, "datasets", len(datasets))
        self._runs.attach(
            checked_id(run_id),
            datasets=[checked_input(row) for row in datasets],
            model_inputs=[storable("model_id", id) for id in model_inputs],
            model_outputs=[checked_output(row) for row in model_outputs],
        )

    def record_model(self, run_id: Any, record: Mapping[str, Any]) -> None:
        """
        Add what a MLmodel file says to the list that programs written for MLflow 2 read from a tag of the run.

        Two that are recorded at the same time may lose one of them, as in MLflow.

        Raises:
            NotFound: No such run.
            Inactive: The run is deleted.

        Source: MLflow 3.17 `POST runs/log-model`.
        """
        flavors = {
            flavor: {name: value for name, value in config.items() if name != "config"}
            if isinstance(config, Mapping) else config
            for flavor, config in record["flavors"].items()
        }  # fmt: skip
        kept = {name: record.get(name) for name in ("run_id", "artifact_path", "utc_time_created", "model_uuid")}
        run = self._runs.get(checked_id(run_id))
        before = json.loads(run.tags.get(MODELS_TAG, "[]"))
        # Longer than a tag may be: a list that was cut could not be read.
        self._runs.append(run.id, tags={MODELS_TAG: json.dumps([*before, {**kept, "flavors": flavors}])})

    def history(self, run_id: Any, key: Any) -> MetricHistory:
        """
        All points of a metric; none for a run or metric that does not exist.

        Source: MLflow 3.17 `GET metrics/get-history`.
        """
        return self._runs.history(checked_id(run_id), storable("metric_key", key))


_PARAM_ADVICE: Final = (
    "\n\nA param is written once for each run. This error is usually caused by logging two values to one run: "
    "log the second one to a run of its own (`with start_run(nested=True):`), or under another key."
)


def param_advice() -> str:
    """What users of the facade read below an error about a param."""
    return _PARAM_ADVICE


def checked_tags(tags: Iterable[tuple[Any, Any]], truncation: Truncation, *, indexed: bool = False) -> dict[str, str]:
    """
    Run tags by key, each valid; an empty name tag, which cannot rename anything, is left out.

    Raises:
        InvalidInput: A key or value breaks its rule; `indexed` names its place.
    """
    pairs = [
        _checked_tag(f"tags[{index}].key" if indexed else "key", key, value, truncation)
        for index, (key, value) in enumerate(tags)
    ]
    return _named(*pairs)


def _named(*pairs: tuple[str, str]) -> dict[str, str]:
    return {key: value for key, value in pairs if value or key != NAME_TAG}


def _checked_tag(field: str, key: Any, value: Any, truncation: Truncation) -> tuple[str, str]:
    key = bounded_key(field, field, key)
    value_field = f"{field.removesuffix('key')}value"
    value = storable(value_field, value)
    if len(value) > limits.RUN_TAG_VALUE:
        value = cut(value_field, limits.RUN_TAG_VALUE, value, truncate=truncation.is_on())
    return key, value


def _checked_param(field: str, key: Any, value: Any, truncation: Truncation) -> tuple[str, str]:
    key = bounded_key(field, "Param key", key)
    value = storable("value", value)
    if len(value) > limits.PARAM_VALUE:
        value = cut("Param value", limits.PARAM_VALUE, value, truncate=truncation.is_on())
    return key, value


_columns: Final = attrgetter("key", "value", "timestamp", "step")


def _checked_metrics(metrics: Sequence[Metric]) -> Sequence[Metric]:
    if not metrics:
        return metrics
    keys, *rest = zip(*map(_columns, metrics), strict=True)
    if not _are_plain(keys, *rest):
        return [_checked_metric(metric, *_fields(index)) for index, metric in enumerate(metrics)]
    first = dict(zip(reversed(keys), reversed(range(len(keys))), strict=True))
    for key, index in sorted(first.items(), key=itemgetter(1)):
        bounded_key(_fields(index)[0], "Metric name", key)
    return metrics


def _fields(index: int) -> tuple[str, str, str, str]:
    where = f"metrics[{index}]"
    return f"{where}.name", f"{where}.value", f"{where}.timestamp", f"{where}.step"


def _are_plain(keys: Sequence[Any], values: Sequence[Any], timestamps: Sequence[Any], steps: Sequence[Any]) -> bool:
    """Whether no point needs a look of its own, but for its key; asked of columns, which is several times faster."""
    return (
        {*map(type, keys)} == {str}
        and {*map(type, values)} == {float}
        and {*map(type, timestamps), *map(type, steps)} == {int}
        and min(timestamps) >= 0
        and max(timestamps) <= limits.INT64_MAX
        and min(steps) >= limits.INT64_MIN
        and max(steps) <= limits.INT64_MAX
    )


def _is_plain(metric: Metric) -> bool:
    """Whether all but the key is valid as it stands."""
    return (
        type(metric.value) is float
        and type(metric.timestamp) is int
        and type(metric.step) is int
        and 0 <= metric.timestamp <= limits.INT64_MAX
        and limits.INT64_MIN <= metric.step <= limits.INT64_MAX
    )


def _checked_metric(metric: Metric, key_field: str, value_field: str, time_field: str, step_field: str) -> Metric:
    bounded_key(key_field, "Metric name", metric.key)
    if _is_plain(metric):
        return metric
    return attrs.evolve(
        metric,
        value=_checked_value(value_field, metric),
        timestamp=_checked_timestamp(time_field, metric),
        step=_checked_step(step_field, metric),
    )


def _checked_value(field: str, metric: Metric) -> float:
    value: Any = metric.value
    if value is None:
        raise InvalidInput(field, f"Missing value for required parameter '{field}'.")
    try:
        if isinstance(value, (str, bytes, bool)):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(
            field,
            f"Invalid value {quoted(value)} for parameter '{field}' supplied: (timestamp={metric.timestamp}). "
            "Please specify value as a valid double (64-bit floating point)",
        ) from None


def _checked_timestamp(field: str, metric: Metric) -> int:
    number = whole(metric.timestamp)
    if number is None or not 0 <= number <= limits.INT64_MAX:
        raise InvalidInput(
            field,
            f"Invalid value {quoted(metric.timestamp)} for parameter '{field}' supplied: metric "
            f"'{shown(metric.key)}' (value={shown(metric.value)}). Timestamp must be a nonnegative long "
            "(64-bit integer) ",
        )
    return number


def _checked_step(field: str, metric: Metric) -> int:
    number = whole(metric.step)
    if number is None or not limits.INT64_MIN <= number <= limits.INT64_MAX:
        raise InvalidInput(
            field,
            f"Invalid value {quoted(metric.step)} for parameter '{field}' supplied: metric "
            f"'{shown(metric.key)}' (value={shown(metric.value)}). Step must be a valid long (64-bit integer).",
        )
    return number


def _require_batch(metrics: Sequence[Any], params: Sequence[Any], tags: Sequence[Any]) -> None:
    _require_at_most(limits.METRICS_PER_BATCH, "metrics", len(metrics))
    _require_at_most(limits.PARAMS_PER_BATCH, "params", len(params))
    _require_at_most(limits.TAGS_PER_BATCH, "tags", len(tags))
    total = len(metrics) + len(params) + len(tags)
    _require_at_most(limits.ENTITIES_PER_BATCH, "metrics, params, and tags", total)


def _require_at_most(limit: int, what: str, count: int) -> None:
    if count > limit:
        raise InvalidInput(
            what,
            f"A batch logging request can contain at most {limit} {what}. Got {count} {what}. Please split up "
            f"{what} across multiple requests and try again.",
        )


def _require_unique(keys: Sequence[str]) -> None:
    repeated = [key for place, key in enumerate(keys) if key in keys[:place]] if len({*keys}) < len(keys) else []
    if repeated:
        raise InvalidInput(
            "params",
            f"Duplicate parameter keys have been submitted: {repeated}. Please ensure the request contains only "
            "one param value per param key.",
        )
