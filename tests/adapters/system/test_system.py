"""The clock and the identifiers of the system."""

from __future__ import annotations

import re
import time

import pytest

from genesis_flow.adapters.system.clock import SystemClock
from genesis_flow.adapters.system.identifiers import ADJECTIVES, HIGHEST_NUMBER, NOUNS, RandomIdentifiers
from genesis_flow.domain.values.ids import run_id


def test_the_clock_tells_milliseconds_since_the_epoch() -> None:
    """The time lies between what the system says before and after, in whole milliseconds."""
    before = time.time()
    now = SystemClock().now()
    assert isinstance(now, int)
    assert int(before * 1_000) <= now <= int(time.time() * 1_000)


def test_who_replaces_the_time_replaces_that_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of programs that use MLflow replace `time.time`."""
    monkeypatch.setattr(time, "time", lambda: 456_779.5)
    assert 456_779_500 == SystemClock().now()


def test_run_ids_are_new_and_legal() -> None:
    """Run ids have 32 hexadecimal digits, are legal, and do not repeat."""
    ids = [RandomIdentifiers().run_id() for _ in range(1_000)]
    assert 1_000 == len(set(ids))
    assert ids == [run_id(id) for id in ids if re.fullmatch("[0-9a-f]{32}", id)]


def test_run_names_have_three_parts() -> None:
    """A name is an adjective, a noun and a number from 0 to 1000 of the lists, at most 20 characters long."""
    for _ in range(500):
        name = RandomIdentifiers().run_name()
        adjective, noun, number = name.split("-")
        assert (True, True) == (adjective in ADJECTIVES, noun in NOUNS)
        assert number == str(int(number))
        assert 0 <= int(number) <= HIGHEST_NUMBER
        assert len(name) <= 20


def test_run_names_vary() -> None:
    """A hundred names are hardly ever the same."""
    assert len({RandomIdentifiers().run_name() for _ in range(100)}) > 90


def test_the_longest_name_fits() -> None:
    """The longest adjective, noun and number make a name of at most 20 characters."""
    longest = f"{max(ADJECTIVES, key=len)}-{max(NOUNS, key=len)}-{HIGHEST_NUMBER}"
    assert len(longest) <= 20


@pytest.mark.parametrize("words", [ADJECTIVES, NOUNS])
def test_words_are_plain(words: tuple[str, ...]) -> None:
    """Words are lower-case ASCII letters, and none is listed twice."""
    assert len(set(words)) == len(words) >= 60
    assert [] == [word for word in words if re.fullmatch("[a-z]+", word) is None]


def test_the_highest_number_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers go up to 1000 inclusive."""
    monkeypatch.setattr("genesis_flow.adapters.system.identifiers._below", lambda limit: limit - 1)
    assert "1000" == RandomIdentifiers().run_name().rpartition("-")[2]
