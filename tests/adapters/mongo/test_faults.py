"""What is left when the connection or the server fails in the middle of a write."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from genesis_flow.adapters.mongo.claims import GRACE_MS, claim
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import EXPERIMENTS, RUNS
from genesis_flow.domain.entities.metric import Metric, latest
from genesis_flow.domain.errors import AlreadyExists, GenesisFlowError, InvalidInput, NotFound, Unavailable
from tests.adapters.mongo.failing import failing, open_failing
from tests.adapters.mongo.opening import stores_on
from tests.contracts.samples import (
    NOW,
    added_experiment,
    added_run,
    expected_points,
    new_experiment,
    new_run,
    points,
    unique,
)
from tests.contracts.searching import attribute, rising, run_query
from tests.contracts.stores import Stores

DROPPED_AFTER = {"closeConnection": True, "afterApply": True}
DROPPED_BEFORE = {"closeConnection": True}
STEPPED_DOWN = {"errorCode": 10107, "errorLabels": ["RetryableWriteError"]}
INTERRUPTED_AFTER = {"errorCode": 11602, "afterApply": True, "errorLabels": ["RetryableWriteError"]}
WRITES = ["findAndModify", "insert", "update"]


@pytest.fixture(scope="module")
def retrying() -> Iterator[MongoDatabase]:
    """A database whose driver retries writes once, as MongoDB's does."""
    yield from _opened("retrying", retryWrites="true")


@pytest.fixture(scope="module")
def bare() -> Iterator[MongoDatabase]:
    """A database whose driver retries nothing, as on Cosmos DB."""
    yield from _opened("bare", retryWrites="false", retryReads="false")


def _opened(name: str, **options: str) -> Iterator[MongoDatabase]:
    database = open_failing(name, **options)
    database.patience_s = 0  # what each fault leaves behind is looked at before anything is repeated
    database[RUNS].find_one({})  # connects, and puts indexes in place
    yield database
    database.close()


def batch() -> dict[str, Any]:
    """A batch with something of everything, on a metric of several buckets."""
    metrics = [Metric("loss", step / 7, 1_000 + step, step) for step in range(300)]
    return {"metrics": [*metrics, Metric("acc", 0.5, 1, 1)], "params": {"lr": "0.1"}, "tags": {"t": "1"}}


def assert_holds_once(stores: Stores, run_id: str, sent: dict[str, Any]) -> None:
    """The run holds exactly what was sent, once."""
    run = stores.runs.get(run_id)
    assert sent["params"] == run.params
    assert sent["tags"] == {key: value for key, value in run.tags.items() if key in sent["tags"]}
    assert latest(sent["metrics"]) == dict(run.metrics)
    for key in latest(sent["metrics"]):
        expected = expected_points(metric for metric in sent["metrics"] if metric.key == key)
        assert expected == points(stores, run_id, key)


@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE, STEPPED_DOWN, INTERRUPTED_AFTER])
@pytest.mark.parametrize("command", WRITES)
def test_a_driver_that_retries_hides_a_single_fault(
    retrying: MongoDatabase, command: str, fault: dict[str, Any]
) -> None:
    """With retryable writes, one fault anywhere in a batch is not even noticed, and nothing is doubled."""
    stores, sent = stores_on(retrying), batch()
    run = added_run(stores)
    stores.runs.append(run.id, metrics=[sent["metrics"][0], sent["metrics"][-1]])
    with failing(retrying, command, **fault):
        stores.runs.append(run.id, **sent)
    assert_holds_once(stores, run.id, sent)


@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE, STEPPED_DOWN, INTERRUPTED_AFTER])
@pytest.mark.parametrize("command", WRITES)
def test_a_batch_that_failed_can_be_sent_again(bare: MongoDatabase, command: str, fault: dict[str, Any]) -> None:
    """Without retryable writes, a fault is reported as retryable; the same batch again loses and doubles nothing."""
    stores, sent = stores_on(bare), batch()
    run = added_run(stores)
    stores.runs.append(run.id, metrics=[sent["metrics"][0], sent["metrics"][-1]])
    with failing(bare, command, **fault), pytest.raises(Unavailable):
        stores.runs.append(run.id, **sent)
    stores.runs.append(run.id, **sent)
    assert_holds_once(stores, run.id, sent)


