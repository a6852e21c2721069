"""Orders that MLflow 3.17 accepts or refuses, with its answers on the sample."""

from __future__ import annotations

import pytest

from genesis_flow.domain.errors import DuplicateOrder, InvalidSearch
from genesis_flow.domain.search.ast import Field, Kind, OrderKey
from genesis_flow.domain.search.binding import bind_order
from genesis_flow.domain.search.fields import EXPERIMENTS, RUNS, EntityFields
from genesis_flow.domain.search.ordering import total, total_order
from tests.domain.search.sample import found_experiments, found_runs

RUN_ORDERS = {
    (): "r4 r3 r2 r1 r5 gen",
    ("metrics.m ASC",): "r4 r1 r3 r2 r5 gen",
    ("metrics.m DESC",): "r3 r1 r4 r2 r5 gen",
    ("metrics.`m` desc",): "r3 r1 r4 r2 r5 gen",
    ('metrics."m"\tDesc',): "r3 r1 r4 r2 r5 gen",
    ("`metrics`.`m`",): "r4 r1 r3 r2 r5 gen",
    ("params.p ASC",): "r2 r4 r1 r3 r5 gen",
    ("params.p DESC",): "r1 r4 r2 r3 r5 gen",
    ("tags.t",): "r5 r2 r1 r4 r3 gen",
    ("start_time ASC",): "gen r5 r2 r1 r3 r4",
    ("attributes.start_time DESC",): "r4 r3 r2 r1 r5 gen",
    ("attribute.end_time ASC",): "r4 r3 r2 r1 r5 gen",
    ("end_time desc",): "r4 r3 r2 r1 r5 gen",
    ("run_name DESC",): "r5 r4 r3 r2 r1 gen",
    ("created",): "gen r5 r2 r1 r3 r4",
    ("status", "run_id DESC"): "r1 gen r5 r4 r3 r2",
}

EXPERIMENT_ORDERS = {
    (): "alpha2 beta Alpha tmp e1 Default",
    ("name",): "Alpha Default alpha2 beta e1 tmp",
    ("name DESC",): "tmp e1 beta alpha2 Default Alpha",
    ("attribute.name", "name DESC"): "Alpha Default alpha2 beta e1 tmp",
    ("creation_time DESC",): "alpha2 beta Alpha tmp e1 Default",
    ("last_update_time DESC", "name"): "alpha2 beta Alpha tmp Default e1",
    ("last_update_time",): "e1 Default tmp Alpha beta alpha2",
    ("experiment_id ASC",): "Default e1 tmp Alpha beta alpha2",
}

UNPARSED = "Invalid order_by clause '{}'. Could not be parsed."
UNKNOWN_DIRECTION = "Invalid ordering key in order_by clause '{}'."

REFUSED = [
    (RUNS, "metrics.m UP", 10, UNKNOWN_DIRECTION),
    (RUNS, "metrics.a b", 10, UNKNOWN_DIRECTION),
    (RUNS, "metrics.m asc desc", 0, UNPARSED),
    (RUNS, "metrics.m, params.p", 0, UNPARSED),
    (RUNS, "metrics.a/b", 0, UNPARSED),
    (RUNS, "'metrics.m'", 0, UNPARSED),
    (RUNS, "tags.`x y", 5, UNPARSED),
    (RUNS, "", 0, UNPARSED),
    (RUNS, " ", 0, UNPARSED),
    (RUNS, "foo.bar", 0, "Invalid entity type 'foo'. Valid values are "),
    (RUNS, "foo", 0, "Invalid attribute key 'foo' specified. Valid keys are "),
    (RUNS, "`run name`", 0, "Invalid attribute key 'run name' specified. Valid keys are "),
    (RUNS, "experiment_id", 0, "Invalid attribute key 'experiment_id' specified. Valid keys are "),
    (RUNS, "dataset.name", 0, "Invalid identifier type 'dataset'"),
    (RUNS, "dataset.foo", 0, "Invalid dataset key 'foo' specified. Valid keys are "),
    (EXPERIMENTS, "tags.g", 0, "Invalid order_by entity: tag"),
    (EXPERIMENTS, "foo", 0, "Invalid attribute key 'foo' specified. Valid keys are "),
    (EXPERIMENTS, "attributes.name", 0, "Invalid entity type 'attributes'. Valid "),
    (EXPERIMENTS, "name up", 5, UNKNOWN_DIRECTION),
]


