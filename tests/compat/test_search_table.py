"""Fixed filters and orders find what they find on stock MLflow, in the same order, or fail in the same way."""

from __future__ import annotations

import functools

import pytest

from tests.compat.differential.comparing import Verdict
from tests.compat.differential.search_table import searches, setup
from tests.compat.differential.sides import judged
from tests.compat.differential.stock_process import StockProcess
from tests.compat.differential.test_sequences import STORE_PARAMETERS

SETUP, SEARCHES = setup(), searches()


@functools.cache
def verdict(stock: StockProcess, store: str) -> Verdict:
    """What differs on a store: all searches run on one data set."""
    return judged(stock, store, [*SETUP, *SEARCHES])


@pytest.mark.stock
@pytest.mark.parametrize("store", STORE_PARAMETERS)
def test_the_data_are_the_same(stock: StockProcess, store: str) -> None:
    """Every command that makes the data succeeds and gives the same on both sides."""
    assert [] == [str(each) for each in verdict(stock, store).differences if each.number < len(SETUP)]


@pytest.mark.stock
@pytest.mark.parametrize("store", STORE_PARAMETERS)
@pytest.mark.parametrize("number", range(len(SEARCHES)), ids=lambda number: str(SEARCHES[number])[:80])
def test_a_search_finds_the_same(stock: StockProcess, store: str, number: int) -> None:
    """A search gives the same runs or experiments in the same order, or the same error code."""
    found = [each for each in verdict(stock, store).differences if each.number == len(SETUP) + number]

    assert [] == [str(each) for each in found]
