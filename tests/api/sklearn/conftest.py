"""Toy data, and autologging that is off before and after each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from genesis_flow.api import sklearn as flavor
from genesis_flow.api.autologging import choices, importing

numpy = pytest.importorskip("numpy")
pytest.importorskip("sklearn")


@pytest.fixture
def off() -> Iterator[None]:
    """Autologging that nobody has chosen yet."""
    choices.forget()
    yield
    flavor.autolog(disable=True)
    choices.forget()
    importing._waiting.clear()


@pytest.fixture(scope="session")
def X() -> Any:
    """Numbers: float64[40, 3]."""
    return numpy.random.default_rng(0).normal(size=(40, 3))


@pytest.fixture(scope="session")
def y(X: Any) -> Any:
    """What a linear model can learn: float64[40]."""
    return X @ numpy.array([1.0, -2.0, 0.5])


@pytest.fixture(scope="session")
def labels(y: Any) -> Any:
    """Two classes: int[40]."""
    return (y > 0).astype(int)
