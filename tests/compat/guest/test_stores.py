"""Every method of our stores answers what MLflow's own answer to the same calls, errors and their texts included."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.compat.guest.conftest import SQLITE, Guest
from tests.services.stock import OLDEST

pytestmark = pytest.mark.stock

#: Errors with the same code and other words, which begin in the same way where anybody could match on them.
OTHER_WORDS = frozenset({
    "experiments: create twice", "experiments: create under the name of a deleted one",
    "experiments: search with a wrong operator", "registry: rename to a taken one",
    "registry: search models in a wrong order", "runs: search by no token",
})  # fmt: skip
#: Where MLflow answers by accident, with its own answer; see docs/decisions/0010.
ACCIDENTS = {
    "experiments: search for 1.5": "TypeError",
    "experiments: rename to a taken one": "BAD_REQUEST",
    "runs: a param that is None": "BAD_REQUEST",
    "runs: a batch with a param that is None": "BAD_REQUEST",
    "runs: a batch of no run at all": "TypeError",
    "logged models: tags that are None": "BAD_REQUEST",
    "registry: version that is None": "INTERNAL_ERROR",
    "logged models: search without a field": "INTERNAL_ERROR",
}
#: Arguments of wrong types, which neither side refuses with an error of MLflow's.
WRONG_TYPES = {
    "runs: datasets that are no list", "runs: record a model", "runs: a batch with metrics that are None",
}  # fmt: skip
#: Where MLflow 3.2 did not yet know a rule that MLflow 3.17 has, and our stores have for both.
RULES_SINCE_3_2 = frozenset({
    "experiments: create with a long tag", "experiments: create with a long key", "experiments: get by no id",
    "experiments: search", "experiments: search in an order", "experiments: search with a wrong key",
    "experiments: search all", "experiments: set a long tag", "experiments: rename to None",
    "runs: search", "registry: create with a slash", "registry: create with a colon", "registry: get the latest",
    "registry: get by an alias of a missing model", "registry: search models",
    "registry: search models in an order", "registry: search prompts as models",
})  # fmt: skip


def test_answers_are_the_same(guest: Guest, store_uri: str) -> None:
    """Entities field by field, codes and texts of errors; they differ where that was decided, and nowhere else."""
    own = store_uri if store_uri == SQLITE else f"{store_uri}_{guest.version.replace('.', '_')}"
    answers = guest.run("tests.compat.guest.store_worker", own, MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS="true")
    newer = RULES_SINCE_3_2 if guest.version == OLDEST else frozenset()
    differing = {label: (stock, ours) for label, (stock, ours) in answers.items() if in_order(stock) != ours}
    explained = {
        label
        for label, (stock, ours) in differing.items()
        if label in newer
        or (label in OTHER_WORDS and stock["error"] == ours["error"])
        or (label in ACCIDENTS and _code(stock) == ACCIDENTS[label])
    }

    assert {} == {label: pair for label, pair in differing.items() if label not in explained}
    assert explained == OTHER_WORDS | ACCIDENTS.keys() | newer
    assert WRONG_TYPES == {label for label, (_, ours) in answers.items() if (_code(ours) or "").endswith("Error")}


def in_order(answer: Any) -> Any:
    """The answer; the sets in a message, which Python shows in any order, sorted."""
    if not isinstance(answer, dict) or "message" not in answer:
        return answer
    message = re.sub(
        r"\{('[^{}:]*')\}", lambda found: f"{{{', '.join(sorted(found[1].split(', ')))}}}", answer["message"]
    )
    return {**answer, "message": message}


def _code(answer: Any) -> str | None:
    return answer.get("error") if isinstance(answer, dict) else None
