"""Bars for transfers that take long."""

from __future__ import annotations

import io
import sys

import pytest

from genesis_flow.adapters.artifacts import progress
from genesis_flow.adapters.artifacts.progress import TransferProgress, unseen


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    """What a person sees of standard error, once the test has put it there."""
    monkeypatch.setenv("TERM", "xterm")
    return _Terminal()


def test_a_long_transfer_shows_how_much_moved(terminal: _Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first second, a bar with what moved of what has to."""
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    with TransferProgress(lambda: True).transfer("Uploading", 4_000_000) as advance:
        advance(1_000_000)
        advance(1_000_000)
    assert "Uploading" in terminal.getvalue()
    assert "2.0/4.0 MB" in terminal.getvalue()


def test_a_short_transfer_shows_nothing(terminal: _Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over at once needs no bar."""
    monkeypatch.setattr(sys, "stderr", terminal)
    with TransferProgress(lambda: True).transfer("Uploading", 4_000_000) as advance:
        advance(4_000_000)
    assert "" == terminal.getvalue()


@pytest.mark.parametrize(("is_on", "is_terminal"), [(False, True), (True, False)])
def test_nobody_is_shown_a_bar_that_nobody_wants(
    monkeypatch: pytest.MonkeyPatch, is_on: bool, is_terminal: bool
) -> None:
    """Neither where it is switched off, nor where nobody looks."""
    monkeypatch.setattr(sys, "stderr", _Terminal() if is_terminal else io.StringIO())
    with TransferProgress(lambda: is_on).transfer("Uploading", None) as advance:
        assert unseen is advance


def test_an_unknown_size_is_shown_too(terminal: _Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A download whose size is not known yet shows what came."""
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    with TransferProgress(lambda: True).transfer("Downloading", None) as advance:
        advance(3_000_000)
    assert "Downloading" in terminal.getvalue()
