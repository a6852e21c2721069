"""Values in messages."""

from __future__ import annotations

from typing import Any

import pytest

from genesis_flow.domain.values.text import quoted


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"), (True, "true"), (False, "false"), ("a", '"a"'), (1.5, "1.5"), ([1], "[1]"),
        ("x" * 300, f'"{"x" * 200}..."'),
    ],
)  # fmt: skip
def test_values_are_shown_like_json(value: Any, expected: str) -> None:
    """MLflow writes the values that it refuses as JSON."""
    assert expected == quoted(value)
