"""What runs log, and the histories of metrics."""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages import runs as messages
from genesis_flow.api.rest.messages.fields import Values, double, present
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.logged_model import ModelMetric
from genesis_flow.domain.entities.metric import Metric, MetricHistory
from genesis_flow.domain.entities.run import ModelOutput
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.pages import Cursor, cursor_from_token
from genesis_flow.domain.values.policies import page_limit
from genesis_flow.domain.values.text import shown

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

#: Points in a page of a history at most.
MOST_POINTS: Final = 25_000
_OF_MODEL: Final = ("artifact_path", "flavors", "run_id", "utc_time_created")


def log_metric(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.log_metric(given["run_id"], _point(given))
    return {}


def log_param(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.log_param(given["run_id"], given["key"], given["value"])
    return {}


def set_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.set_tag(given["run_id"], given["key"], given["value"])
    return {}


def delete_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.remove_tag(given["run_id"], given["key"])
    return {}


def log_batch(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.log_batch(
        given["run_id"],
        metrics=[_point(row) for row in given["metrics"]],
        params=[(row["key"], row["value"]) for row in given["params"]],
        tags=[(row["key"], row["value"]) for row in given["tags"]],
    )
    return {}


def log_inputs(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.log_inputs(
        given["run_id"],
        datasets=[
            DatasetInput(Dataset(**row["dataset"]), {tag["key"]: tag["value"] for tag in row["tags"]})
            for row in given["datasets"]
        ],
        model_inputs=[row["model_id"] for row in given["models"]],
    )
    return {}


def log_outputs(use_cases: UseCases, given: Values) -> dict[str, Any]:
    made = [ModelOutput(row["model_id"], row["step"]) for row in given["models"]]
    use_cases.logging.log_inputs(given["run_id"], model_outputs=made)
    return {}


def log_model(use_cases: UseCases, given: Values) -> dict[str, Any]:
    try:
        record = json.loads(given["model_json"])
    except (ValueError, RecursionError):
        raise InvalidInput(
            "model_json", f"Malformed model info. \n {shown(given['model_json'])} \n is not a valid JSON."
        ) from None
    missing = [name for name in _OF_MODEL if not isinstance(record, dict) or name not in record]
    if missing:
        raise InvalidInput("model_json", f"Model json is missing mandatory fields: {', '.join(missing)}")
    if not isinstance(record["flavors"], dict):
        raise InvalidInput("model_json", "Model json has flavors that are no JSON object.")
    use_cases.logging.record_model(given["run_id"], record)
    return {}


def history(use_cases: UseCases, given: Values) -> dict[str, Any]:
    """The points after those of the page before; all of them where no size of a page is given."""
    most = given["max_results"]
    if most is not None:
        page_limit(most, MOST_POINTS)
    points = use_cases.logging.history(given["run_id"], given["metric_key"])
    fingerprint = f"{given['run_id']} {given['metric_key']}"
    cursor = cursor_from_token(given["page_token"], fingerprint, 3)
    start = _start(points, cursor) if cursor else 0
    end = len(points) if most is None else min(len(points), start + most)
    rows = zip(points.values[start:end], points.timestamps[start:end], points.steps[start:end], strict=True)
    return present(
        metrics=[
            {"key": points.key, "value": double(value), "timestamp": at, "step": step} for value, at, step in rows
        ],
        next_page_token=_cursor(points, end - 1).token(fingerprint) if end < len(points) else None,
    )


def _point(given: Values) -> Metric:
    """The point that a request names, of a logged model if it says so."""
    name, digest = given["dataset_name"] or None, given["dataset_digest"] or None
    if (name is None) != (digest is None):
        raise InvalidInput("dataset_name", "Both dataset_name and dataset_digest must be provided if one is provided")
    key, value, at, step = given["key"], given["value"], given["timestamp"], given["step"]
    if given["model_id"]:
        return ModelMetric(key, value, at, step, given["model_id"], "", name, digest)
    return Metric(key, value, at, step)


def _cursor(points: MetricHistory, place: int) -> Cursor:
    value = points.values[place]
    last = (1, None) if value != value else (0, value)
    return Cursor(((0, points.timestamps[place]), (0, points.steps[place]), last))


def _start(points: MetricHistory, cursor: Cursor) -> int:
    """The place of the first point after the cursor's; NaN comes before numbers."""
    (_, at), (_, step), (rank, value) = cursor.keys
    after: Any = (at, step, rank == 0, value if rank == 0 else 0.0)

    def key(place: int) -> Any:
        found = points.values[place]
        is_number = found == found
        return points.timestamps[place], points.steps[place], is_number, found if is_number else 0.0

    return bisect_right(range(len(points)), after, key=key)


ROUTES: Final = (
    Endpoint("runs/log-metric", ("POST",), messages.LOG_METRIC, log_metric),
    Endpoint("runs/log-parameter", ("POST",), messages.PAIR_OF_RUN, log_param),
    Endpoint("runs/log-batch", ("POST",), messages.LOG_BATCH, log_batch),
    Endpoint("runs/set-tag", ("POST",), messages.PAIR_OF_RUN, set_tag),
    Endpoint("runs/delete-tag", ("POST",), messages.DELETE_TAG, delete_tag),
    Endpoint("runs/log-inputs", ("POST",), messages.LOG_INPUTS, log_inputs),
    Endpoint("runs/outputs", ("POST",), messages.LOG_OUTPUTS, log_outputs),
    Endpoint("runs/log-model", ("POST",), messages.LOG_MODEL, log_model),
    Endpoint("metrics/get-history", ("GET",), messages.HISTORY, history),
)
