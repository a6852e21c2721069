"""Searches of logged models as they are written; accepted is what MLflow 3.17.2 accepts, where not said otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from genesis_flow.domain.errors import InvalidSearch
from genesis_flow.domain.search.ast import (
    DatasetScope,
    Field,
    Filter,
    Kind,
    Like,
    Membership,
    NumberComparison,
    OrderKey,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.model_binding import bind_model_filter, bind_model_order, dataset_scopes

NAME = Field(Kind.ATTRIBUTE, "name")
STATUS = Field(Kind.ATTRIBUTE, "status")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("name = 'a'", TextComparison(NAME, "=", "a")),
        ("attributes.name = 'a'", TextComparison(NAME, "=", "a")),
        ('name = "a"', TextComparison(NAME, "=", "a")),
        ("attributes.`name` != 'a'", TextComparison(NAME, "!=", "a")),
        ("name LIKE 'a%'", Like(NAME, "a%")),
        ("name ilike 'a%'", Like(NAME, "a%", ignore_case=True)),
        ("name in ('a', 'b')", Membership(NAME, ("a", "b"))),
        ("tags.t NOT IN ('a')", Membership(Field(Kind.TAG, "t"), ("a",), negated=True)),
        ("params.`a b` = '1'", TextComparison(Field(Kind.PARAM, "a b"), "=", "1")),
        ("model_id = 'm-1'", TextComparison(Field(Kind.ATTRIBUTE, "id"), "=", "m-1")),
        ("model_type = 'x'", TextComparison(Field(Kind.ATTRIBUTE, "type"), "=", "x")),
        ("source_run_id = 'x'", TextComparison(Field(Kind.ATTRIBUTE, "source_run_id"), "=", "x")),
        ("artifact_location = 'x'", TextComparison(Field(Kind.ATTRIBUTE, "artifact_location"), "=", "x")),
        ("experiment_id = '07'", TextComparison(Field(Kind.ATTRIBUTE, "experiment_id"), "=", "7")),
        ("creation_timestamp > 5", NumberComparison(Field(Kind.ATTRIBUTE, "created_at"), ">", 5)),
        ("creation_time > 0.5", NumberComparison(Field(Kind.ATTRIBUTE, "created_at"), ">", 0.5)),
        ("creation_timestamp_ms = 5", NumberComparison(Field(Kind.ATTRIBUTE, "created_at"), "=", 5)),
        ("last_updated_timestamp <= 5", NumberComparison(Field(Kind.ATTRIBUTE, "updated_at"), "<=", 5)),
        ("last_updated_timestamp_ms != 5", NumberComparison(Field(Kind.ATTRIBUTE, "updated_at"), "!=", 5)),
        ("metrics.a.b >= -1e3", NumberComparison(Field(Kind.METRIC, "a.b"), ">=", -1000.0)),
    ],
)
def test_comparisons(text: str, term: Any) -> None:
    """Each is what it looks like."""
    assert Filter((term,)) == bind_model_filter(text, ())


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("status = 1", {1}), ("status = 'PENDING'", {1}), ("status = '2'", {2}), ("status != 'READY'", {1, 3}),
        ("status != 3", {1, 2}), ("status IN ('READY', 'FAILED')", {2, 3}), ("status NOT IN ('READY')", {1, 3}),
        ("status LIKE '%E%'", {1, 2, 3}), ("status LIKE 'r%'", set()), ("status ILIKE 'r%'", {2}),
        ("status = 'ready'", set()), ("status != 'ready'", {1, 2, 3}), ("status = 7", set()), ("status = 1.0", set()),
        ("status IN ('1', 'FAILED')", {1, 3}), ("status NOT IN ('x')", {1, 2, 3}),
    ],
)  # fmt: skip
def test_statuses_are_names_or_numbers(text: str, statuses: set[int]) -> None:
    """MLflow compares the number only; here the name does as well (ours)."""
    (term,) = bind_model_filter(text, ()).terms
    assert isinstance(term, NumberComparison)
    assert STATUS == term.field
    accepts = {"=": int.__eq__, "!=": int.__ne__, ">=": int.__ge__, "<=": int.__le__}[term.op]
    assert statuses == {status for status in (1, 2, 3) if accepts(status, int(term.value))}


@pytest.mark.parametrize(
    "text",
    [
        " ", "foo = 'x'", "metric.a > 1", "attribute.name = 'a'", "param.p = '1'", "tags.t IS NULL", "name > 'a'",
        "metrics.a > '1'", "metrics.a LIKE 'x'", "metrics.a IN (1)", "name = 'a' OR name = 'b'", "(name = 'a')",
        "name = 'a';", "name = a", "name = 5", "status > 1", "status < 'READY'", "creation_time = 'x'",
        "lifecycle_stage = 'active'", "status_message = 'x'", "last_updated_time > 0", "params.p > '1'", "name IN ()",
        "Name = 'a'", "status IN (1)", "dataset.name = 'd'", "experiment_id LIKE '1'",
    ],
)  # fmt: skip
def test_filters_that_are_refused(text: str) -> None:
    """What has no meaning is an invalid filter."""
    with pytest.raises(InvalidSearch):
        bind_model_filter(text, ())


def test_datasets_are_a_scope_of_metrics() -> None:
    """Every comparison with a metric is about them; without one, models that were measured on any are asked for."""
    scopes = dataset_scopes(
        [
            {"dataset_name": "d"}, {"dataset_name": "e", "dataset_digest": "1"},
            {"dataset_name": "d", "dataset_digest": None},
        ]
    )
    assert (DatasetScope("d"), DatasetScope("e", "1")) == scopes
    metric = NumberComparison(Field(Kind.METRIC, "m", scopes), ">", 1.0)
    assert Filter((metric, TextComparison(NAME, "=", "a"))) == bind_model_filter("metrics.m > 1 AND name = 'a'", scopes)
    measured = Presence(Field(Kind.DATASET, "name", scopes), present=True)
    assert Filter((TextComparison(NAME, "=", "a"), measured)) == bind_model_filter("name = 'a'", scopes)
    assert Filter((measured,)) == bind_model_filter(None, scopes)
    assert () == dataset_scopes(None) == dataset_scopes([])


@pytest.mark.parametrize(
    "datasets",
    [[{}], [{"dataset_digest": "1"}], [{"dataset_name": ""}], [{"dataset_name": 5}], ["d"], "d", 5,
     [{"dataset_name": "d", "digest": "1"}], [{"dataset_name": "d", "dataset_digest": 5}],
     [{"dataset_name": "\ud800"}]],
)  # fmt: skip
def test_datasets_that_are_refused(datasets: Any) -> None:
    """Each is a dictionary with a name, and perhaps a digest."""
    with pytest.raises(InvalidSearch) as caught:
        dataset_scopes(datasets)
    assert "datasets" == caught.value.field


@pytest.mark.parametrize(
    ("order_by", "keys"),
    [
        (None, ()),
        ([{"field_name": "name"}], (OrderKey(NAME),)),
        ([{"field_name": "name", "ascending": False}], (OrderKey(NAME, ascending=False),)),
        ([{"field_name": "name", "ascending": None}], (OrderKey(NAME),)),
        ([{"field_name": "status"}], (OrderKey(STATUS),)),
        ([{"field_name": "metrics.a b.c"}], (OrderKey(Field(Kind.METRIC, "a b.c")),)),
        (
            [{"field_name": "metrics.m", "dataset_name": "d", "dataset_digest": "1"}],
            (OrderKey(Field(Kind.METRIC, "m", (DatasetScope("d", "1"),))),),
        ),
        (
            [{"field_name": "metrics.m", "dataset_name": "d", "dataset_digest": ""}],
            (OrderKey(Field(Kind.METRIC, "m", (DatasetScope("d"),))),),
        ),
        ([{"field_name": "name"}, {"field_name": "name", "ascending": False}], (OrderKey(NAME),)),
        ([{"field_name": "creation_time"}, {"field_name": "creation_timestamp", "ascending": False}],
         (OrderKey(Field(Kind.ATTRIBUTE, "created_at")),)),
    ],
)  # fmt: skip
def test_orders(order_by: Any, keys: Any) -> None:
    """Each dictionary is a sort key; of a field that comes twice the first one counts."""
    assert keys == bind_model_order(order_by)


@pytest.mark.parametrize(
    "order_by",
    [
        ["name"], "name", [{}], [{"field_name": None}], [{"field_name": ""}], [{"field_name": "foo"}],
        [{"field_name": "params.p"}], [{"field_name": "attributes.name"}], [{"field_name": "metrics."}],
        [{"field_name": "name", "ascending": "yes"}], [{"field_name": "name", "dataset_name": "d"}],
        [{"field_name": "metrics.m", "dataset_digest": "1"}], [{"field_name": "name", "descending": True}],
        [{"field_name": "lifecycle_stage"}], [{"field_name": "metrics.\ud800"}],
    ],
)  # fmt: skip
def test_orders_that_are_refused(order_by: Any) -> None:
    """A slip of the pen is not ignored."""
    with pytest.raises(InvalidSearch) as caught:
        bind_model_order(order_by)
    assert "order_by" == caught.value.field
