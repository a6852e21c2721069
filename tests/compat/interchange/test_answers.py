"""Signatures, examples, and data for predictions are made, converted and refused as MLflow does it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.compat.interchange.conftest import run
from tests.services.stock import stock_python

HERE = Path(__file__).parent

#: What MLflow 3.17.2 answered, with pandas 3: 1,172 conversions, 267 signatures and examples.
PINNED = {"probe_enforcement.py": "enforcement-3.17.2.json", "probe_signatures.py": "signatures-3.17.2.json"}


def answers(python: Path | str, script: str, package: str) -> dict[str, Any]:
    """What becomes of each case."""
    found: dict[str, Any] = json.loads(run(python, script, package))
    return found


@pytest.mark.parametrize("script", PINNED)
def test_our_answers_are_those_of_mlflow(script: str) -> None:
    """Every kind of data becomes the same, is written the same, or is refused likewise."""
    pytest.importorskip("scipy")
    if int(pd.__version__.partition(".")[0]) != 3:
        pytest.skip("another pandas has other types of columns; the answers are those with pandas 3")
    expected = json.loads((HERE / PINNED[script]).read_text())
    found = answers(sys.executable, script, "genesis_flow")

    assert [] == [name for name in expected if expected[name] != found.get(name)]
    assert len(expected) == len(found)


@pytest.mark.stock
@pytest.mark.parametrize("script", PINNED)
def test_the_pinned_answers_are_those_of_mlflow(script: str) -> None:
    """The pinned answers are what the real package says."""
    assert json.loads((HERE / PINNED[script]).read_text()) == answers(stock_python(), script, "mlflow")
