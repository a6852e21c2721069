"""Metric points and their histories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import attrs


@attrs.define(unsafe_hash=True)  # a frozen one takes three times as long to make, and they come by the thousand
class Metric:
    """
    One point of a metric. Nothing changes one.

    Attributes:
        key: Name of the metric.
        value: May be NaN or infinite; -0.0 is stored as 0.0.
        timestamp: Milliseconds since the epoch (UTC), 0 to 2**63 - 1.
        step: Any 64-bit integer.
    """

    key: str
    value: float
    timestamp: int
    step: int

    @property
    def rank(self) -> tuple[int, int, float, bool]:
        """
        What decides which of a metric's points is its latest: the greatest (step, timestamp, value).

        NaN ranks as 0, just below the number 0, so that the outcome depends on the points alone and
        not on the order in which they arrive.
        """
        value = self.value
        if value != value:
            return self.step, self.timestamp, 0.0, False
        return self.step, self.timestamp, value, True


def latest(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """The latest point of each key in `metrics`."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        known = found.get(metric.key)
        if known is None or metric.step > known.step or (metric.step == known.step and metric.rank > known.rank):
            found[metric.key] = metric
    return found


@attrs.frozen
class MetricHistory:
    """
    All points of one metric of one run in columns, ordered by (timestamp, step, value), NaN first.

    Attributes:
        values: float64[n_points]; timestamps: int64[n_points], milliseconds; steps: int64[n_points].
    """

    key: str
    values: Sequence[float]
    timestamps: Sequence[int]
    steps: Sequence[int]

    def __len__(self) -> int:
        return len(self.values)

    def points(self, start: int, end: int) -> list[Metric]:
        """The points from the place `start` up to, and without, the place `end`."""
        rows = zip(self.values[start:end], self.timestamps[start:end], self.steps[start:end], strict=True)
        return [Metric(self.key, value, at, step) for value, at, step in rows]

    def sampled(self, most: int, first_step: int | None = None, last_step: int | None = None) -> list[Metric]:
        """
        At most `most` points, spread evenly over the history in the order of steps; the last one is among them.

        The points, by (step, timestamp, value), are cut into `most` ranges as equal as can be, and the first of each
        range is taken; from the last range, the last.

        Args:
            most: At least 1.
            first_step, last_step: Only points of these steps and of those between.

        Source: MLflow 3.17 `GET metrics/get-history-bulk-interval`.
        """
        points = [
            Metric(self.key, value, at, step)
            for value, at, step in zip(self.values, self.timestamps, self.steps, strict=True)
            if (first_step is None or step >= first_step) and (last_step is None or step <= last_step)
        ]
        points.sort(key=lambda point: (point.step, point.timestamp))  # equal ones stay ordered by value
        if len(points) <= most:
            return points
        size, longer = divmod(len(points), most)
        return [*(points[place * size + min(place, longer)] for place in range(most - 1)), points[-1]]


def history_from_columns(
    key: str, values: Sequence[float], timestamps: Sequence[int], steps: Sequence[int]
) -> MetricHistory:
    """The history with these points, in any order and with repetitions."""
    points = list(zip(timestamps, steps, values, strict=True))
    if _rises(points):
        return MetricHistory(key, values, timestamps, steps)
    # NaN equals nothing, itself included: a flag takes its place in comparisons.
    unique = {(t, s, v == v, v if v == v else 0.0) for t, s, v in points}
    ordered = sorted(unique)
    nan = float("nan")
    return MetricHistory(
        key,
        [v if is_number else nan for _, _, is_number, v in ordered],
        [t for t, _, _, _ in ordered],
        [s for _, s, _, _ in ordered],
    )


def _rises(points: list[tuple[int, int, float]]) -> bool:
    """Whether the points are strictly in order already, as one writer leaves them."""
    return all(a[:2] < b[:2] for a, b in pairwise(points))
