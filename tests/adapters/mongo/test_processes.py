"""Several processes on one database: racing, forking, and being killed."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.domain.entities.metric import Metric
from tests.adapters.mongo.opening import new_database, stores_on
from tests.adapters.mongo.racing import raced, started
from tests.contracts.samples import added_run, points, unique

PROCESSES = 6


@pytest.fixture
def database() -> Iterator[MongoDatabase]:
    """A database of this test."""
    database = new_database("processes")
    yield database
    database.client().drop_database(database.uri.rpartition("/")[2])
    database.close()


def test_processes_that_start_at_once_prepare_one_database(database: MongoDatabase) -> None:
    """First use by several processes at once gives one default experiment, all indexes, and different short ids."""
    outcomes = raced(
        database.uri, "-", "print(attempt(lambda: stores.experiments.add(new_experiment(f'e{number}')).id))",
        processes=PROCESSES, first=True,
    )  # fmt: skip
    assert PROCESSES == len(set(outcomes))
    assert all(1 <= int(id) < 100 for id in outcomes)  # writers that collide may leave gaps: ids are spread then
    assert "Default" == stores_on(database).experiments.get("0").name


def test_processes_that_create_one_experiment_get_one(database: MongoDatabase) -> None:
    """Of processes that create an experiment of one name, exactly one succeeds."""
    outcomes = raced(
        database.uri, unique(), "print(attempt(lambda: stores.experiments.add(new_experiment(subject)) and 'added'))",
        processes=PROCESSES, first=True,
    )  # fmt: skip
    assert Counter({"added": 1, "AlreadyExists": PROCESSES - 1}) == Counter(outcomes)


def test_processes_that_race_for_a_param_agree_on_one_value(database: MongoDatabase) -> None:
    """One process's value wins, the others are told, and nothing of theirs is left."""
    run = added_run(stores_on(database))
    outcomes = raced(
        database.uri,
        run.id,
        "print(attempt(lambda: stores.runs.append(subject, params={'p': str(number), f'own{number}': '1'})))",
        processes=PROCESSES,
    )
    assert Counter({"done": 1, "ParamConflict": PROCESSES - 1}) == Counter(outcomes)
    winner = outcomes.index("done")
    assert {"p": str(winner), f"own{winner}": "1"} == stores_on(database).runs.get(run.id).params


def test_processes_that_log_to_one_run_lose_nothing(database: MongoDatabase) -> None:
    """Every point of every process is in the history, and the latest is the latest."""
    run = added_run(stores_on(database))
    script = """
for step in range(50):
    stores.runs.append(subject, metrics=[Metric("loss", float(number), 7, step * 10 + number)])
"""
    raced(database.uri, run.id, script, processes=PROCESSES)
    assert 50 * PROCESSES == len(points(stores_on(database), run.id))
    newest = stores_on(database).runs.get(run.id).metrics["loss"]
    assert Metric("loss", float(PROCESSES - 1), 7, 490 + PROCESSES - 1) == newest


def test_a_writer_that_is_killed_leaves_whole_points(database: MongoDatabase) -> None:
    """After kill -9 in the middle of writing, what was acknowledged is there once, and sending again heals the rest."""
    stores = stores_on(database)
    run = added_run(stores)
    script = """
for step in range(100_000):
    stores.runs.append(subject, metrics=[Metric("loss", float(step), step, step), Metric("acc", 0.5, step, step)])
    print(json.dumps(step), flush=True)
"""
    process = started(database.uri, run.id, script)
    assert process.stdout is not None
    for _ in range(40):
        acknowledged = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0].split("\n")
    acknowledged = max([acknowledged, *(json.loads(line) for line in rest[:-1] if line)])
    steps = stores.runs.history(run.id, "loss").steps
    assert list(range(acknowledged + 1)) == list(steps)[: acknowledged + 1]
    assert len(steps) <= acknowledged + 2
    lost = Metric("loss", float(acknowledged + 1), acknowledged + 1, acknowledged + 1)
    stores.runs.append(run.id, metrics=[lost])
    assert list(range(acknowledged + 2)) == list(stores.runs.history(run.id, "loss").steps)
    assert lost == stores.runs.get(run.id).metrics["loss"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform cannot fork")
def test_a_forked_child_has_a_client_of_its_own(database: MongoDatabase) -> None:
    """Parent and child write through the same repository object, and nothing is lost or stuck."""
    stores = stores_on(database)
    run = added_run(stores)
    for number in range(8):
        child = os.fork()
        if child == 0:
            try:
                stores.runs.append(run.id, metrics=[Metric("child", 1.0, 1, number)])
                os._exit(0)
            except BaseException:
                os._exit(1)
        stores.runs.append(run.id, metrics=[Metric("parent", 1.0, 1, number)])
        assert 0 == os.waitpid(child, 0)[1]
    assert 8 == len(points(stores, run.id, "child")) == len(points(stores, run.id, "parent"))
