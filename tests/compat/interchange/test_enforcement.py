"""Data are converted to a signature, or refused, as MLflow does it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.compat.interchange.conftest import run
from tests.services.stock import stock_python

#: What MLflow 3.17.2 answered, with pandas 3: 1,172 cases.
PINNED = Path(__file__).parent / "enforcement-3.17.2.json"


def answers(python: Path | str, package: str) -> dict[str, Any]:
    """What becomes of each case."""
    found: dict[str, Any] = json.loads(run(python, "probe_enforcement.py", package))
    return found


def test_data_are_converted_as_mlflow_does_it() -> None:
    """Every kind of column, container, nested value, tensor and param becomes the same, or is refused likewise."""
    if int(pd.__version__.partition(".")[0]) != 3:
        pytest.skip("another pandas has other types of columns; the answers are those with pandas 3")
    expected = json.loads(PINNED.read_text())
    found = answers(sys.executable, "genesis_flow")

    assert [] == [name for name in expected if expected[name] != found[name]]
    assert len(expected) == len(found)


@pytest.mark.stock
def test_the_pinned_answers_are_those_of_mlflow() -> None:
    """The pinned answers are what the real package says."""
    assert json.loads(PINNED.read_text()) == answers(stock_python(), "mlflow")
