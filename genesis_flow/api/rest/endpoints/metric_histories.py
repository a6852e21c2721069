"""Every point of metrics, of one run or of many."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages import metric_histories as messages
from genesis_flow.api.rest.messages.fields import SEE_DOCS, Values, present
from genesis_flow.api.rest.messages.runs import point_to_json
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.entities.metric import MetricHistory
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.pages import Cursor, cursor_from_token
from genesis_flow.domain.values.policies import history_page_limit, page_limit

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

#: Points in a page of a history, and of the histories of many runs, at most.
MOST_POINTS: Final = 25_000
#: Runs whose histories may be asked for at once, and points of each that stand for it.
MOST_RUNS: Final = 100
MOST_SAMPLES: Final = 2_500


def history(use_cases: UseCases, given: Values) -> dict[str, Any]:
    """The points after those of the page before; all of them where no size of a page is given."""
    most = given["max_results"]
    if most is not None:
        most = min(history_page_limit(most), MOST_POINTS)
    points = use_cases.logging.history(given["run_id"], given["metric_key"])
    fingerprint = f"{given['run_id']} {given['metric_key']}"
    cursor = cursor_from_token(given["page_token"], fingerprint, 3)
    start = _start(points, cursor) if cursor else 0
    end = len(points) if most is None else min(len(points), start + most)
    return present(
        metrics=[*map(point_to_json, points.points(start, end))],
        next_page_token=_cursor(points, end - 1).token(fingerprint) if end < len(points) else None,
    )


def histories(use_cases: UseCases, given: Values) -> dict[str, Any]:
    """The first points of all runs together, run after run by their ids."""
    if not given["run_id"]:
        raise InvalidInput("run_id", "GetMetricHistoryBulk request must specify at least one run_id.")
    _require_few(given["run_id"], "GetMetricHistoryBulk request cannot specify more than")
    if given["metric_key"] is None:
        raise InvalidInput("metric_key", "GetMetricHistoryBulk request must specify a metric_key.")
    left = page_limit(given["max_results"], limits.INT64_MAX, least=0)
    found: list[dict[str, Any]] = []
    for run_id in sorted({*given["run_id"]}):
        points = use_cases.logging.history(run_id, given["metric_key"])
        end = min(len(points), MOST_POINTS - len(found), left - len(found))
        found += [{**point_to_json(point), "run_id": run_id} for point in points.points(0, end)]
    return {"metrics": found}


def samples(use_cases: UseCases, given: Values) -> dict[str, Any]:
    """Points that stand for the history of each run, spread evenly over its steps."""
    _require_few(given["run_ids"], "GetMetricHistoryBulkInterval request must specify at most", SEE_DOCS)
    most, first, last = given["max_results"], given["start_step"], given["end_step"]
    if not 1 <= most <= MOST_SAMPLES:
        raise InvalidInput("max_results", f"max_results must be between 1 and {MOST_SAMPLES}.{SEE_DOCS}")
    if (first is None) != (last is None):
        raise InvalidInput("start_step", "If either start step or end step are specified, both must be specified.")
    if first is not None and first > last:
        raise InvalidInput(
            "end_step",
            f"end_step must be greater than start_step. Found start_step={first} and end_step={last}.",
        )
    return present(
        metrics=[
            {**point_to_json(point), "run_id": run_id}
            for run_id in given["run_ids"]
            for point in use_cases.logging.history(run_id, given["metric_key"]).sampled(most, first, last)
        ]
    )


def _require_few(run_ids: Any, start: str, end: str = "") -> None:
    if len(run_ids) > MOST_RUNS:
        raise InvalidInput("run_ids", f"{start} {MOST_RUNS} run_ids. Received {len(run_ids)} run_ids.{end}")


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
    Endpoint("metrics/get-history", ("GET",), messages.HISTORY, history),
    Endpoint("metrics/get-history-bulk", ("GET",), messages.HISTORIES, histories),
    Endpoint("metrics/get-history-bulk-interval", ("GET",), messages.SAMPLES, samples),
)
