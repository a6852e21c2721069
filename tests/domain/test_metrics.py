"""Histories of metrics, cut down to few points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.entities.metric import Metric, MetricHistory, history_from_columns

NAN = float("nan")
POINTS = st.lists(st.tuples(st.integers(-3, 30), st.integers(0, 3), st.sampled_from([0.0, 1.0, -2.5])), max_size=60)


def history(*points: tuple[int, int, float]) -> MetricHistory:
    """The history of points (step, timestamp, value)."""
    return history_from_columns("m", [p[2] for p in points], [p[1] for p in points], [p[0] for p in points])


def steps(points: list[Metric]) -> list[int]:
    """Those of the points."""
    return [point.step for point in points]


def test_few_points_stay() -> None:
    """In the order of steps, whatever their times are; NaN comes first."""
    points = history((2, 1, 0.5), (1, 9, 1.0), (1, 9, NAN), (0, 5, 3.0)).sampled(4)

    assert [0, 1, 1, 2] == steps(points)
    assert points[1].value != points[1].value
    assert Metric("m", 3.0, 5, 0) == points[0]


def test_many_points_are_cut_into_equal_ranges() -> None:
    """The first of each, and the last of all; the first ranges are longer by one where they cannot be equal."""
    points = history(*((step, step, 0.0) for step in range(10)))

    assert [0, 4, 9] == steps(points.sampled(3))
    assert [0, 3, 6, 9] == steps(points.sampled(4))
    assert [9] == steps(points.sampled(1))


def test_a_range_of_steps() -> None:
    """Both ends belong to it, and either may be open."""
    points = history(*((step, 0, 0.0) for step in range(10)))

    assert [3, 4, 5] == steps(points.sampled(9, 3, 5))
    assert [8, 9] == steps(points.sampled(9, first_step=8))
    assert [0, 1] == steps(points.sampled(9, last_step=1))
    assert [] == points.sampled(9, 20, 30)


@given(points=POINTS, most=st.integers(1, 20))
def test_what_is_taken(points: list[tuple[int, int, float]], most: int) -> None:
    """Never more than asked for, all where there is room, in order, with the last one and, where it fits, the first."""
    whole = history(*points)
    everything, taken = whole.sampled(1_000), whole.sampled(most)

    assert min(most, len(everything)) == len(taken)
    assert sorted(steps(everything)) == steps(everything)
    assert [point for point in everything if point in taken] == taken
    assert everything[-1:] == taken[-1:]
    assert most == 1 or everything[:1] == taken[:1]