@pytest.mark.parametrize(("order_by", "expected"), RUN_ORDERS.items())
def test_runs_come_in_the_order_of_mlflow(order_by: tuple[str, ...], expected: str) -> None:
    """Missing values come last in both directions, NaN before them; start time and id break ties."""
    assert expected.split() == found_runs(order_by=order_by)


@pytest.mark.parametrize(("order_by", "expected"), EXPERIMENT_ORDERS.items())
def test_experiments_come_in_the_order_of_mlflow(order_by: tuple[str, ...], expected: str) -> None:
    """Experiments come newest first unless an order is given; then the higher id breaks ties."""
    assert expected.split() == found_experiments(order_by=order_by)


@pytest.mark.parametrize(("entity", "clause", "position", "words"), REFUSED)
def test_an_order_is_refused_as_mlflow_does(
    entity: EntityFields, clause: str, position: int, words: str
) -> None:
    """What MLflow refuses is refused with the words that clients match on, and with its place."""
    with pytest.raises(InvalidSearch) as caught:
        bind_order([clause], entity)
    words = words.format(clause)
    assert (position, clause, "order_by") == (caught.value.position, caught.value.text, caught.value.field)
    assert words == caught.value.message[: len(words)]


@pytest.mark.parametrize("second", ["metrics.m", "metric.`m` DESC", 'metrics."m"'])
def test_naming_a_field_twice_is_an_error_of_its_own(second: str) -> None:
    """Runs cannot be ordered by one field twice, however it is written, and the error says which clauses."""
    with pytest.raises(DuplicateOrder) as caught:
        bind_order(["metrics.m", second], RUNS)
    assert f"`order_by` contains duplicate fields: {['metrics.m', second]}" == caught.value.message


def test_aliases_name_one_field() -> None:
    """`created` and `start_time` are one field, which an order can name once."""
    with pytest.raises(DuplicateOrder):
        bind_order(["attributes.start_time DESC", "created"], RUNS)


@pytest.mark.parametrize("order_by", ["metrics.m", b"metrics.m", [1], [None]])
def test_an_order_is_a_list_of_texts(order_by: object) -> None:
    """A text in place of the list, and clauses that are not texts, are refused."""
    with pytest.raises(InvalidSearch, match="order_by"):
        bind_order(order_by, RUNS)  # type: ignore[arg-type]  # wrong on purpose


def test_no_order_is_bound_to_nothing() -> None:
    """None and an empty list name no keys; the entity's defaults are for `total_order` to add."""
    assert not bind_order(None, RUNS)
    assert not bind_order([], EXPERIMENTS)


def _attribute(key: str, ascending: bool) -> OrderKey:
    return OrderKey(Field(Kind.ATTRIBUTE, key), ascending)


@pytest.mark.parametrize(
    ("entity", "order_by", "expected"),
    [
        (RUNS, [], [("started_at", False), ("id", True)]),
        (RUNS, ["status"], [("status", True), ("started_at", False), ("id", True)]),
        (RUNS, ["created ASC"], [("started_at", True), ("id", True)]),
        (RUNS, ["run_id DESC"], [("id", False), ("started_at", False)]),
        (EXPERIMENTS, [], [("created_at", False), ("id", True)]),
        (EXPERIMENTS, ["creation_time DESC"], [("created_at", False), ("id", False)]),
        (EXPERIMENTS, ["experiment_id"], [("id", True)]),
    ],
)
def test_every_order_becomes_total(
    entity: EntityFields, order_by: list[str], expected: list[tuple[str, bool]]
) -> None:
    """Ties are broken by the fields that MLflow appends, each unless the order names it already."""
    completed = total_order(bind_order(order_by, entity), entity)
    assert [_attribute(key, ascending) for key, ascending in expected] == list(completed)


def test_total_appends_what_is_not_named() -> None:
    """A tie whose field is named, in whichever direction, is left out."""
    order = (_attribute("a", True),)
    assert (*order, _attribute("b", False)) == total(order, _attribute("a", False), _attribute("b", False))
