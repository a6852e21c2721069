"""Threads that log at the same time: what they write goes together, and each gets its own answer."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import pytest
from pymongo.monitoring import CommandStartedEvent

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.gathering import MOST_COMMANDS
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import GenesisFlowError, Inactive, NotFound
from tests.adapters.cosmos.opening import drop
from tests.adapters.mongo.failing import failing, open_failing
from tests.adapters.mongo.listening import Commands
from tests.adapters.mongo.opening import stores_on
from tests.contracts.samples import added_experiment, added_run
from tests.contracts.stores import Stores

THREADS: Final = 6
PATIENCE_S: Final = 60.0


class Gate(Commands):
    """Commands of runs, each held until it may go."""

    def __init__(self) -> None:
        super().__init__()
        self._open = threading.Event()
        self._open.set()
        self.held = 0
        self._lock = threading.Lock()

    def started(self, event: CommandStartedEvent) -> None:
        """Hold a command while the gate is closed."""
        super().started(event)
        if not self._open.is_set():
            with self._lock:
                self.held += 1
            assert self._open.wait(PATIENCE_S)

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Nothing goes before the end of the block."""
        self.held = 0
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()


@pytest.fixture(scope="module")
def gate() -> Gate:
    """Holds commands of the database."""
    return Gate()


@pytest.fixture(scope="module")
def database(gate: Gate) -> Iterator[MongoDatabase]:
    """A database whose commands can be held, and made to fail."""
    database = open_failing("gathering")
    database.listeners = (gate,)
    database.patience_s = 0
    yield database
    drop(database)


@pytest.fixture
def stores(database: MongoDatabase) -> Stores:
    """Repositories on it."""
    return stores_on(database, closes=False)


@pytest.fixture
def run_ids(stores: Stores) -> list[str]:
    """Runs that this process has logged one point to."""
    experiment_id = added_experiment(stores).id
    ids = [added_run(stores, experiment_id).id for _ in range(MOST_COMMANDS + THREADS)]
    for id in ids:
        stores.runs.append(id, metrics=[point(0)])
    return ids


def point(step: int, key: str = "loss") -> Metric:
    """A point whose value is its step."""
    return Metric(key, float(step), 1, step)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


@contextlib.contextmanager
def gathered(database: MongoDatabase, gate: Gate, calls: list[Callable[[], None]]) -> Iterator[list[Future[None]]]:
    """
    All but the first `calls` wait in the block, and then go together.

    The first are under way when the others come, as many as may be.
    """
    with ThreadPoolExecutor(len(calls)) as pool, gate.closed():
        futures = [pool.submit(call) for call in calls[:MOST_COMMANDS]]
        until(lambda: gate.held == MOST_COMMANDS)
        futures += [pool.submit(call) for call in calls[MOST_COMMANDS:]]
        until(lambda: len(database.gathering) == len(calls) - MOST_COMMANDS)
        yield futures


def logging(stores: Stores, run_ids: list[str], step: int = 1) -> list[Callable[[], None]]:
    """A call for each run."""
    return [lambda id=id: stores.runs.append(id, metrics=[point(step)]) for id in run_ids]  # type: ignore[misc]


def steps(stores: Stores, run_id: str) -> list[int]:
    """The steps in the history of a run."""
    return list(stores.runs.history(run_id, "loss").steps)


def test_what_waits_goes_together(database: MongoDatabase, gate: Gate, stores: Stores, run_ids: list[str]) -> None:
    """Calls that come while commands are under way take one command."""
    calls = logging(stores, run_ids)
    calls[-1] = lambda: stores.runs.append(run_ids[-1], metrics=[point(1), point(2, "b.c")], tags={"$x": "$y"})
    calls.append(lambda: stores.runs.append(run_ids[0]))
    with gate.recorded() as commands, gathered(database, gate, calls) as futures:
        pass
    assert [None] * len(calls) == [future.result() for future in futures]
    assert ["findAndModify"] * MOST_COMMANDS + ["update"] == commands
    assert [[0, 1]] * len(run_ids) == [steps(stores, id) for id in run_ids]
    run = stores.runs.get(run_ids[-1])
    assert (point(2, "b.c"), "$y") == (run.metrics["b.c"], run.tags["$x"])
    assert [1.0] * len(run_ids) == [stores.runs.get(id).metrics["loss"].value for id in run_ids]


def test_several_of_one_run(database: MongoDatabase, gate: Gate, stores: Stores, run_ids: list[str]) -> None:
    """Calls for one run go together, too."""
    [run_id, *_] = run_ids
    calls = [lambda step=step: stores.runs.append(run_id, metrics=[point(step)]) for step in range(1, 7)]  # type: ignore[misc]
    with gate.recorded() as commands, gathered(database, gate, calls):
        pass
    assert "update" == commands[-1]
    assert list(range(7)) == sorted(steps(stores, run_id))


