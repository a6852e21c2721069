"""Eight writers, and a server and a network that fail all the time."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from pymongo import common

from genesis_flow.adapters.mongo.client import MongoDatabase
from tests.adapters.mongo.chaos import (
    FAIL_POINTS,
    NETWORK,
    Saboteur,
    Writer,
    acknowledged,
    assert_nothing_else,
    heal,
    wait_until_reachable,
)
from tests.adapters.mongo.failing import server_of_this_worker
from tests.adapters.mongo.opening import open_database, stores_on
from tests.adapters.mongo.proxying import proxy_to
from tests.contracts.samples import added_experiment, added_run
from tests.services.mongodb import with_options

WRITERS = 8
CALLS = 1_300
LEAST_FAULTS = 200
CALLS_A_FAULT = 45


@pytest.fixture(autouse=True)
def impatient_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver looks for a lost server each 20 ms and not each 500 ms, so that more faults fit into the time."""
    monkeypatch.setattr(common, "MIN_HEARTBEAT_INTERVAL", 0.02)


def test_nothing_is_lost_or_doubled_in_chaos(capsys: pytest.CaptureFixture[str]) -> None:
    """Over 10,000 acknowledged calls and 200 faults of ten kinds, no call fails, nothing is lost, nothing doubled."""
    database = open_database("chaos")
    own = server_of_this_worker()
    uri = database.uri if own is None else f"{own}/{database.uri.rpartition('/')[2]}"
    heal(uri)
    with proxy_to(uri) as (proxy, through):
        # As on Cosmos DB's request-unit tier: the driver repeats nothing.
        options = {"retryWrites": "false", "retryReads": "false", "socketTimeoutMS": "250", "appname": "chaos"}
        database = MongoDatabase(with_options(through, **options), "memory://root")
        stores = stores_on(database)
        experiment = added_experiment(stores)
        writers = [
            Writer(stores, added_run(stores, experiment.id), seed=index, calls=CALLS) for index in range(WRITERS)
        ]
        saboteur = Saboteur(uri, "chaos", proxy, lambda: acknowledged(writers), CALLS_A_FAULT, seed=11)
        threads = [threading.Thread(target=writer.write) for writer in writers]
        sabotage = threading.Thread(target=saboteur.run)
        for thread in (*threads, sabotage):
            thread.start()
        for thread in threads:
            thread.join()
        saboteur.stop()
        sabotage.join()
        wait_until_reachable(database)
        _print_numbers(capsys, writers, saboteur.done)
        assert [] == [error.message for writer in writers for error in writer.refused]
        assert acknowledged(writers) >= 10_000
        assert saboteur.done.total() >= LEAST_FAULTS
        assert {*FAIL_POINTS, *NETWORK} == {*saboteur.done}
        for writer in writers:
            writer.assert_kept()
        assert_nothing_else(database, writers)
        database.close()


def _print_numbers(capsys: pytest.CaptureFixture[str], writers: list[Writer], faults: Counter[str]) -> None:
    calls = acknowledged(writers)
    points = sum(len(writer.metrics) for writer in writers)
    with capsys.disabled():
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(faults.items()))
        print(f"\n{calls:,} acknowledged calls, {points:,} points; {faults.total()} faults ({kinds})")
