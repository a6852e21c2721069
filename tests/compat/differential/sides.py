"""Both sides perform a sequence, at the same time, and their answers are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from genesis_flow import MlflowClient
from tests.compat.differential.comparing import Decision, Difference, Verdict, compare
from tests.compat.differential.decisions import DECISIONS
from tests.compat.differential.performing import Performer
from tests.compat.differential.stock_process import StockProcess
from tests.compat.differential.stores import fresh_client
from tests.compat.differential.wire import Command


def our_answers(store: str, commands: Sequence[Command], kind: Callable[[str], Any] = MlflowClient) -> list[Any]:
    """What a client of an empty store of ours answers."""
    with fresh_client(store, kind) as client:
        return Performer("genesis_flow", client).perform(commands)


def judged(
    stock: StockProcess,
    store: str,
    commands: Sequence[Command],
    *,
    kind: Callable[[str], Any] = MlflowClient,
    decisions: Sequence[Decision] = DECISIONS,
) -> Verdict:
    """What differs between stock MLflow and a store of ours beyond what was decided."""
    stock.ask(commands)
    try:
        ours = our_answers(store, commands, kind)
    finally:
        theirs = stock.answers()
    return compare(commands, theirs, ours, decisions)


def judged_guest(stock: StockProcess, guest: StockProcess, commands: Sequence[Command]) -> list[Difference]:
    """
    What differs between stock MLflow on its own store and on one of ours, beyond what was decided.

    MLflow's own client stands before our store, so that an answer that a decision concerns may be stock's as well.
    """
    stock.ask(commands)
    guest.ask(commands)
    theirs, ours = stock.answers(), guest.answers()
    as_stock = {difference.number for difference in compare(commands, theirs, ours).differences}
    decided = compare(commands, theirs, ours, DECISIONS).differences
    return [difference for difference in decided if difference.number in as_stock]
