"""Every decided difference is real, exact, written down, and the same on each of our stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compat.differential.comparing import Decision, shown
from tests.compat.differential.decisions import DECISIONS
from tests.compat.differential.sides import judged, our_answers
from tests.compat.differential.stock_process import VERSION, StockProcess
from tests.compat.differential.test_sequences import STORE_PARAMETERS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "decisions" / "0010-differences-from-mlflow.md"


@pytest.mark.stock
@pytest.mark.parametrize("store", STORE_PARAMETERS)
@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_an_example_differs_as_decided(stock: StockProcess, store: str, decision: Decision) -> None:
    """With the decision nothing differs; without it something does."""
    others = [other for other in DECISIONS if other is not decision]

    assert [] == judged(stock, store, decision.example).differences
    assert [] != judged(stock, store, decision.example, decisions=others).differences


@pytest.mark.parametrize("store", STORE_PARAMETERS)
@pytest.mark.parametrize(
    "decision", [one for one in DECISIONS if one.ours is not None], ids=lambda decision: decision.name
)
def test_what_cannot_be_derived_from_stock_is_exact_too(store: str, decision: Decision) -> None:
    """Where stock's answer says nothing about ours, the example's last answer is the given one."""
    assert decision.ours == shown(our_answers(store, decision.example)[-1])


def test_every_decision_is_written_down() -> None:
    """The page on differences has a heading for each row of the table, in its order, and no other."""
    headings = [line.removeprefix("### ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("### ")]

    assert [decision.name for decision in DECISIONS] == headings


def test_every_decision_has_a_reason() -> None:
    """Nobody has to guess why something differs."""
    assert [] == [decision.name for decision in DECISIONS if len(decision.reason) < 40]


@pytest.mark.stock
def test_stock_is_the_pinned_version(stock: StockProcess) -> None:
    """Differences are decided for one version of MLflow."""
    assert VERSION == stock.version
