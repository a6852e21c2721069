"""What happens to tests whose server or package is not there."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

#: Where this is set, a missing server is a failure: a run that is to prove something must not skip.
REQUIRED_VARIABLE = "GENESIS_FLOW_TEST_REQUIRE_SERVERS"


def missing(advice: str) -> NoReturn:
    """Skip the test, or fail it where servers are required; `advice` says how to get what is missing."""
    if os.environ.get(REQUIRED_VARIABLE):
        pytest.fail(advice, pytrace=False)
    pytest.skip(advice)
