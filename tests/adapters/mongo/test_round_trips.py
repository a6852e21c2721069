"""How many commands each operation sends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import RUNS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.lifecycle import RunStatus
from tests.adapters.mongo.listening import Commands
from tests.adapters.mongo.opening import open_database, stores_on
from tests.contracts.samples import added_experiment, dataset_input, new_experiment, new_run
from tests.contracts.stores import Stores


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What is sent to the server."""
    return Commands()


@pytest.fixture(scope="module")
def stores(commands: Commands) -> Iterator[Stores]:
    """Repositories on a database of their own, connected already."""
    database = open_database("round_trips", listeners=(commands,))
    stores = stores_on(database)
    stores.experiments.get("0")
    yield stores
    database.close()


@pytest.fixture
def run_id(stores: Stores) -> str:
    """A run with a little of everything."""
    run = new_run(added_experiment(stores).id, params={"p": "1"}, tags={"t": "1"})
    stores.runs.add(run)
    stores.runs.append(run.id, metrics=[Metric("m", 0.5, 1, 1)])
    return run.id


def points(count: int, keys: int = 1) -> list[Metric]:
    """`count` points over `keys` metrics."""
    return [Metric(f"k{number % keys}", float(number), number, number) for number in range(count)]


def test_adding_an_experiment_takes_an_insert(stores: Stores, commands: Commands) -> None:
    """An experiment is added in one command, its claim on the name included; the first one reads the newest id."""
    stores.experiments.add(new_experiment())
    with commands.recorded() as names:
        stores.experiments.add(new_experiment())
    assert ["insert"] == names


def test_adding_an_experiment_whose_id_was_guessed_wrong_takes_four_more(stores: Stores, commands: Commands) -> None:
    """If another process took the next id, the newest is read and the claim moved."""
    stores.experiments.add(new_experiment())
    elsewhere = stores.reopen()
    elsewhere.experiments.add(new_experiment())
    elsewhere.close()
    with commands.recorded() as names:
        stores.experiments.add(new_experiment())
    assert ["insert", "find", "update", "insert"] == names


def test_adding_runs_in_a_row_takes_one_insert_each(stores: Stores, commands: Commands) -> None:
    """The second run in an experiment is added in one command."""
    experiment = added_experiment(stores)
    stores.runs.add(new_run(experiment.id))
    with commands.recorded() as names:
        stores.runs.add(new_run(experiment.id))
    assert ["insert"] == names


def test_get_run_is_one_round_trip(stores: Stores, commands: Commands, run_id: str) -> None:
    """A run is read with params, metrics, tags and inputs in one command."""
    stores.runs.attach(run_id, datasets=[dataset_input()])
    with commands.recorded() as names:
        assert 1 == len(stores.runs.get(run_id).dataset_inputs)
    assert ["find"] == names


def test_log_metric_is_one_round_trip_and_every_sixteenth_time_two(
    stores: Stores, commands: Commands, run_id: str
) -> None:
    """A point is written in one command, also to a run that is new to this connection; sixteen are copied in one."""
    sent = []
    for step in range(2, 66):
        with commands.recorded() as names:
            stores.runs.append(run_id, metrics=[Metric("m", 0.5, step, step)])
        sent.append([*names])
    assert [["findAndModify"], ["findAndModify", "update"]] == sorted({tuple(names): names for names in sent}.values())
    assert 4 == sent.count(["findAndModify", "update"])
    assert list(range(1, 66)) == list(stores.runs.history(run_id, "m").steps)


@pytest.mark.parametrize("keys", [1, 10, 1000])
def test_a_batch_of_a_thousand_points_is_at_most_four_round_trips(
    stores: Stores, commands: Commands, run_id: str, keys: int
) -> None:
    """1,000 points, over any number of metrics, are written in at most four commands, the first time and later."""
    for _ in range(2):
        with commands.recorded() as names:
            stores.runs.append(run_id, metrics=points(1000, keys))
        assert len(names) <= 4


def test_params_and_tags_are_one_round_trip(stores: Stores, commands: Commands, run_id: str) -> None:
    """A batch without metrics is one command."""
    with commands.recorded() as names:
        stores.runs.append(run_id, params={"a": "1"}, tags={"b": "2"})
    assert ["findAndModify"] == names


def test_ending_a_run_is_one_round_trip(stores: Stores, commands: Commands, run_id: str) -> None:
    """Status and end time are set, and the run is read back, in one command."""
    with commands.recorded() as names:
        stores.runs.update(run_id, status=RunStatus.FINISHED, ended_at=5)
    assert ["findAndModify"] == names


def test_a_history_of_ten_thousand_points_is_one_or_two_round_trips(
    stores: Stores, commands: Commands, run_id: str
) -> None:
    """A long history is a few documents, so it is read in at most two commands."""
    for start in range(10):
        stores.runs.append(run_id, metrics=[Metric("long", 0.5, 0, start * 1000 + step) for step in range(1000)])
    with commands.recorded() as names:
        assert 10_000 == len(stores.runs.history(run_id, "long"))
    assert len(names) <= 2


@pytest.mark.parametrize(
    ("filter_string", "order_by"),
    [
        ("", None),
        ("metrics.m > 0.1 AND params.p = '1'", ["metrics.m DESC"]),
        ("", ["metrics.m ASC", "params.p DESC"]),
        ("tags.t LIKE '1%'", ["attributes.end_time"]),
    ],
)
def test_a_page_of_runs_is_one_round_trip(
    stores: Stores, commands: Commands, filter_string: str, order_by: list[str] | None
) -> None:
    """Each page of a search, the first and the next, is one command, however many runs are on it."""
    experiment = added_experiment(stores)
    for number in range(205):
        run = new_run(experiment.id, params={"p": "1"}, tags={"t": "1"}, started_at=number)
        stores.runs.add(run)
        stores.runs.append(run.id, metrics=[Metric("m", number / 100 + 0.2, 1, 1)])
    query = RunQuery(
        experiment_ids=(experiment.id,),
        filter=bind_filter(filter_string, RUNS),
        order=total_order(bind_order(order_by, RUNS), RUNS),
        limit=150,
    )
    token = None
    for expected in (150, 55):
        with commands.recorded() as names:
            page = stores.runs.find(
                RunQuery(query.filter, query.order, query.view, query.limit, token, experiment_ids=query.experiment_ids)
            )
        assert expected == len(page.items)
        assert 1 == len(names)
        token = page.next_token
    assert token is None
