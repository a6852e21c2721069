"""Eight writers on the metered tier, while server and network fail and requests are refused all the time."""

from __future__ import annotations

import pytest
from pymongo import common

from genesis_flow.adapters.cosmos.database import open_cosmos
from tests.adapters.cosmos.opening import ru_server
from tests.adapters.mongo.chaos import FAIL_POINTS, NETWORK, OPTIONS, acknowledged, storm
from tests.services.mongodb import named, with_options

THROTTLED = {"errorCode": 16500, "errmsg": "Error=16500, RetryAfterMs=20, Details='TooManyRequests (429)'"}


def test_nothing_is_lost_or_doubled_in_chaos(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among 50 faults of eleven kinds, refusals for now included, no call fails, nothing is lost, nothing doubled."""
    monkeypatch.setattr(common, "MIN_HEARTBEAT_INTERVAL", 0.02)  # as in the test of MongoDB
    kinds = {**FAIL_POINTS, "throttled": THROTTLED}
    writers, faults = storm(
        named(ru_server(), "chaos_ru"), lambda through: open_cosmos(with_options(through, **OPTIONS), "memory://root"),
        kinds, calls=250, every=35, printing=capsys,
    )  # fmt: skip
    assert 2_000 == acknowledged(writers)
    assert faults.total() >= 50
    assert {*kinds, *NETWORK} == {*faults}
