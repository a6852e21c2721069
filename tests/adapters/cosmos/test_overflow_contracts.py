"""Runs that outgrow their documents keep the contracts, too: the suites of runs where documents are tiny."""

from __future__ import annotations

import pytest

from tests.adapters.cosmos.opening import OpensTiny
from tests.contracts.concurrency import ConcurrencyContract
from tests.contracts.durability import DurabilityContract
from tests.contracts.run_append import RunAppendContract
from tests.contracts.run_inputs import RunInputsContract
from tests.contracts.run_pages import RunPagesContract
from tests.contracts.run_search import RunSearchContract
from tests.contracts.runs import RunRepositoryContract

# What judges every command gives it a number, which the driver draws from `random`; no example depends on it.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")


class TestRuns(OpensTiny, RunRepositoryContract):
    """Runs that outgrow their documents."""


class TestRunAppend(OpensTiny, RunAppendContract):
    """Batches on runs that outgrow their documents."""


class TestRunInputs(OpensTiny, RunInputsContract):
    """Inputs and outputs of runs that outgrow their documents."""


class TestConcurrency(OpensTiny, ConcurrencyContract):
    """Writers at once on runs that outgrow their documents."""


class TestRunSearch(OpensTiny, RunSearchContract):
    """Searching runs that outgrow their documents."""


class TestRunPages(OpensTiny, RunPagesContract):
    """Pages of runs that outgrow their documents."""


class TestDurability(OpensTiny, DurabilityContract):
    """Reopening a database with runs that outgrew their documents."""
