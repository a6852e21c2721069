"""Fixed filters and orders find what they find on stock MLflow, in the same order, or fail in the same way."""

from __future__ import annotations

import pytest

from tests.compat.differential.search_table import searches, setup
from tests.compat.differential.sides import judged
from tests.compat.differential.stock_process import StockProcess
from tests.compat.differential.test_sequences import STORE_PARAMETERS


@pytest.mark.stock
@pytest.mark.parametrize("store", STORE_PARAMETERS)
def test_every_search_finds_the_same(stock: StockProcess, store: str) -> None:
    """Each of 300 searches gives the same runs or experiments in the same order, or the same error code."""
    verdict = judged(stock, store, [*setup(), *searches()])

    assert not verdict.differences, str(verdict)


def test_no_search_is_repeated() -> None:
    """Every row of the table adds something."""
    every = [repr(search) for search in searches()]

    assert len(set(every)) == len(every)
