"""A server whose request units are used up: what waits, for how long, and what is sent again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from genesis_flow.adapters.cosmos.throttling import Patience, delay_s
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.api.errors import error_to_exception
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import AlreadyExists, Throttled
from tests.adapters.cosmos.opening import drop, open_ru, ru_server
from tests.adapters.mongo.failing import failing
from tests.adapters.mongo.listening import Commands
from tests.adapters.mongo.opening import stores_on
from tests.contracts.registry_samples import new_model, new_version
from tests.contracts.samples import added_experiment, added_run, expected_points, new_experiment, new_run, points
from tests.contracts.searching import param, rising, run_query
from tests.contracts.stores import Stores
from tests.services.mongodb import with_options

REFUSED = {"errorCode": 16500, "errmsg": "Error=16500, RetryAfterMs=3, Details='TooManyRequests (429)'"}


class Clock:
    """Waits for no time at all, and remembers for how long it should have."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Remember a wait."""
        self.waits.append(seconds)


@pytest.fixture
def clock() -> Clock:
    """What the database waits by."""
    return Clock()


@pytest.fixture
def commands() -> Commands:
    """What is sent to the server."""
    return Commands()


@pytest.fixture
def limit_s(request: pytest.FixtureRequest) -> float:
    """Seconds for which a call waits."""
    return float(getattr(request, "param", 2.0))


@pytest.fixture
def database(clock: Clock, commands: Commands, limit_s: float) -> Iterator[MongoDatabase]:
    """A database whose commands can be refused, and which waits by `clock`."""
    opened = open_ru("throttled", patience=Patience(limit_s, clock.sleep), listeners=(commands,))
    opened.uri = with_options(opened.uri, appname="failing-throttled")
    opened["runs"].find_one({})
    yield opened
    drop(opened)


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("command", ["find", "insert", "findAndModify", "update", "aggregate", "delete"])
def test_a_refused_command_is_sent_again(database: MongoDatabase, clock: Clock, command: str, times: int) -> None:
    """Whatever command is refused, the call waits as long as the server asks for, and succeeds."""
    stores = stores_on(database)
    with failing(database, command, times=times, **REFUSED):
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[Metric("m", 0.5, step, step) for step in range(40)], params={"p": "1"})
        stores.experiments.set_tags(run.experiment_id, {"t": "1"}, at=1)
        model = stores.models.add(new_model())
        assert 1 == stores.versions.add(new_version(model.name)).version
        assert 1 == stores.versions.get(model.name, 1).version
        stores.models.remove(model.name)
    assert times == len(clock.waits)
    assert all(0.003 <= wait < 2 for wait in clock.waits)
    assert {"p": "1"} == stores.runs.get(run.id).params
    assert 40 == len(points(stores, run.id, "m"))


def test_a_refused_batch_of_a_long_read_does_not_start_it_again(
    database: MongoDatabase, clock: Clock, commands: Commands
) -> None:
    """If the second batch of a cursor is refused, it is asked for again, not the first one."""
    collection = database["metric_histories"]
    collection.insert_many([{"_id": f"long/{number:05d}", "r": "long"} for number in range(250)])
    with failing(database, "getMore", times=2, **REFUSED), commands.recorded() as names:
        rows = list(collection.find({"r": "long"}, batch_size=100))
    assert 250 == len({row["_id"] for row in rows}) == len(rows)
    assert ["find", "getMore", "getMore", "getMore", "getMore"] == names
    assert 2 == len(clock.waits)
    collection.delete_many({"r": "long"})


def test_a_lost_connection_is_hidden_from_who_reads(database: MongoDatabase, commands: Commands) -> None:
    """A read whose connection is lost, or whose server is no primary any more, is sent once more."""
    stores = stores_on(database)
    run = added_run(stores)
    for fault in ({"closeConnection": True}, {"errorCode": 10107, "errmsg": "not primary"}):
        with failing(database, "find", times=1, **fault), commands.recorded() as names:
            found = stores.runs.find(run_query([run.experiment_id])).items
        assert [run.id] == [each.id for each in found]
        assert ["find", "find"] == names


def test_waiting_ends_with_an_error_that_says_so(database: MongoDatabase, clock: Clock, commands: Commands) -> None:
    """After the budget of waits, the call fails with how long it waited and how to wait longer; soon, not a storm."""
    stores = stores_on(database)
    run = added_run(stores)
    with failing(database, "findAndModify", times=10_000, **REFUSED), commands.recorded() as names:
        with pytest.raises(Throttled) as caught:
            stores.runs.append(run.id, params={"p": "1"})
        sent = [name for name in names if name == "findAndModify"]
    assert sum(clock.waits) == pytest.approx(caught.value.waited_s)
    assert 0.5 < caught.value.waited_s <= 2.0 == caught.value.limit_s
    assert "GENESIS_FLOW_THROTTLING_TIMEOUT" in caught.value.message
    assert "RESOURCE_EXHAUSTED" == error_to_exception(caught.value).error_code
    assert len(sent) == len(clock.waits) + 1 < 40
    assert {} == stores.runs.get(run.id).params
    stores.runs.append(run.id, params={"p": "1"})
    assert {"p": "1"} == stores.runs.get(run.id).params


