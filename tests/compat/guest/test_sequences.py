"""Random sequences of operations give on our stores, as a guest, what they give on stock MLflow's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compat.differential.model_sequences import model_sequences
from tests.compat.differential.registry_sequences import registry_sequences
from tests.compat.differential.search_table import searches, setup
from tests.compat.differential.sequences import sequences
from tests.compat.differential.sides import judged_guest
from tests.compat.differential.stock_process import StockProcess
from tests.compat.differential.test_sequences import script
from tests.compat.differential.wire import Command
from tests.compat.guest.conftest import Guest

pytestmark = pytest.mark.stock

SEQUENCES = st.one_of(sequences(least=10), registry_sequences(least=10), model_sequences(least=10))


@pytest.fixture(scope="module")
def ours(newest: Guest, store_uri: str) -> Iterator[StockProcess]:
    """The newest MLflow, on a store of ours."""
    process = StockProcess(newest.python, "tests.compat.guest.guest_worker", store_uri, paths=[newest.site])
    yield process
    process.close()


@settings(max_examples=settings().max_examples // 2, suppress_health_check=list(HealthCheck), print_blob=True)
@given(commands=SEQUENCES)
def test_a_sequence_gives_what_it_gives_on_stock_mlflow(
    stock: StockProcess, ours: StockProcess, commands: list[Command]
) -> None:
    """Results, error codes, promised messages, orders and pages are the same, field by field."""
    differences = judged_guest(stock, ours, commands)

    assert not differences, "\n".join(map(str, differences)) + f"\nafter\n{script(commands)}"


def test_every_search_finds_the_same(stock: StockProcess, ours: StockProcess) -> None:
    """Each of 300 searches gives the same runs or experiments in the same order, or the same error code."""
    differences = judged_guest(stock, ours, [*setup(), *searches()])

    assert not differences, "\n".join(map(str, differences))
