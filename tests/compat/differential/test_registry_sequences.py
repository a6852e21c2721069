"""Random sequences on the model registry give what they give on stock MLflow, but for what was decided."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.compat.differential.registry_sequences import registry_sequences
from tests.compat.differential.sides import judged
from tests.compat.differential.stock_process import StockProcess
from tests.compat.differential.test_sequences import STORE_PARAMETERS, script
from tests.compat.differential.wire import Command


@pytest.mark.stock
@pytest.mark.parametrize("store", STORE_PARAMETERS)
@settings(suppress_health_check=list(HealthCheck), print_blob=True)
@given(commands=registry_sequences(least=10))
def test_a_sequence_gives_what_it_gives_on_stock_mlflow(
    stock: StockProcess, store: str, commands: list[Command]
) -> None:
    """Results, error codes, promised messages, orders and pages are the same, field by field."""
    verdict = judged(stock, store, commands)

    assert not verdict.differences, f"{verdict}\nafter\n{script(commands)}"
