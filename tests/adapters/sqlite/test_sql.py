"""Conditions on one column mean in SQLite what they mean in the domain."""

from __future__ import annotations

import math
import re
import sqlite3
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.adapters.sqlite.search import experiment_number, experiment_numbers
from genesis_flow.adapters.sqlite.sql import Column, condition, integer_bound, real_bound
from genesis_flow.domain.search.ast import (
    Comparison,
    Field,
    Kind,
    Like,
    Membership,
    NumberComparison,
    NumberOperator,
    TextComparison,
)
from genesis_flow.domain.search.like import like_regex

OPERATORS = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
}
EDGES = [
    0, -1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**400, -(10**400), 0.0, -0.0, 0.5,
    1e-300, 9007199254740993, 1.7976931348623157e308, math.inf, -math.inf, math.nan, 2.0**63, -(2.0**63),
]
numbers = st.one_of(st.sampled_from(EDGES), st.integers(), st.floats())
floats = st.one_of(st.floats(), st.sampled_from([float(value) for value in EDGES if not abs(value) > 1e308]))
int64s = st.one_of(
    st.sampled_from([value for value in EDGES if isinstance(value, int) and -(2**63) <= value < 2**63]),
    st.integers(-(2**63), 2**63 - 1),
)
texts = st.text(st.sampled_from("aA%_\0'\"é\ud7ff\ue000\U0010ffff\n"), max_size=5)
FIELD = Field(Kind.PARAM, "p")


def holds(term: Comparison, stored: object, column_type: str, column: Column) -> bool:
    """Whether SQLite finds a row with `stored` by an index."""
    connection = sqlite3.connect(":memory:")
    connection.create_function(
        "matches", 2, lambda pattern, text: re.search(pattern, text) is not None, deterministic=True
    )
    connection.execute(f"CREATE TABLE t (v {column_type})")
    connection.execute("CREATE INDEX by_v ON t (v)")
    connection.execute("INSERT INTO t VALUES (?)", (stored,))
    asked = condition(column, term)
    found = connection.execute(f"SELECT 1 FROM t INDEXED BY by_v WHERE {asked.text}", asked.values).fetchall()
    connection.close()
    return found != []


def test_the_operators_are_those_of_the_domain() -> None:
    """This module knows every numeric operator of the domain."""
    assert set(OPERATORS) == set(get_args(NumberOperator))


@given(op=st.sampled_from(sorted(OPERATORS)), value=numbers, stored=floats)
def test_floats_compare_exactly(op: NumberOperator, value: float | int, stored: float) -> None:
    """A stored float compares with any number as Python compares them; NaN only differs."""
    expected = op == "!=" if math.isnan(stored) or value != value else OPERATORS[op](stored, value)
    column = Column("v", holds_nan=True)
    assert expected == holds(NumberComparison(FIELD, op, value), stored, "REAL", column)


@given(op=st.sampled_from(sorted(OPERATORS)), value=numbers, stored=int64s)
def test_integers_compare_exactly(op: NumberOperator, value: float | int, stored: int) -> None:
    """A stored 64-bit integer compares with any number as Python compares them."""
    expected = op == "!=" if value != value else OPERATORS[op](stored, value)
    column = Column("v", is_integer=True)
    assert expected == holds(NumberComparison(FIELD, op, value), stored, "INTEGER", column)


@given(op=st.sampled_from(sorted(OPERATORS)), value=numbers)
def test_a_missing_integer_matches_nothing(op: NumberOperator, value: float | int) -> None:
    """A missing number is found by no comparison, `!=` included."""
    column = Column("v", is_integer=True)
    assert not holds(NumberComparison(FIELD, op, value), None, "INTEGER", column)


@pytest.mark.parametrize("bound", [real_bound, integer_bound])
def test_bounds_can_be_stored(bound: object) -> None:
    """What takes the place of a number is one that SQLite can hold."""
    for op in OPERATORS:
        for value in EDGES:
            found = bound(op, value)  # type: ignore[operator]  # one of the two functions above
            if not isinstance(found, bool):
                assert isinstance(found[1], float) or -(2**63) <= found[1] < 2**63


@given(op=st.sampled_from(["=", "!="]), value=texts, stored=texts)
def test_texts_compare_by_code_points(op: str, value: str, stored: str) -> None:
    """Texts are equal if all characters are, those after a NUL included."""
    term = TextComparison(FIELD, op, value)  # type: ignore[arg-type]  # one of the two literals
    assert OPERATORS[op](stored, value) == holds(term, stored, "TEXT", Column("v"))


@given(pattern=texts, ignore_case=st.booleans(), stored=texts)
def test_like_is_the_pattern_of_the_domain(pattern: str, ignore_case: bool, stored: str) -> None:
    """LIKE finds what the domain's regular expression finds, whichever part of it an index serves."""
    expected = re.search(like_regex(pattern, ignore_case), stored) is not None
    assert expected == holds(Like(FIELD, pattern, ignore_case), stored, "TEXT", Column("v"))


@pytest.mark.parametrize("stored", ["abd", "abc", "abcz", "ab", "abc\0", "abc\U0010ffff", "ABC"])
def test_a_prefix_is_a_range(stored: str) -> None:
    """LIKE with a prefix alone asks for a range and needs no function."""
    asked = condition(Column("v"), Like(FIELD, "abc%"))
    assert "v >= ? AND v < ?" == asked.text
    assert stored.startswith("abc") == holds(Like(FIELD, "abc%"), stored, "TEXT", Column("v"))


@given(
    values=st.lists(texts, min_size=1, max_size=4), negated=st.booleans(), stored=texts, is_long=st.booleans()
)
def test_lists_of_any_length_are_searched(
    values: list[str], negated: bool, stored: str, is_long: bool
) -> None:
    """IN finds its values and NOT IN the others, also among more values than SQLite has variables for."""
    padding = [f"other {number}" for number in range(300)] if is_long else []
    term = Membership(FIELD, (*values, *padding), negated)
    assert ((stored in values) != negated) == holds(term, stored, "TEXT", Column("v"))


@pytest.mark.parametrize(
    ("id", "number"),
    [
        ("0", 0), ("7", 7), ("9223372036854775807", 2**63 - 1), ("9223372036854775808", None), ("007", None),
        ("-1", None), ("", None), ("a", None), ("1" * 5000, None), ("٣", None), ("1.0", None), (" 1", None),
    ],
)
def test_ids_of_experiments_are_canonical_numbers(id: str, number: int | None) -> None:
    """Only a whole number of 64 bits, written without leading zeros, can be an id."""
    assert number == experiment_number(id)
    assert ([] if number is None else [number]) == experiment_numbers((id,))
