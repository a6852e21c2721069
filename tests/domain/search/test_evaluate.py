"""The reference semantics against a second, slower reading of the same rules."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.ast import (
    Comparison,
    Field,
    Filter,
    Kind,
    Like,
    Membership,
    NumberComparison,
    NumberOperator,
    Order,
    OrderKey,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.evaluate import is_after, matches, order_keys, predicate, sorted_by
from genesis_flow.domain.values.lifecycle import RunStatus
from genesis_flow.domain.values.pages import Cursor, cursor_from_token
from tests.domain.search.sample import SAMPLE_EXPERIMENTS, SAMPLE_RUNS, run
from tests.domain.search.test_like import matches_naively
from tests.strategies.entities import experiments, runs
from tests.strategies.queries import experiment_filters, experiment_orders, run_filters, run_orders

SEVERAL_RUNS = st.lists(runs(["1", "2"]), min_size=1, max_size=6, unique_by=lambda run: run.id)
SEVERAL_EXPERIMENTS = st.lists(experiments(), min_size=1, max_size=6, unique_by=lambda one: one.id)


def plain_values(entity: Any, field: Field) -> list[Any]:
    """What an entity has in a field, from its dictionaries."""
    data = attrs.asdict(entity)
    if field.kind is Kind.ATTRIBUTE:
        found = data[field.key].value if field.key == "status" else data[field.key]
    elif field.kind is Kind.DATASET:
        is_context = field.key == "context"
        outer, inner = ("tags", "mlflow.data.context") if is_context else ("dataset", field.key)
        return [used[outer][inner] for used in data["dataset_inputs"] if inner in used[outer]]
    elif field.kind is Kind.METRIC:
        found = data["metrics"].get(field.key, {}).get("value")
    else:
        found = data["params" if field.kind is Kind.PARAM else "tags"].get(field.key)
    return [] if found is None else [found]


def holds(term: Comparison, value: Any) -> bool:
    """Whether one value meets a comparison."""
    match term:
        case NumberComparison(op=op, value=wanted) | TextComparison(op=op, value=wanted):
            if isinstance(value, float) and math.isnan(value):
                return op == "!="
            if op in ("=", "!="):
                return bool(value == wanted) is (op == "=")
            beyond = bool(value < wanted if op[0] == "<" else value > wanted)
            return beyond or (op[1:] == "=" and bool(value == wanted))
        case Like(pattern=pattern, ignore_case=ignore_case):
            return matches_naively(pattern, value, ignore_case)
        case Membership(values=values, negated=negated):
            return (value in values) is not negated
    raise AssertionError(term)


def matches_plainly(filter: Filter, entity: Any) -> bool:
    """Whether an entity meets all comparisons of a filter."""
    for term in filter.terms:
        found = plain_values(entity, term.field)
        if isinstance(term, Presence):
            if term.present != (len(found) > 0):
                return False
        elif not [value for value in found if holds(term, value)]:
            return False
    return True


def comes_before(one: Any, other: Any, order: Order) -> bool:
    """Whether an order places one entity before another, by its definition."""
    for key in order:
        ranks: list[int] = []
        values: list[Any] = []
        for entity in (one, other):
            found = plain_values(entity, key.field)
            value: Any = found[0] if found else None
            ranks.append(2 if value is None else 1 if value != value else 0)
            is_number = not isinstance(entity, Run) and key.field.key == "id"
            values.append(int(value) if is_number else value)
        if ranks[0] != ranks[1]:
            return ranks[0] < ranks[1]
        if ranks[0] == 0 and values[0] != values[1]:
            return bool(values[0] < values[1]) is key.ascending
    return False


@given(st.data(), SEVERAL_RUNS)
def test_filters_on_runs_mean_what_they_say(data: st.DataObject, stored: list[Run]) -> None:
    """`predicate` and `matches` agree with the definition on every run."""
    filter = data.draw(run_filters(stored), label="filter")
    expected = [matches_plainly(filter, one) for one in stored]
    assert expected == list(map(predicate(filter), stored))
    assert expected == [matches(filter, one) for one in stored]


@given(st.data(), SEVERAL_EXPERIMENTS)
def test_filters_on_experiments_mean_what_they_say(data: st.DataObject, stored: list[Any]) -> None:
    """`predicate` agrees with the definition on every experiment."""
    filter = data.draw(experiment_filters(stored), label="filter")
    assert [matches_plainly(filter, one) for one in stored] == list(map(predicate(filter), stored))


@given(st.data(), SEVERAL_RUNS)
def test_runs_are_sorted_as_their_keys_say(data: st.DataObject, stored: list[Run]) -> None:
    """`sorted_by` leaves no pair in the wrong order, and `is_after` agrees with it on every pair."""
    order = data.draw(run_orders(stored), label="order")
    ordered = sorted_by(stored, order)
    assert sorted(one.id for one in stored) == sorted(one.id for one in ordered)
    for index, one in enumerate(ordered):
        keys = order_keys(one, order)
        for place, other in enumerate(ordered):
            assert (index < place) == comes_before(one, other, order)
            assert (place > index) == is_after(order_keys(other, order), keys, order)


@given(st.data(), SEVERAL_EXPERIMENTS)
def test_experiments_are_sorted_with_ids_as_numbers(data: st.DataObject, stored: list[Any]) -> None:
    """`sorted_by` orders experiments by the definition, "10" after "9"."""
    order = data.draw(experiment_orders(), label="order")
    ordered = sorted_by(stored, order)
    for index, one in enumerate(ordered):
        assert [comes_before(one, other, order) for other in ordered] == [
            index < place for place in range(len(ordered))
        ]


@given(st.data(), SEVERAL_RUNS)
def test_sort_keys_survive_page_tokens(data: st.DataObject, stored: list[Run]) -> None:
    """The keys of a run, written to a token and read back, are still at the same place."""
    order = data.draw(run_orders(stored), label="order")
    for one in stored:
        keys = order_keys(one, order)
        cursor = cursor_from_token(Cursor(keys).token("f"), "f", len(order))
        assert cursor is not None
        assert keys == cursor.keys


def test_sorting_keeps_the_places_of_equals() -> None:
    """Entities that an order does not tell apart stay as they were."""
    order = (OrderKey(Field(Kind.ATTRIBUTE, "status"), ascending=False),)
    assert list(SAMPLE_RUNS) == sorted_by(SAMPLE_RUNS, order)


def test_the_ranks_of_sort_keys() -> None:
    """Numbers have rank 0, NaN 1 and missing values 2; only rank 0 has a value."""
    order = (OrderKey(Field(Kind.METRIC, "m")), OrderKey(Field(Kind.ATTRIBUTE, "status")))
    expected = [(0, 1.0), (1, None), (0, math.inf), (0, -5.0), (2, None), (2, None)]
    assert [(keys, (0, "RUNNING")) for keys in expected] == [order_keys(one, order) for one in SAMPLE_RUNS]


def test_a_status_is_its_value() -> None:
    """Filters compare the status of a run by its value."""
    ended = attrs.evolve(SAMPLE_RUNS[0], status=RunStatus.FINISHED)
    assert matches(Filter((TextComparison(Field(Kind.ATTRIBUTE, "status"), "=", "FINISHED"),)), ended)


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [("=", 2**53, False), ("=", 2**53 + 1, True), (">", 2.0**53, True), ("<", 10**30, True)],
)
def test_integers_compare_exactly(op: NumberOperator, value: float, expected: bool) -> None:
    """Integers that floats cannot tell apart are told apart."""
    filter = Filter((NumberComparison(Field(Kind.ATTRIBUTE, "started_at"), op, value),))
    assert expected == matches(filter, run("r", "1" * 32, 2**53 + 1))


def test_a_cursor_of_other_types_is_refused() -> None:
    """A made-up token whose keys do not compare with the order's is an error of the caller."""
    order = (OrderKey(Field(Kind.ATTRIBUTE, "started_at")),)
    with pytest.raises(InvalidInput, match="Invalid page token"):
        is_after(((0, 5),), ((0, "5"),), order)


def test_experiments_have_no_params() -> None:
    """A filter for runs does not silently match experiments."""
    filter = Filter((TextComparison(Field(Kind.PARAM, "p"), "=", "x"),))
    with pytest.raises(TypeError, match="Experiment"):
        matches(filter, SAMPLE_EXPERIMENTS[0])