def test_a_storm_of_faults_loses_and_doubles_nothing(bare: MongoDatabase) -> None:
    """Whatever fails, before or after it took effect: what was acknowledged is there, once."""
    chance = random.Random(7)
    stores = stores_on(bare)
    run = added_run(stores)
    acknowledged: list[Metric] = []
    for step in range(60):
        sent = [Metric(f"m{step % 3}", chance.random(), step, step) for _ in range(chance.choice((1, 5)))]
        fault = chance.choice((DROPPED_AFTER, DROPPED_BEFORE, STEPPED_DOWN, INTERRUPTED_AFTER))
        with failing(bare, chance.choice(WRITES), times=chance.choice((0, 1, 1, 2)), **fault):
            for _ in range(10):
                try:
                    stores.runs.append(run.id, metrics=sent)
                    break
                except Unavailable:
                    continue
            else:
                pytest.fail("ten tries were not enough for two faults")
        acknowledged += sent
    assert latest(acknowledged) == dict(stores.runs.get(run.id).metrics)
    for key in ("m0", "m1", "m2"):
        expected = expected_points(metric for metric in acknowledged if metric.key == key)
        assert expected == points(stores, run.id, key)


@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE])
def test_a_name_is_not_burnt_by_a_fault(bare: MongoDatabase, fault: dict[str, Any]) -> None:
    """After a fault in `add`, the name is free, or it belongs to a complete experiment."""
    stores, name = stores_on(bare), unique()
    with failing(bare, "insert", **fault), pytest.raises(Unavailable):
        stores.experiments.add(new_experiment(name))
    try:
        found = stores.experiments.get_by_name(name)
    except NotFound:
        found = stores.experiments.add(new_experiment(name))
    assert found == stores.experiments.get_by_name(name) == stores.experiments.get(found.id)


def test_a_claim_that_was_left_behind_is_dropped_in_time(bare: MongoDatabase) -> None:
    """A name whose claimer died before it had an experiment is free again after a while, and not before."""
    stores, name = stores_on(bare), unique()
    bare[EXPERIMENTS].insert_one(claim(name, 10**9, NOW))
    with pytest.raises(AlreadyExists):
        stores.experiments.add(new_experiment(name, created_at=NOW + GRACE_MS - 1))
    added = stores.experiments.add(new_experiment(name, created_at=NOW + GRACE_MS))
    assert added == stores.experiments.get_by_name(name)


def test_a_rename_that_was_interrupted_leaves_both_names_usable(bare: MongoDatabase) -> None:
    """If a rename fails half-way, it can be repeated, and the old name is free after a while."""
    stores = stores_on(bare)
    known = stores.experiments.add(new_experiment())
    name = unique()
    with failing(bare, "update", closeConnection=True, afterApply=True), pytest.raises(Unavailable):
        stores.experiments.rename(known.id, name, at=NOW)
    stores.experiments.rename(known.id, name, at=NOW)
    assert known.id == stores.experiments.get_by_name(name).id
    later = stores.experiments.add(new_experiment(known.name, created_at=NOW + GRACE_MS))
    assert later == stores.experiments.get_by_name(known.name)


def test_an_id_is_not_given_again_after_it_was_erased(bare: MongoDatabase) -> None:
    """Also another process, which still guesses, does not give the id of an erased experiment."""
    stores = stores_on(bare)
    stores.experiments.add(new_experiment())
    elsewhere = stores.reopen()
    newest = elsewhere.experiments.add(new_experiment())
    elsewhere.experiments.remove(newest.id, at=NOW)
    elsewhere.experiments.purge(newest.id)
    elsewhere.close()
    assert int(stores.experiments.add(new_experiment()).id) > int(newest.id)


