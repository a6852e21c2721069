"""Ids of runs and logged models on the RU tier: given once in all partitions, and found from nothing but themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from genesis_flow.adapters.mongo.claims import GRACE_MS
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import MODELS, RUNS
from genesis_flow.adapters.mongo.places import Places, claim_of
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import AlreadyExists, NotFound
from genesis_flow.domain.values.lifecycle import RunStatus, Stage
from tests.adapters.cosmos.opening import drop, open_ru
from tests.adapters.mongo.listening import Commands
from tests.adapters.mongo.opening import stores_on
from tests.contracts.samples import NOW, added_experiment, added_model, added_run, new_model, new_run
from tests.contracts.searching import found_ids, run_query
from tests.contracts.stores import Stores


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What is sent to the server."""
    return Commands()


@pytest.fixture(scope="module")
def database(commands: Commands) -> Iterator[MongoDatabase]:
    """A database on the RU tier, of these tests alone."""
    opened = open_ru("places", listeners=(commands,))
    yield opened
    drop(opened)


@pytest.fixture(scope="module")
def stores(database: MongoDatabase) -> Stores:
    """Its repositories."""
    return stores_on(database)


def test_an_id_is_given_once_whatever_the_experiment(stores: Stores) -> None:
    """Of writers that add a run with one id to different experiments, one succeeds."""
    experiments = [added_experiment(stores).id for _ in range(8)]
    id = new_run("0").id
    outcomes: list[str | None] = []

    def add(experiment_id: str) -> None:
        try:
            stores.runs.add(new_run(experiment_id, id=id))
            outcomes.append(experiment_id)
        except AlreadyExists:
            outcomes.append(None)

    threads = [threading.Thread(target=add, args=(each,)) for each in experiments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [outcome for outcome in outcomes if outcome is not None]
    assert winner == stores.runs.get(id).experiment_id
    assert [id] == found_ids(stores, run_query(experiments))


def test_an_interrupted_add_can_be_repeated_at_once(database: MongoDatabase, stores: Stores) -> None:
    """A claim that was left behind by the same add does not stand in its way."""
    run = added_run(stores)
    database[RUNS].delete_one({"run": run.id, "exp": run.experiment_id})
    stores.runs.add(run)
    assert run.id == stores.runs.get(run.id).id


def test_a_claim_that_was_left_behind_is_dropped_after_a_while(database: MongoDatabase, stores: Stores) -> None:
    """Another run gets the id when the claim of the first one is old, not before: its add may be going on."""
    run = added_run(stores)
    other = new_run(added_experiment(stores).id, id=run.id)
    database[RUNS].delete_one({"run": run.id, "exp": run.experiment_id})
    with pytest.raises(AlreadyExists):
        stores.runs.add(other)
    claim = database[RUNS].find_one(claim_of(run.id))
    database[RUNS].update_one(claim_of(run.id), {"$set": {"at": claim["at"] - GRACE_MS}})
    stores.runs.add(other)
    assert other.experiment_id == stores.runs.get(run.id).experiment_id


def test_erasing_lets_go_of_ids(database: MongoDatabase, stores: Stores) -> None:
    """Nothing is left of what was erased, alone or with its experiment, and its id can be given again."""
    experiment = added_experiment(stores)
    runs = [added_run(stores, experiment.id) for _ in range(3)]
    model = added_model(stores, experiment.id)
    stores.runs.remove(runs[0].id, at=NOW)
    stores.runs.purge(runs[0].id)
    stores.experiments.remove(experiment.id, at=NOW)
    stores.experiments.purge(experiment.id)
    for collection, id in ((MODELS, model.id), *((RUNS, run.id) for run in runs)):
        assert database[collection].find_one(claim_of(id)) is None
    other = added_experiment(stores)
    for run in runs:
        stores.runs.add(new_run(other.id, id=run.id))
    stores.logged_models.add(new_model(other.id, id=model.id))
    assert {run.id for run in runs} == set(found_ids(stores, run_query([other.id])))


def test_what_was_made_again_elsewhere_is_found(stores: Stores) -> None:
    """Another process erases a run and adds one with its id to another experiment: this one reads and writes that."""
    run = added_run(stores)
    elsewhere = stores.reopen()
    elsewhere.runs.remove(run.id, at=NOW)
    elsewhere.runs.purge(run.id)
    other = added_experiment(elsewhere)
    elsewhere.runs.add(new_run(other.id, id=run.id, name="second"))
    stores.runs.append(run.id, params={"p": "1"}, metrics=[Metric("m", 1.0, NOW, 0)])
    assert ("second", {"p": "1"}) == (stores.runs.get(run.id).name, stores.runs.get(run.id).params)
    elsewhere.runs.remove(run.id, at=NOW)
    elsewhere.runs.purge(run.id)
    elsewhere.runs.add(new_run(run.experiment_id, id=run.id, started_at=NOW - 1))
    stores.runs.remove(run.id, at=NOW)
    assert Stage.DELETED is stores.runs.get(run.id).stage
    elsewhere.close()


def test_what_was_never_there_is_not_found(database: MongoDatabase) -> None:
    """An id without a claim finds nothing, and names a partition all the same."""
    wanted = Places(database, RUNS, "run").wanted("nothing")
    assert {"_id", "exp", "run"} == set(wanted)
    assert database[RUNS].find_one(wanted) is None
    with pytest.raises(NotFound):
        stores_on(database).runs.get("nothing")


def test_logging_a_run_takes_three_requests(stores: Stores, commands: Commands) -> None:
    """A run with params, metrics and tags, and its end, is three commands, as on MongoDB."""
    experiment = added_experiment(stores)
    added_run(stores, experiment.id)
    with commands.recorded() as names:
        run = added_run(stores, experiment.id)
        stores.runs.append(run.id, params={"p": "1"}, tags={"t": "1"}, metrics=[Metric("m", 1.0, NOW, 0)])
        stores.runs.update(run.id, status=RunStatus.FINISHED, ended_at=NOW)
    assert ["insert", "findAndModify", "findAndModify"] == names


def test_a_run_of_another_process_is_looked_up_once(database: MongoDatabase, commands: Commands) -> None:
    """Who resumes a run reads its claim first, and never again."""
    run = added_run(stores_on(database))
    database.places.clear()
    stores = stores_on(database)
    with commands.recorded() as names:
        stores.runs.append(run.id, params={"p": "1"})
        stores.runs.append(run.id, params={"q": "1"})
        stores.runs.get(run.id)
    assert ["find", "findAndModify", "findAndModify", "find"] == names


def test_pages_name_their_experiments(stores: Stores, commands: Commands) -> None:
    """A page in the default order is one request, to the partitions of its experiments alone."""
    experiment = added_experiment(stores)
    runs = [added_run(stores, experiment.id, started_at=NOW - number) for number in range(5)]
    with commands.recorded() as names:
        found = stores.runs.find(run_query([experiment.id], limit=3)).items
    assert [run.id for run in runs[:3]] == [run.id for run in found]
    assert ["find"] == names
