"""Searches for the best runs, asked again and again while runs come, go and change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import pytest

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import RUNS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import RunQuery
from tests.adapters.cosmos.opening import TINY, drop, open_ru
from tests.adapters.mongo.listening import Commands
from tests.adapters.mongo.opening import open_database, stores_on
from tests.contracts.samples import added_experiment, added_run
from tests.contracts.stores import Stores

LIMIT = 5
_NUMBERS = count()


@pytest.fixture(scope="module")
def commands() -> Commands:
    """Notes what is sent."""
    return Commands()


#: How each kind of database is opened, and how many commands a search takes, where that is certain.
KINDS: dict[str, tuple[Callable[..., MongoDatabase], int | None]] = {
    "MongoDB": (open_database, 1),
    "RU": (open_ru, 2),
    "RU, large runs": (partial(open_ru, dialect=TINY), None),
}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Of the database."""
    return str(request.param)


@pytest.fixture(scope="module")
def database(kind: str, commands: Commands) -> Iterator[MongoDatabase]:
    """A database whose commands are noted."""
    database = KINDS[kind][0](f"leaders{[*KINDS].index(kind)}", listeners=(commands,))
    yield database
    drop(database)


def assert_searches(expected: int, kind: str, commands: list[str]) -> None:
    """There were as many searches."""
    each = KINDS[kind][1]
    assert each is None or each * expected == len(commands)


@pytest.fixture
def stores(database: MongoDatabase) -> Stores:
    """Repositories that remember."""
    return stores_on(database, closes=False)


@pytest.fixture
def experiment_id(stores: Stores) -> str:
    """An experiment with 20 runs, whose losses are 0 to 19."""
    experiment_id = added_experiment(stores).id
    for number in range(20):
        add(stores, experiment_id, float(number))
    return experiment_id


def add(stores: Stores, experiment_id: str, loss: float, started_at: int = 1) -> str:
    """A run with this loss; every other one is too large for a document, where those are small."""
    params = {"p": "1", "long": "x" * 2_000 * (next(_NUMBERS) % 2)}
    run = added_run(stores, experiment_id, params=params, started_at=started_at)
    stores.runs.append(run.id, metrics=[Metric("loss", loss, 1, 1)])
    return run.id


def best(experiment_id: str, filter_string: str = "", order: str = "metrics.loss ASC", limit: int = LIMIT) -> RunQuery:
    """The best runs of an experiment."""
    return RunQuery(
        experiment_ids=(experiment_id,), filter=bind_filter(filter_string, RUNS),
        order=total_order(bind_order([order], RUNS), RUNS), limit=limit,
    )  # fmt: skip


def assert_fresh(stores: Stores, query: RunQuery) -> list[float]:
    """What is found now is what a process finds that remembers nothing; returns the losses."""
    found = stores.runs.find(query)
    elsewhere = stores.reopen()
    fresh = elsewhere.runs.find(query)
    elsewhere.close()
    assert [*map(repr, fresh.items)] == [*map(repr, found.items)]  # NaN is equal to nothing
    assert fresh.next_token == found.next_token
    return [run.metrics["loss"].value for run in found.items if "loss" in run.metrics]


@pytest.mark.parametrize(
    ("filter_string", "order", "expected"),
    [
        ("", "metrics.loss ASC", [0.0, 1.0, 2.0, 3.0, 4.0]),
        ("", "metrics.loss DESC", [19.0, 18.0, 17.0, 16.0, 15.0]),
        ("params.p = '1' AND metrics.loss > 3", "metrics.loss ASC", [4.0, 5.0, 6.0, 7.0, 8.0]),
        ("params.p = '1' AND metrics.loss < 9", "metrics.loss DESC", [8.0, 7.0, 6.0, 5.0, 4.0]),
    ],
)
def test_the_same_search_finds_the_same(
    stores: Stores, commands: Commands, kind: str, experiment_id: str,
    filter_string: str, order: str, expected: list[float],
) -> None:  # fmt: skip
    """Asked again, a search finds the same runs at once."""
    query = best(experiment_id, filter_string, order)
    for _ in range(2):
        assert expected == assert_fresh(stores, query)
    with commands.recorded() as names:
        stores.runs.find(query)
    assert_searches(1, kind, names)


