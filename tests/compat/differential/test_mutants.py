"""The harness finds planted bugs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample

from genesis_flow import MlflowClient
from tests.compat.differential.comparing import compare
from tests.compat.differential.decisions import DECISIONS
from tests.compat.differential.mutants import MUTANTS
from tests.compat.differential.sequences import sequences
from tests.compat.differential.sides import our_answers
from tests.compat.differential.stock_process import StockProcess
from tests.compat.differential.wire import Command

#: As many examples as a bug may need; most need a few.
EXAMPLES = 300


@pytest.mark.stock
@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_planted_bug_is_found(stock: StockProcess, mutant: type[MlflowClient]) -> None:
    """A client with one bug differs from stock MLflow in one of a few random sequences."""
    examples = settings(
        max_examples=EXAMPLES, phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    def only_the_mutant_differs(commands: list[Command]) -> bool:
        sound, planted = our_answers("memory", commands), our_answers("memory", commands, mutant)
        if not compare(commands, sound, planted).differences:
            return False  # the bug did not show: stock MLflow, which is slow, need not be asked
        stock.ask(commands)
        theirs = stock.answers()
        differs, knows = (bool(compare(commands, theirs, ours, DECISIONS).differences) for ours in (planted, sound))
        return differs and not knows

    try:
        find(sequences(least=15), only_the_mutant_differs, settings=examples)
    except NoSuchExample:
        pytest.fail(f"{mutant.__name__} looks like stock MLflow")