def test_who_is_refused(database: MongoDatabase, gate: Gate, stores: Stores, run_ids: list[str]) -> None:
    """A deleted run and one that is not there are refused; the others are written, once."""
    *others, deleted, erased = run_ids
    with gathered(database, gate, logging(stores, run_ids)) as futures:
        gate.held = 0
        elsewhere = stores_on(MongoDatabase(database.uri, database.artifact_root), closes=True)
        elsewhere.runs.remove(deleted, at=1)
        elsewhere.runs.remove(erased, at=1)
        elsewhere.runs.purge(erased)
        elsewhere.close()
    outcomes = [future.exception() for future in futures]
    assert [type(None)] * len(others) + [Inactive, NotFound] == [type(outcome) for outcome in outcomes]
    assert [[0, 1]] * len(others) == [steps(stores, id) for id in others]
    counted = database["runs"].find({"run": {"$in": others}}, {"c": 1})
    assert [2] * len(others) == [row["c"] for row in counted]
    assert [0] == steps(stores, deleted)


@pytest.mark.parametrize("what", [{"closeConnection": True}, {"closeConnection": True, "afterApply": True}], ids=str)
def test_connection_lost(
    database: MongoDatabase, gate: Gate, stores: Stores, run_ids: list[str], what: dict[str, bool]
) -> None:
    """The server goes away, having written what goes together or not: all of it is written, and read once."""
    with failing(database, "update", times=2, **what), gathered(database, gate, logging(stores, run_ids)) as futures:
        pass
    assert [None] * len(run_ids) == [future.result() for future in futures]
    assert [[0, 1]] * len(run_ids) == [steps(stores, id) for id in run_ids]


def test_server_that_refuses(database: MongoDatabase, gate: Gate, stores: Stores, run_ids: list[str]) -> None:
    """Each call learns what the server says to it."""
    with (
        failing(database, "update", "findAndModify", after=0, errorCode=13),
        gathered(database, gate, logging(stores, run_ids)) as futures,
    ):
        pass
    outcomes = [future.exception() for future in futures]
    assert all(isinstance(outcome, GenesisFlowError) for outcome in outcomes), outcomes
    assert [[0]] * len(run_ids) == [steps(stores, id) for id in run_ids]


def test_points_reach_buckets(stores: Stores, database: MongoDatabase, run_ids: list[str]) -> None:
    """Many points of many threads: none is lost, and few wait."""
    [first, second, *_] = run_ids
    with ThreadPoolExecutor(8) as pool:
        for step in range(1, 200):
            pool.submit(stores.runs.append, first if step % 2 else second, metrics=[point(step)])
    assert [0, *range(1, 200, 2)] == sorted(steps(stores, first))
    assert [0, *range(2, 200, 2)] == sorted(steps(stores, second))
    waiting = [row["c"] for row in database["runs"].find({"run": {"$in": [first, second]}}, {"c": 1})]
    assert max(waiting) <= 64, waiting


class Interrupted(BaseException):
    """As KeyboardInterrupt, which would end the tests."""


def test_interrupted_while_it_waits(
    database: MongoDatabase, gate: Gate, stores: Stores, run_ids: list[str]
) -> None:
    """A program that is interrupted while a call waits leaves the others in order."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    def send() -> None:
        until(lambda: len(database.gathering) == THREADS)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with gathered(database, gate, logging(stores, run_ids[:-1])) as futures:
            sender = threading.Thread(target=send)
            sender.start()
            with pytest.raises(Interrupted):
                stores.runs.append(run_ids[-1], metrics=[point(1)])
            sender.join()
            assert THREADS - 1 == len(database.gathering)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert [None] * len(futures) == [future.result() for future in futures]
    assert [0] == steps(stores, run_ids[-1])
    stores.runs.append(run_ids[-1], metrics=[point(1)])
    assert [0, 1] == steps(stores, run_ids[-1])


def test_fork_while_calls_are_under_way(
    database: MongoDatabase, gate: Gate, stores: Stores, run_ids: list[str]
) -> None:
    """A forked child has no part in the calls of its parent."""
    with gathered(database, gate, logging(stores, run_ids)) as futures:
        child = os.fork()
        if not child:
            signal.alarm(int(PATIENCE_S))
            code = 1
            with contextlib.suppress(BaseException):
                database.listeners = ()
                stores.runs.append(run_ids[0], metrics=[point(7)])
                code = 0
            os._exit(code)
        assert 0 == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert [None] * len(futures) == [future.result() for future in futures]
    assert [0, 1, 7] == sorted(steps(stores, run_ids[0]))