@pytest.mark.parametrize(
    ("order", "filter_strings", "expected"),
    [
        ("metrics.loss ASC", ["metrics.loss < 15", "metrics.loss <= 9.5"], [[0.0, 1.0, 2.0, 3.0, 4.0]] * 2),
        ("metrics.loss DESC", ["metrics.loss > 3", "metrics.loss >= 4"], [[19.0, 18.0, 17.0, 16.0, 15.0]] * 2),
        ("metrics.loss ASC", ["metrics.loss < 15", "metrics.loss < 2"], [[0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 1.0]]),
        ("metrics.loss ASC", ["metrics.loss < 2", "metrics.loss < 15"], [[0.0, 1.0], [0.0, 1.0, 2.0, 3.0, 4.0]]),
    ],
)
def test_a_threshold_that_keeps_out_the_worst_changes_nothing(
    stores: Stores, commands: Commands, kind: str, experiment_id: str,
    order: str, filter_strings: list[str], expected: list[list[float]],
) -> None:  # fmt: skip
    """Searches that differ in it are made once each, in whatever order."""
    for _ in range(3):
        for filter_string, losses in zip(filter_strings, expected, strict=True):
            query = best(experiment_id, filter_string, order)
            with commands.recorded() as names:
                stores.runs.find(query)
            assert_searches(1, kind, names)
            assert losses == assert_fresh(stores, query)


def test_a_threshold_shares_what_is_remembered(
    stores: Stores, database: MongoDatabase, experiment_id: str
) -> None:
    """One threshold gives another its bound, unless it is narrower than that itself."""
    stores.runs.find(best(experiment_id, "metrics.loss < 15"))
    known = database.leaders.bound(best(experiment_id, "metrics.loss < 12"))
    assert known is not None
    assert ("<=", 5.0) == (known.op, known.value)
    for filter_string in ("metrics.loss < 5", "metrics.loss > 2", "metrics.loss < 12 AND params.p = '1'", ""):
        assert database.leaders.bound(best(experiment_id, filter_string)) is None


def test_a_guess(stores: Stores, database: MongoDatabase, commands: Commands, kind: str) -> None:
    """What differs from an earlier search in a value alone looks twice as far, once more if need be."""
    experiment_id = added_experiment(stores).id
    for number in range(20):  # those of "a" are better, those of "b" a little worse, those of "c" more
        for model, worse in (("a", 0), ("b", 2), ("c", 8)):
            run = added_run(stores, experiment_id, params={"model": model})
            stores.runs.append(run.id, metrics=[Metric("loss", float(number + worse), 1, 1)])
    queries = {model: best(experiment_id, f"params.model = '{model}'") for model in "abc"}
    stores.runs.find(queries["a"])
    guess = database.leaders.bound(queries["b"])
    assert guess is not None
    assert ("<=", 10.0) == (guess.op, guess.value)
    for model, searches, first in (("b", 1, 2.0), ("c", 2, 8.0), ("a", 1, 0.0), ("b", 1, 2.0), ("c", 1, 8.0)):
        with commands.recorded() as names:
            stores.runs.find(queries[model])
        assert_searches(searches, kind, names)
        assert [first + number for number in range(LIMIT)] == assert_fresh(stores, queries[model])
    for filter_string in ("params.model != 'a'", "params.model LIKE 'a%'", "tags.model = 'a'", "run_id IN ('a')", ""):
        assert database.leaders.bound(best(experiment_id, filter_string)) is None


@pytest.mark.parametrize("filter_string", [
    "params.model = 'VALUE'", "params.model LIKE 'VALUE%'", "params.model ILIKE '%VALUE'", "run_id IN ('VALUE', 'x')",
    "run_id NOT IN ('VALUE', 'x')", "params.model != 'VALUE'", "params.model IS NOT NULL", "metrics.number > 0",
])  # fmt: skip
def test_guesses_find_what_there_is(stores: Stores, filter_string: str) -> None:
    """Whatever an earlier search was, the next one finds what a process without memory finds."""
    experiment_id = added_experiment(stores).id
    for number in range(24):
        params = {"model": "abc"[number % 3]}
        run = added_run(stores, experiment_id, params=params)
        loss = float("inf") if number == 5 else float("nan") if number == 7 else number * (1 + number % 3) ** 3
        stores.runs.append(run.id, metrics=[Metric("loss", loss, 1, 1), Metric("number", number, 1, 1)])
    for value in "abcabc":
        for order in ("metrics.loss ASC", "metrics.loss DESC"):
            assert_fresh(stores, best(experiment_id, filter_string.replace("VALUE", value), order))


