"""Eight writers, and a server and a network that fail all the time."""

from __future__ import annotations

import pytest
from pymongo import common

from genesis_flow.adapters.mongo.client import MongoDatabase
from tests.adapters.mongo.chaos import FAIL_POINTS, NETWORK, OPTIONS, acknowledged, storm
from tests.adapters.mongo.failing import server_of_this_worker
from tests.adapters.mongo.opening import open_database
from tests.services.mongodb import with_options


@pytest.fixture(autouse=True)
def impatient_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver looks for a lost server each 20 ms and not each 500 ms, so that more faults fit into the time."""
    monkeypatch.setattr(common, "MIN_HEARTBEAT_INTERVAL", 0.02)


def test_nothing_is_lost_or_doubled_in_chaos(capsys: pytest.CaptureFixture[str]) -> None:
    """Over 10,000 acknowledged calls and 200 faults of ten kinds, no call fails, nothing is lost, nothing doubled."""
    uri, own = open_database("chaos").uri, server_of_this_worker()
    if own is not None:
        uri = f"{own}/{uri.rpartition('/')[2]}"
    writers, faults = storm(
        uri, lambda through: MongoDatabase(with_options(through, **OPTIONS), "memory://root"), FAIL_POINTS,
        calls=1_300, every=45, printing=capsys,
    )  # fmt: skip
    assert acknowledged(writers) >= 10_000
    assert faults.total() >= 200
    assert {*FAIL_POINTS, *NETWORK} == {*faults}
