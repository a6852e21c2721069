"""What the RU tier would not do is found in a command, so that the contracts can be trusted to send none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.cosmos.strictness import violations


@pytest.mark.parametrize(
    "command",
    [
        {"find": "runs", "sort": {"start": 1}},
        {"find": "experiments", "sort": {"_id": 1, "name": 1}},
        {"aggregate": "runs", "pipeline": [{"$match": {}}, {"$set": {}}, {"$sort": {"x": 1}}]},
        {"insert": "experiments", "documents": [], "txnNumber": 1},
        {"insert": "metric_histories", "documents": [{"_id": 1, "r": "x"}, {"_id": 2}]},
        {"update": "runs", "updates": [{"q": {"_id": "x"}, "u": []}]},
        {"update": "runs", "updates": [{"q": {"exp": {"$in": ["x"]}}, "u": []}]},
        {"delete": "logged_models", "deletes": [{"q": {"_id": "x"}, "limit": 1}]},
        {"findAndModify": "runs", "query": {"_id": "x"}},
    ],
)
def test_what_the_tier_refuses_is_found(command: dict[str, Any]) -> None:
    """Sorts, retryable writes, and writes that name no partition are each one violation."""
    assert 1 == len(list(violations(next(iter(command)), command)))


@pytest.mark.parametrize(
    "command",
    [
        {"find": "runs", "sort": {"_id": -1}},
        {"find": "runs", "filter": {}},
        {"aggregate": "registered_models", "pipeline": [{"$match": {}}, {"$lookup": {}}]},
        {"insert": "metric_histories", "documents": [{"_id": 1, "r": "x"}]},
        {"update": "runs", "updates": [{"q": {"_id": "x"}, "u": [], "multi": True}]},
        {"update": "experiments", "updates": [{"q": {"_id": "x"}, "u": []}]},
        {"delete": "runs", "deletes": [{"q": {"_id": {"$in": []}}, "limit": 0}]},
        {"findAndModify": "runs", "query": {"_id": "1/a/x", "exp": "1"}},
    ],
)
def test_what_the_tier_does_is_none(command: dict[str, Any]) -> None:
    """Orders by `_id`, routed writes, and changes of many documents pass."""
    assert [] == list(violations(next(iter(command)), command))