@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE])
def test_a_run_is_added_whole_or_not_at_all(bare: MongoDatabase, fault: dict[str, Any]) -> None:
    """After a fault in `add`, adding the same run again succeeds, or says that it is there."""
    stores = stores_on(bare)
    run = new_run(stores.experiments.add(new_experiment()).id, params={"p": "1"})
    with failing(bare, "insert", **fault), pytest.raises(Unavailable):
        stores.runs.add(run)
    with contextlib.suppress(AlreadyExists):
        stores.runs.add(run)
    assert run == stores.runs.get(run.id)


def test_a_removal_that_was_interrupted_can_be_repeated(bare: MongoDatabase) -> None:
    """An experiment whose removal failed half-way is still there and can be removed again, runs included."""
    stores = stores_on(bare)
    run = added_run(stores)
    with failing(bare, "update", times=1, closeConnection=True, afterApply=True), pytest.raises(Unavailable):
        stores.experiments.remove(run.experiment_id, at=5)
    stores.experiments.remove(run.experiment_id, at=6)
    assert "deleted" == stores.experiments.get(run.experiment_id).stage.value
    assert "deleted" == stores.runs.get(run.id).stage.value


@pytest.mark.parametrize("order", [(), (rising(attribute("ended_at")),)])
def test_pages_go_on_through_faults(order: Any) -> None:
    """While connections break in every page, a search ends with each run once, in order."""
    for database in _opened("paging", retryWrites="false", retryReads="false"):
        database.patience_s = 30
        stores = stores_on(database)
        experiment = added_experiment(stores)
        ids = {added_run(stores, experiment.id).id for _ in range(25)}
        whole = [run.id for run in stores.runs.find(run_query([experiment.id], order=order)).items]
        found: list[str] = []
        query = run_query([experiment.id], order=order, limit=4)
        while True:
            with failing(database, "find", "aggregate", "getMore", **DROPPED_AFTER):
                page = stores.runs.find(query)
            found += [run.id for run in page.items]
            if page.next_token is None:
                break
            query = attrs.evolve(query, page_token=page.next_token)
        assert (whole, ids) == (found, set(found))


def test_a_run_that_outgrows_a_document_is_refused(bare: MongoDatabase) -> None:
    """Beyond 16 MB a batch is refused with the limit in the message; nothing of it is stored, and the run goes on."""
    stores = stores_on(bare)
    run = added_run(stores)
    bare[RUNS].update_one({"run": run.id}, {"$set": {"elsewhere": "x" * 15_900_000}})
    large = {str(number): "\u20ac" * 6_000 for number in range(50)}
    with pytest.raises(InvalidInput, match="16 MB"):
        stores.runs.append(run.id, params=large, tags={"t": "1"}, metrics=[Metric("m", 1, 1, 1)])
    assert run == stores.runs.get(run.id)
    stores.runs.append(run.id, params={"small": "1"})
    assert {"small": "1"} == stores.runs.get(run.id).params


def test_a_conflict_with_another_writer_is_repeated(bare: MongoDatabase) -> None:
    """A write that the server gave up for another writer's sake is done again without the caller's help."""
    stores, sent = stores_on(bare), batch()
    run = added_run(stores)
    with failing(bare, "findAndModify", times=3, errorCode=112):
        stores.runs.append(run.id, **sent)
    assert_holds_once(stores, run.id, sent)


def test_a_conflict_that_does_not_end_is_reported(bare: MongoDatabase) -> None:
    """Repeating has an end, after which the error says that the call may be repeated."""
    run = added_run(stores_on(bare))
    with failing(bare, "findAndModify", times=50, errorCode=112), pytest.raises(Unavailable):
        stores_on(bare).runs.append(run.id, **batch())


@pytest.mark.parametrize(("code", "words"), [(13, "readWrite"), (18, "password"), (50, "in time"), (59, "support")])
def test_errors_of_the_server_say_what_to_do(bare: MongoDatabase, code: int, words: str) -> None:
    """Each kind of failure has a message of its own, in one line."""
    with failing(bare, "find", errorCode=code), pytest.raises(GenesisFlowError, match=words) as raised:
        stores_on(bare).runs.get("a" * 32)
    assert "\n" not in raised.value.message
