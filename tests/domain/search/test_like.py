"""LIKE patterns as regular expressions."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genesis_flow.domain.search.like import like_prefix, like_regex
from tests.strategies.text import VALUE_ALPHABET, patterns, values


def matches_naively(pattern: str, text: str, ignore_case: bool) -> bool:
    """LIKE by its definition, one character of pattern and text at a time."""
    places = {0}
    for wanted in pattern:
        if wanted == "%":
            places = set(range(min(places, default=len(text) + 1), len(text) + 1))
        else:
            places = {at + 1 for at in places if at < len(text) and fits(wanted, text[at], ignore_case)}
    return len(text) in places


def fits(wanted: str, character: str, ignore_case: bool) -> bool:
    """Whether one character of a pattern stands for one of a text."""
    folded = (wanted.lower(), wanted.upper()) if ignore_case else ()
    return wanted in ("_", character) or character in folded


@given(st.data(), values(), st.booleans())
def test_the_regular_expression_means_what_the_pattern_does(
    data: st.DataObject, text: str, ignore_case: bool
) -> None:
    """On texts near to its pattern the regular expression finds something exactly if LIKE matches."""
    pattern = data.draw(patterns(text), label="pattern")
    found = re.search(like_regex(pattern, ignore_case), text) is not None
    assert matches_naively(pattern, text, ignore_case) == found


@given(st.text("%_aAb", max_size=8), st.text("aAb\n", max_size=8), st.booleans())
@example("%a%ab", "aab", False)
@example("%ab%b", "abab", False)
@example("a%a", "a", False)
def test_wildcards_backtrack_as_far_as_needed(pattern: str, text: str, ignore_case: bool) -> None:
    """Where a part of the pattern occurs several times, some place that lets the rest match is found."""
    found = re.search(like_regex(pattern, ignore_case), text) is not None
    assert matches_naively(pattern, text, ignore_case) == found


@given(st.text(VALUE_ALPHABET, max_size=6))
def test_a_text_without_wildcards_matches_itself_only(text: str) -> None:
    """What means something to regular expressions means itself in a pattern."""
    plain = text.replace("%", "").replace("_", "")
    regex = like_regex(plain)
    assert re.search(regex, plain) is not None
    assert re.search(regex, plain + "\n") is None
    assert re.search(regex, "x" + plain) is None


@pytest.mark.parametrize(
    ("pattern", "ignore_case", "expected"),
    [
        ("abc", False, r"^abc(?![\s\S])"),
        ("a%", False, r"^a"),
        ("%%", False, r"^"),
        ("%a", False, r"^[\s\S]*a(?![\s\S])"),
        ("%a%%b%", False, r"^(?>[\s\S]*?a)(?>[\s\S]*?b)"),
        ("a_c___", False, r"^a[\s\S]c[\s\S]{3}(?![\s\S])"),
        ("a.b\n\0", False, r"^a\.b\x0a\x00(?![\s\S])"),
        ("aé1", True, r"^[aA][éÉ]1(?![\s\S])"),
        ("ß", True, r"^ß(?![\s\S])"),
    ],
)
def test_the_regular_expression_is_of_the_common_subset(
    pattern: str, ignore_case: bool, expected: str
) -> None:
    """Only anchors, classes, lazy and atomic groups are used, and runs of wildcards collapse."""
    assert expected == like_regex(pattern, ignore_case)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [("ı", "I", True), ("ſ", "s", False), ("ſ", "S", True), ("ss", "ß", False), ("İ", "i", False)],
)
def test_case_is_ignored_one_character_for_one(pattern: str, text: str, expected: bool) -> None:
    """ILIKE takes a character of the pattern for its one-character lower and upper forms, and no others."""
    assert expected == (re.search(like_regex(pattern, ignore_case=True), text) is not None)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%a" * 2_000 + "%b", "a" * 8_000),
        ("%a%a%a%a%a%a%a%a%a%b", "a" * 20_000),
        ("%" * 20_000 + "b", "a" * 20_000),
        ("%" + "a" * 4_000 + "b", "a" * 8_000),
        ("%" + "_" * 4_000 + "b%", "a" * 8_000),
    ],
)
def test_hostile_patterns_stay_fast(pattern: str, text: str) -> None:
    """No pattern makes matching explode: what would take ages with plain backtracking takes a moment."""
    started = time.perf_counter()
    assert re.search(like_regex(pattern, ignore_case=True), text) is None
    assert time.perf_counter() - started < 3


@given(st.text("%_aA.", max_size=6))
def test_the_prefix_is_what_stands_before_the_first_wildcard(pattern: str) -> None:
    """The prefix is literal, the longest such, and whatever matches starts with it."""
    prefix = like_prefix(pattern)
    assert pattern[: len(prefix)] == prefix
    assert not {"%", "_"} & set(prefix)
    assert pattern[len(prefix) : len(prefix) + 1] in ("", "%", "_")
