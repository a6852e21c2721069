"""What upstream's users and tests do with a store gives on ours what it gives on MLflow's own, area by area."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.compat.guest import differences
from tests.compat.guest.conftest import SQLITE, Guest
from tests.compat.guest.test_stores import in_order

pytestmark = pytest.mark.stock

SCENARIOS = (
    "experiments", "runs", "searching", "inputs", "logged_models", "registry", "prompts", "clients", "removal",
)  # fmt: skip
#: Of MLflow 3.2, which lacks later rules: what does not depend on them.
OLDER = ("runs", "inputs", "clients")
_RANDOM_NAME = re.compile(r"\b[a-z]+-[a-z]+-\d{1,3}\b")


def test_scenarios_on_the_newest(newest: Guest, store_uri: str) -> None:
    """Every answer is the same, but for differences that are named; each of these is one."""
    assert differences.NEWEST == differing(newest, store_uri, SCENARIOS)


def test_scenarios_on_the_oldest(oldest: Guest) -> None:
    """So it is for what MLflow 3.2 knows already."""
    assert differences.OLDEST == differing(oldest, SQLITE, OLDER)


def differing(guest: Guest, store_uri: str, scenarios: tuple[str, ...]) -> frozenset[str]:
    """The labels of the calls that MLflow's store and ours answer differently; unknown ones are shown."""
    uri = store_uri if store_uri == SQLITE else f"{store_uri}_scenarios"
    answers = guest.run("tests.compat.guest.scenario_worker", uri, *scenarios)
    found = {
        label: (stock, ours) for label, (stock, ours) in answers.items() if comparable(stock) != comparable(ours)
    }
    known = differences.NEWEST | differences.OLDEST
    assert {} == {label: pair for label, pair in found.items() if label not in known}
    return frozenset(found)


def comparable(answer: Any) -> Any:
    """An answer without what may differ anywhere: names that are made up, and the free ends of messages."""
    if isinstance(answer, dict):
        if "message" in answer:
            answer = in_order(answer)
            return {**answer, "message": differences.promised(answer["message"])}
        return {key: comparable(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [comparable(value) for value in answer]
    return _RANDOM_NAME.sub("<name>", answer) if isinstance(answer, str) else answer
