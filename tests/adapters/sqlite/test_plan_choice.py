"""Whichever way a search takes, it finds the same: the suites of searches, with one way left at a time."""

from __future__ import annotations

import pytest

from genesis_flow.adapters.sqlite import plans
from tests.adapters.sqlite.opening import OpensSqlite
from tests.contracts.run_pages import RunPagesContract
from tests.contracts.run_search import RunSearchContract


class WalksOnly(OpensSqlite):
    """No filter drives a search: runs are walked in order."""

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _only_walks(cls) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(plans, "MOST_CANDIDATES", 0)
            yield


class SortsOnly(OpensSqlite):
    """Neither filters nor orders have an index: all runs of the experiments are sorted."""

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _only_sorts(cls) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(plans, "MOST_CANDIDATES", 0)
            patch.setattr(plans, "MOST_ARMS", 0)
            yield


class TestWalkedSearch(WalksOnly, RunSearchContract):
    """Searching runs by walking."""


class TestWalkedPages(WalksOnly, RunPagesContract):
    """Pages of runs by walking."""


class TestSortedSearch(SortsOnly, RunSearchContract):
    """Searching runs by sorting."""


class TestSortedPages(SortsOnly, RunPagesContract):
    """Pages of runs by sorting."""
