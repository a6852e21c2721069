"""The server dies without warning. These tests stop the engine for everybody, so they run alone."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import Unavailable
from tests.adapters.mongo.chaos import Writer, acknowledged, assert_nothing_else
from tests.adapters.mongo.opening import open_database, stores_on
from tests.contracts.samples import added_experiment, added_run, points
from tests.services import mongodb

pytestmark = pytest.mark.crash


@pytest.fixture
def database() -> Iterator[MongoDatabase]:
    """A database on an engine that this test may stop."""
    if os.environ.get(mongodb.URI_VARIABLE):
        pytest.skip(f"the server of {mongodb.URI_VARIABLE} is not ours to crash")
    database = open_database("crash")
    yield database
    database.close()


def test_acknowledged_writes_survive_a_crash(database: MongoDatabase) -> None:
    """The engine is aborted while a run is written: what was acknowledged is there afterwards, once."""
    stores = stores_on(database)
    run = added_run(stores, params={"p": "1"})
    acknowledged: list[int] = []
    stop = threading.Event()

    def write() -> None:
        step = 0
        while not stop.is_set():
            try:
                stores.runs.append(run.id, metrics=[Metric("loss", float(step), step, step)])
            except Unavailable:
                time.sleep(0.05)
                continue
            acknowledged.append(step)
            step += 1

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(2):
        before = len(acknowledged)
        while len(acknowledged) < before + 30:
            time.sleep(0.01)
        mongodb.stop("--crash")
        assert mongodb.start("--port", str(mongodb.PORT)) is not None
    before = len(acknowledged)
    while len(acknowledged) < before + 10:
        time.sleep(0.01)
    stop.set()
    writer.join()
    steps = [step for _, step, _ in points(stores, run.id)]
    assert acknowledged == steps
    found = stores.runs.get(run.id)
    assert {"p": "1"} == found.params
    assert acknowledged[-1] == found.metrics["loss"].step


def test_a_crash_under_load_is_waited_out(database: MongoDatabase, capsys: pytest.CaptureFixture[str]) -> None:
    """The engine is aborted twice under eight writers: no call fails, nothing is lost, nothing doubled."""
    database.patience_s = 120.0
    stores = stores_on(database)
    experiment = added_experiment(stores)
    writers = [Writer(stores, added_run(stores, experiment.id), seed=index, calls=150) for index in range(8)]
    threads = [threading.Thread(target=writer.write) for writer in writers]
    for thread in threads:
        thread.start()
    for least in (200, 700):
        while acknowledged(writers) < least:
            time.sleep(0.01)
        mongodb.stop("--crash")
        assert mongodb.start("--port", str(mongodb.PORT)) is not None
    for thread in threads:
        thread.join()
    assert [] == [error.message for writer in writers for error in writer.refused]
    for writer in writers:
        writer.assert_kept()
    assert_nothing_else(database, writers)
    with capsys.disabled():
        print(f"\n{acknowledged(writers):,} acknowledged calls over 2 crashes")
