"""The table of promises names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
#: Names of tests in the table have no folder, no dot, and three words at least.
_NAMED = re.compile(r"`([a-z0-9]+(?:_[a-z0-9]+){2,})`")


def test_every_promise_names_its_tests() -> None:
    """The faults in order, and what each row names is there."""
    table = (TESTS.parent / "docs" / "reliability.md").read_text(encoding="utf-8")
    there = {
        name
        for path in TESTS.rglob("*.py")
        for name in re.findall(r"def test_(\w+)", path.read_text(encoding="utf-8"))
    }
    rows = [line for line in table.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [str(number) for number in range(1, 32)] == [row.split("|")[1].strip() for row in rows]
    assert [] == [name for name in _NAMED.findall(table) if name not in there]