@pytest.mark.parametrize("limit_s", [60.0], indirect=True)  # chance may refuse a command ten times in a row
def test_a_storm_of_refusals_changes_nothing(database: MongoDatabase, clock: Clock) -> None:
    """Where every third command of any kind is refused, everything arrives once, and nothing fails."""
    stores = stores_on(database)
    chance = random.Random(3)
    experiment = added_experiment(stores)
    runs = [added_run(stores, experiment.id) for _ in range(3)]
    sent: dict[str, list[Metric]] = {run.id: [] for run in runs}
    commands = ("find", "getMore", "aggregate", "insert", "update", "findAndModify", "delete")
    with failing(database, *commands, times=1_000_000, probability=0.33, **REFUSED):
        for step in range(60):
            run = chance.choice(runs)
            batch = [Metric("m", chance.random(), step, step + each) for each in range(chance.choice((1, 3, 50)))]
            stores.runs.append(run.id, metrics=batch, params={f"p{step}": "x"}, tags={"t": str(step)})
            sent[run.id] += batch
            found = stores.runs.find(run_query([experiment.id], order=(rising(param("p1")),), limit=2)).items
            assert 2 == len(found)
        for run in runs:
            assert expected_points(sent[run.id]) == points(stores, run.id, "m")
    assert 60 == sum(len(stores.runs.get(run.id).params) for run in runs)
    assert len(clock.waits) > 50


def test_the_budget_is_of_a_whole_call(database: MongoDatabase, clock: Clock) -> None:
    """Two commands of one call share its budget; the next call has one of its own."""
    stores = stores_on(database)
    for _ in range(2):
        with failing(database, "find", "aggregate", "update", times=10_000, **REFUSED), pytest.raises(Throttled):
            stores.runs.history("x", "m")
        assert sum(clock.waits) <= 2.0
        clock.waits.clear()


def test_a_delay_is_never_shorter_than_the_server_asks_for() -> None:
    """Waits are what the server asks for and at most a quarter or a growing bit more; without a word they grow."""
    asked = [delay_s("RetryAfterMs=400, x", 0) for _ in range(200)]
    assert 0.4 <= min(asked) < max(asked) <= 0.5
    assert max(delay_s("RetryAfterMs=5", 3) for _ in range(200)) <= 0.165
    silent = [max(delay_s("no word", number) for _ in range(50)) for number in range(4)]
    assert sorted(silent) == silent


@pytest.fixture(scope="module")
def scarce() -> Iterator[Stores]:
    """A server with 400 request units a second, the least that the service sells."""
    database = open_ru("scarce", server=ru_server(400))
    yield stores_on(database)
    drop(database)


def test_a_part_of_a_bulk_write_is_refused_and_only_that_is_sent_again(scarce: Stores) -> None:
    """Of a batch whose second half is over the budget, the first half is not written twice."""
    run = added_run(scarce)
    batch = [Metric(f"k{number}", float(number), number, 1) for number in range(120)]
    started = time.monotonic()
    scarce.runs.append(run.id, metrics=batch)
    assert time.monotonic() - started > 0.5  # 120 buckets of 6 units and more do not fit into one second
    assert {metric.key: metric for metric in batch} == scarce.runs.get(run.id).metrics
    for metric in batch[::20]:
        assert expected_points([metric]) == points(scarce, run.id, metric.key)


def test_a_taken_name_is_found_taken_when_units_are_scarce(scarce: Stores) -> None:
    """Waiting changes no answer: one of many writers gets a name, the others are told that it is taken."""
    outcomes: list[Any] = []
    name = new_experiment().name

    def race() -> None:
        try:
            outcomes.append(scarce.experiments.add(new_experiment(name)).id)
        except AlreadyExists:
            outcomes.append(None)

    threads = [threading.Thread(target=race) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 11 == outcomes.count(None)
    (winner,) = [outcome for outcome in outcomes if outcome is not None]
    assert winner == scarce.experiments.get_by_name(name).id


@pytest.mark.slow
def test_a_load_on_the_least_throughput_is_complete(scarce: Stores) -> None:
    """At 400 units a second, 2,000 points, 100 runs and 50 model versions arrive, each once."""
    experiment = added_experiment(scarce)
    run = added_run(scarce, experiment.id)
    sent = [Metric("loss", step / 7, 1_000 + step, step) for step in range(2_000)]
    for start in (0, 1_000):
        scarce.runs.append(run.id, metrics=sent[start : start + 1_000])
    runs = [new_run(experiment.id, params={"p": "1"}) for _ in range(99)]

    def add(part: int) -> None:
        for each in runs[part::3]:
            scarce.runs.add(each)

    threads = [threading.Thread(target=add, args=(part,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    model = scarce.models.add(new_model())
    numbers = [scarce.versions.add(new_version(model.name)).version for _ in range(50)]
    assert expected_points(sent) == points(scarce, run.id)
    found = scarce.runs.find(run_query([experiment.id], limit=1_000)).items
    assert sorted([run.id, *(each.id for each in runs)]) == sorted(each.id for each in found)
    assert list(range(1, 51)) == numbers
