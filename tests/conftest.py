"""How all tests run: profiles of Hypothesis, and readable assertions in shared suites."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.services.mongodb import erase_databases

pytest.register_assert_rewrite("tests.contracts", "tests.strategies")

# One suite runs on many adapters: that is the point of it, not a slip.
SHARED = (HealthCheck.differing_executors, HealthCheck.too_slow)

# The same examples each time, so that a run fails for what was changed; "nightly" looks for new ones.
settings.register_profile("dev", max_examples=25, deadline=None, derandomize=True, suppress_health_check=SHARED)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True, suppress_health_check=SHARED)
settings.register_profile("nightly", max_examples=2_000, deadline=None, suppress_health_check=SHARED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_sessionfinish() -> None:
    """Leave nothing on a server that others may use."""
    erase_databases()
