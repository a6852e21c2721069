"""Text for terminals."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.api.cli.text import clean, duration, moment, number, one_line, shown_uri, size, without_passwords

from .conftest import HOSTILE, HOSTILE_SHOWN


def test_clean_escapes_what_terminals_obey() -> None:
    """Escape sequences, line ends and changes of direction are shown as their escapes."""
    assert HOSTILE_SHOWN == clean(HOSTILE)


@given(st.text())
def test_clean_leaves_no_control_character(text: str) -> None:
    """No text whatsoever gets a control or bidirectional character, or a line end, through."""
    kinds = {unicodedata.category(each) for each in clean(text) if each not in "\u200c\u200d"}
    assert set() == kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("text", ["plain", "Füße", "試験", "👩\u200d🔬", "می\u200cخواهم", "a\u00a0b", "[red]"])
def test_clean_keeps_what_people_write(text: str) -> None:
    """Letters of any script, emoji and brackets stay as they are."""
    assert text == clean(text)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("mongodb://user:pass@host/db", "mongodb://***@host/db"),
        ("cannot open mongodb+srv://u:p@ss/w@host:1/db?x=1 now", "cannot open mongodb+srv://***@host:1/db?x=1 now"),
        ("https://token@github.com/a", "https://***@github.com/a"),
        ("abfss://container@account.dfs/x", "abfss://container@account.dfs/x"),
        ("abfss://user:key@account.dfs/x", "abfss://***@account.dfs/x"),
        ("a@b.c is no URI", "a@b.c is no URI"),
    ],
)
def test_passwords_are_hidden_wherever_a_uri_stands(uri: str, expected: str) -> None:
    """What stands before the "@" of a URI is hidden, unless it names a container of Azure storage."""
    assert expected == without_passwords(uri)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("s3://key:secret@bucket/x", "s3://***@bucket/x"),
        ("https://acc.blob/c?sig=secret", "https://acc.blob/c?..."),
        ("abfss://c@acc.dfs/x?sig=secret", "abfss://c@acc.dfs/x"),
        ("/local/what?", "/local/what?"),
        ("http://u:secret@[bad", "http://***@[bad"),
    ],
)
def test_shown_uri_holds_no_secret(uri: str, expected: str) -> None:
    """User, password and query of a URI are not shown; local paths are, whole."""
    assert expected == shown_uri(uri)


def test_messages_become_one_line() -> None:
    """A message with several lines is shown as one, without passwords."""
    assert "a b x://***@h \\x1b" == one_line("a\n\n  b\tx://u:p@h \x1b")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1 + 0.2, "0.3"), (1e-12, "1e-12"), (1234567.0, "1.23457e+06"),
        (float("nan"), "NaN"), (float("inf"), "Infinity"), (float("-inf"), "-Infinity"),
    ],
)  # fmt: skip
def test_numbers_have_six_digits(value: float, expected: str) -> None:
    """A metric value is shown with six digits; what is no number has the name that JSON has for it."""
    assert expected == number(value)


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [(None, "-"), (999, "-"), (3_500, "2.5s"), (185_000, "3m 4s"), (7_384_000, "2h 3m"), (187_201_000, "2d 4h")],
)
def test_durations_are_short(ended_at: int | None, expected: str) -> None:
    """A duration has its two largest units; what has not ended, or ended before it started, has none."""
    assert expected == duration(1_000, ended_at)


def test_impossible_moments_are_shown_as_numbers() -> None:
    """A time that no calendar holds is shown in milliseconds."""
    assert f"{2**63 - 1} ms" == moment(2**63 - 1)


@pytest.mark.parametrize(("size_bytes", "expected"), [(None, "-"), (999, "999 B"), (1500, "1.5 kB"), (2e12, "2.0 TB")])
def test_sizes_have_units(size_bytes: int | None, expected: str) -> None:
    """Sizes are in powers of 1,000."""
    assert expected == size(size_bytes)