def test_leaders_that_left_are_forgotten_under_a_threshold(
    stores: Stores, commands: Commands, kind: str, experiment_id: str
) -> None:
    """A page that is not full any more is looked for once more, not each time."""
    query = best(experiment_id, "metrics.loss < 5.5")
    for run in stores.runs.find(query).items[:3]:
        stores.runs.remove(run.id, at=1)
    for searches in (2, 1, 1):
        with commands.recorded() as names:
            stores.runs.find(query)
        assert_searches(searches, kind, names)
    assert [3.0, 4.0, 5.0] == assert_fresh(stores, query)


def test_a_better_run_is_found(stores: Stores, experiment_id: str) -> None:
    """A run that came meanwhile takes its place."""
    query = best(experiment_id)
    stores.runs.find(query)
    add(stores, experiment_id, 1.5)
    assert [0.0, 1.0, 1.5, 2.0, 3.0] == assert_fresh(stores, query)


def test_runs_that_left_make_room(stores: Stores, commands: Commands, kind: str, experiment_id: str) -> None:
    """When leaders are deleted or fall back, others follow, at the cost of one more search."""
    query = best(experiment_id)
    first, second, *_ = stores.runs.find(query).items
    stores.runs.remove(first.id, at=1)
    stores.runs.append(second.id, metrics=[Metric("loss", 50.0, 2, 2)])
    with commands.recorded() as names:
        stores.runs.find(query)
    assert_searches(2, kind, names)
    assert [2.0, 3.0, 4.0, 5.0, 6.0] == assert_fresh(stores, query)
    with commands.recorded() as names:
        stores.runs.find(query)
    assert_searches(1, kind, names)


def test_ties_at_the_end_of_the_page_are_ordered(stores: Stores, experiment_id: str) -> None:
    """Runs with the value that ends the page are all looked at: the latest of them is on it."""
    query = best(experiment_id)
    stores.runs.find(query)
    latest = [add(stores, experiment_id, 4.0, started_at=number) for number in (5, 7, 6)]
    assert [0.0, 1.0, 2.0, 3.0, 4.0] == assert_fresh(stores, query)
    assert latest[1] == stores.runs.find(query).items[-1].id
    assert [0.0, 1.0, 2.0, 3.0, 4.0] == assert_fresh(stores, query)


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), float("-inf"), -0.0, None])
@pytest.mark.parametrize("order", ["metrics.loss ASC", "metrics.loss DESC"])
def test_values_that_are_no_ordinary_numbers_end_a_page(stores: Stores, loss: float | None, order: str) -> None:
    """A page may end at NaN, an infinity, or a run without the metric."""
    experiment_id = added_experiment(stores).id
    for number in range(LIMIT):
        add(stores, experiment_id, float(number))
    for _ in range(3):
        if loss is None:
            added_run(stores, experiment_id)
        else:
            add(stores, experiment_id, loss)
    query = best(experiment_id, order=order)
    for _ in range(3):
        assert_fresh(stores, query)
    assert_fresh(stores, best(experiment_id, order=order, limit=LIMIT + 1))


def test_the_next_pages_go_on_where_the_first_one_ended(stores: Stores, experiment_id: str) -> None:
    """Paging after a bounded first page repeats nothing and skips nothing."""
    stores.runs.find(best(experiment_id))
    found: list[float] = []
    token: str | None = None
    for _ in range(4):
        query = best(experiment_id)
        page = stores.runs.find(
            RunQuery(query.filter, query.order, query.view, query.limit, token, experiment_ids=query.experiment_ids)
        )
        found += [run.metrics["loss"].value for run in page.items]
        token = page.next_token
    assert [float(number) for number in range(20)] == found
    assert token is None


def test_not_everything_is_remembered(stores: Stores, database: MongoDatabase, experiment_id: str) -> None:
    """Of very many searches the oldest are forgotten."""
    for limit in range(1, 11):
        stores.runs.find(best(experiment_id, limit=limit))
    for number in range(1_200):
        database.leaders.note(best(experiment_id, limit=100 + number), 0.0, 1.0)
    assert database.leaders.bound(best(experiment_id, limit=1)) is None
    assert database.leaders.bound(best(experiment_id, limit=100 + 1_199)) is not None
