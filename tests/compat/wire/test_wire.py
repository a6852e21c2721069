"""The real `mlflow server` and ours answer the same, but for the differences that are meant."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.compat.wire.comparing import Servers
from tests.compat.wire.differences import DIFFERENCES
from tests.compat.wire.endpoints import BASES, Base
from tests.compat.wire.mutations import variants
from tests.compat.wire.scenarios import SCENARIOS
from tests.compat.wire.worlds import WORLD

#: Problems of a subject that are shown.
_SHOWN = 5

pytestmark = [pytest.mark.stock, pytest.mark.mongodb]


def test_answers_are_those_of_mlflow(servers: Servers, subtests: pytest.Subtests) -> None:
    """
    Whatever is asked, our servers answer as MLflow's does, but for differences that are meant, and these are all met.

    This is one test, so that one process sees all of it.
    """
    for base in BASES:
        with subtests.test(str(base)):
            assert_same(asked_of_fields(servers, base))
    for name, asks in SCENARIOS.items():
        with subtests.test(name):
            assert_same(servers.begin(asks))
    assert [] == [difference.name for difference in DIFFERENCES if not servers.seen[difference.name]]


def assert_same(problems: Sequence[str]) -> None:
    """There are no differences that are not meant; some are shown."""
    assert not problems, "\n".join(problems[:_SHOWN])


def asked_of_fields(servers: Servers, base: Base) -> list[str]:
    """The problems where one field of a request is wrong, or how it is made, for everything that may be."""
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
    return problems
