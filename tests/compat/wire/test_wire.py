"""The real `mlflow server` and ours answer the same, but for the differences that are meant."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.compat.wire.comparing import Servers
from tests.compat.wire.differences import DIFFERENCES
from tests.compat.wire.endpoints import BASES, Base
from tests.compat.wire.mutations import variants
from tests.compat.wire.requests import Ask
from tests.compat.wire.scenarios import SCENARIOS
from tests.compat.wire.worlds import WORLD

#: Problems of a subject that are shown.
_SHOWN = 5

pytestmark = [pytest.mark.stock, pytest.mark.mongodb, pytest.mark.xdist_group("wire")]


@pytest.mark.parametrize("base", BASES, ids=str)
def test_fields(servers: Servers, base: Base) -> None:
    """Whatever is wrong with one field of a request, or with how it is made, it is answered as by MLflow."""
    servers.subjects += 1
    if base.path.endswith("s/search"):
        servers.erase_models()
    problems = servers.begin(WORLD)
    for ask in variants(base):
        outcome = servers.ask(ask)
        problems += outcome.problems
        if base.change is not None and outcome.is_split:
            problems += servers.ask(base.change.renewed).problems
        elif base.change is not None and outcome.is_granted:
            problems += servers.ask(base.change.shown).problems
    assert not problems, "\n".join(problems[:_SHOWN])


@pytest.mark.parametrize("asks", SCENARIOS.values(), ids=SCENARIOS)
def test_scenarios(servers: Servers, asks: Sequence[Ask]) -> None:
    """Requests that build on each other are answered as by MLflow, one after the other."""
    servers.subjects += 1
    problems = servers.begin(asks)
    assert not problems, "\n".join(problems[:_SHOWN])


def test_differences_are_seen(servers: Servers) -> None:
    """Each difference that is meant is one that the requests above meet."""
    if servers.subjects < len(BASES) + len(SCENARIOS):
        pytest.skip("only a part of the subjects was tested")
    assert [] == [difference.name for difference in DIFFERENCES if not servers.seen[difference.name]]
