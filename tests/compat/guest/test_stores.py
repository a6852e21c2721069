"""Every method of our stores answers what MLflow's own answer to the same calls, errors and their texts included."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.compat.guest.conftest import SQLITE, Guest
from tests.services.stock import OLDEST

pytestmark = [pytest.mark.stock, pytest.mark.xdist_group("guest-stores")]

#: Errors with the same code and other words, which begin in the same way where anybody could match on them.
OTHER_WORDS = frozenset({
    "experiments: create twice", "experiments: create without a name", "experiments: create with None",
    "experiments: search with a wrong operator", "experiments: set a tag without a key", "experiments: rename to None",
    "experiments: create under the name of a deleted one",
    "runs: param without a key", "runs: metric without a time", "runs: metric without a key",
    "runs: tag without a key", "runs: search by no token", "runs: search by a wrong key",
    "runs: search in a wrong order", "runs: a batch with a key that is None", "runs: a batch with a tag without a key",
    "logged models: search by a wrong key",
    "registry: tag without a key", "registry: delete no tag", "registry: tag version without a key",
    "registry: search models in a wrong order", "registry: rename to a taken one", "registry: tag version with None",
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
#: Where MLflow 3.2 did not yet know a rule that MLflow 3.17 has, and our stores have for both.
RULES_SINCE_3_2 = frozenset({
    "experiments: create with a long tag", "experiments: create with a long key", "experiments: get by no id",
    "experiments: search", "experiments: search in an order", "experiments: search with a wrong key",
    "experiments: search all", "experiments: set a long tag", "experiments: rename to None",
    "runs: search", "registry: create with a slash", "registry: create with a colon", "registry: get the latest",
    "registry: get by an alias of a missing model", "registry: search models",
    "registry: search models in an order", "registry: search prompts as models",
})  # fmt: skip


@pytest.fixture(scope="module")
def answers(guest: Guest, store_uri: str) -> dict[str, Any]:
    """What a store of MLflow and one of ours answered to each call."""
    own = store_uri if store_uri == SQLITE else f"{store_uri}_{guest.version.replace('.', '_')}"
    return guest.run("tests.compat.guest.store_worker", own)


def test_answers_are_the_same(answers: dict[str, Any], guest: Guest) -> None:
    """Entities field by field, codes and texts of errors; where they differ, it was decided."""
    differing = {
        label: (stock, ours)
        for label, (stock, ours) in answers.items()
        if _in_order(stock) != ours and not (guest.version == OLDEST and label in RULES_SINCE_3_2)
    }
    unexplained = {
        label: pair
        for label, pair in differing.items()
        if not (label in OTHER_WORDS and pair[0]["error"] == pair[1]["error"])
        and not (label in ACCIDENTS and _code(pair[0]) == ACCIDENTS[label])
    }

    assert {} == unexplained


def test_no_difference_is_explained_that_is_not_there(answers: dict[str, Any], guest: Guest) -> None:
    """Each label of the tables differs, so that none stays when it has become the same."""
    explained = OTHER_WORDS | ACCIDENTS.keys() | (RULES_SINCE_3_2 if guest.version == OLDEST else frozenset())

    assert [] == [label for label in sorted(explained) if _in_order(answers[label][0]) == answers[label][1]]


def test_no_method_fails_for_a_reason_of_ours(answers: dict[str, Any]) -> None:
    """Our stores raise MLflow's errors only, apart from arguments of wrong types that MLflow refuses so, too."""
    bare = {label for label, (_, ours) in answers.items() if (_code(ours) or "").endswith("Error")}

    assert {
        "runs: datasets that are no list", "runs: record a model", "runs: a batch with metrics that are None",
    } == bare  # fmt: skip


def _in_order(answer: Any) -> Any:
    """The answer; the sets in a message, which Python shows in any order, sorted."""
    if not isinstance(answer, dict) or "message" not in answer:
        return answer
    message = re.sub(
        r"\{('[^{}:]*')\}", lambda found: f"{{{', '.join(sorted(found[1].split(', ')))}}}", answer["message"]
    )
    return {**answer, "message": message}


def _code(answer: Any) -> str | None:
    return answer.get("error") if isinstance(answer, dict) else None
