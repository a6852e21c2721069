"""The process that runs stock MLflow, one for all tests of a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compat.differential.stock_process import StockProcess
from tests.services.stock import stock_python


@pytest.fixture(scope="session")
def stock() -> Iterator[StockProcess]:
    """Stock MLflow, which answers sequences of commands on fresh stores."""
    process = StockProcess(stock_python())
    yield process
    process.close()
