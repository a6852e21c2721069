"""The process that runs stock MLflow, one for all tests of a session; what the tests leave behind goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compat.differential.stock_process import StockProcess
from tests.compat.differential.stores import drop_mongodb
from tests.services.stock import stock_python


@pytest.fixture(scope="session")
def stock() -> Iterator[StockProcess]:
    """Stock MLflow, which answers sequences of commands on fresh stores."""
    process = StockProcess(stock_python())
    yield process
    process.close()


@pytest.fixture(scope="session", autouse=True)
def no_database_is_left() -> Iterator[None]:
    """The database that this process made on the MongoDB server is dropped."""
    yield
    drop_mongodb()
