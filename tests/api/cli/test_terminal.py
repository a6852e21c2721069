"""What a person at a terminal sees."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.cli.screen import Cell, Column, _fitted
from tests.api.stores import DURABLE_STORES, store_uri

from .conftest import HOSTILE
from .test_process import call, environment

pty = pytest.importorskip("pty")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def at_terminal(directory: Path, width: int, *words: str, answer: str = "", **more: str) -> str:
    """What a terminal with `width` columns gets from a command."""
    leader, follower = pty.openpty()
    surroundings = environment(directory, COLUMNS=str(width), LINES="40", TERM="xterm-256color", **more)
    process = subprocess.Popen(
        [sys.executable, "-m", "genesis_flow", *words], cwd=directory, env=surroundings,
        stdin=follower, stdout=follower, stderr=follower,
    )  # fmt: skip
    os.close(follower)
    os.write(leader, answer.encode())
    output = b""
    while chunk := _read(leader):
        output += chunk
    os.close(leader)
    process.wait(timeout=60)
    return output.decode()


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65_536)
    except OSError:  # how Linux says that the other side has closed
        return b""


def test_tables_fit_the_terminal(tmp_path: Path) -> None:
    """No line is wider than the terminal, whatever names there are, and none of them is obeyed."""
    call(tmp_path, "experiments", "create", "n" * 300)
    call(tmp_path, "experiments", "create", HOSTILE)
    for width in (120, 60, 30):
        text = at_terminal(tmp_path, width, "experiments", "list")
        lines = _COLOUR.sub("", text).split("\r\n")
        table = [line for line in lines if not line.startswith("(No room")]
        assert (True, []) == (len(table) >= 5, [line for line in table if len(line) > width])
        assert (False, False) == ("\x1b" in "".join(lines), "\u202e" in text)
        assert True is ("\x1b[1m" in text)


def test_narrow_terminals_say_what_is_left_out(tmp_path: Path) -> None:
    """Columns that there is no room for are named."""
    text = at_terminal(tmp_path, 30, "experiments", "list")
    assert "(No room for: Created, Changed. A wider terminal, a pipe or --json shows all.)" in text


def test_no_color_is_honoured(tmp_path: Path) -> None:
    """With NO_COLOR there are tables, but no colours."""
    call(tmp_path, "experiments", "create", "gone")
    call(tmp_path, "experiments", "delete", "gone")
    words = ["experiments", "list", "--view", "deleted"]
    assert "\x1b[31m" in at_terminal(tmp_path, 100, *words)
    assert "\x1b[31m" not in at_terminal(tmp_path, 100, *words, NO_COLOR="1")


def test_json_is_the_same_at_a_terminal(tmp_path: Path) -> None:
    """--json prints nothing but JSON to a terminal, too."""
    text = at_terminal(tmp_path, 40, "experiments", "list", "--json")
    assert call(tmp_path, "experiments", "list", "--json").stdout == text.replace("\r\n", "\n")


def test_erasing_asks_at_a_terminal(tmp_path: Path) -> None:
    """`gc` shows what goes and erases it after a yes only."""
    for answer, outcome in (("n\n", "Nothing was erased."), ("y\n", "Erased 1 experiment and 0 runs.")):
        call(tmp_path, "experiments", "create", "gone")
        call(tmp_path, "experiments", "delete", "gone")
        text = at_terminal(tmp_path, 80, "gc", answer=answer)
        assert (True, True) == ("1 experiment:" in text, outcome in text)


def test_numbers_are_never_cut() -> None:
    """Where columns are narrowed, texts lose their ends, but numbers stay whole."""
    columns = [Column("a long title", is_number=True), Column("Text", least=3)]
    kept, widths = _fitted(columns, [[Cell("0.123456789"), Cell("x" * 50)]], 20)
    assert ([0, 1], [11, 7]) == (kept, widths)


def test_optional_columns_go_first() -> None:
    """Columns that may be left out are, from the right, until the others have what they need."""
    columns = [Column("A", 10), Column("B", 10, is_optional=True), Column("C", 10, is_optional=True), Column("D", 10)]
    rows = [[Cell("x" * 20)] * 4]
    assert [0, 1, 2, 3] == _fitted(columns, rows, 46)[0]
    assert [0, 1, 3] == _fitted(columns, rows, 45)[0]
    assert [0, 3] == _fitted(columns, rows, 22)[0]
    assert ([0, 3], 8) == (_fitted(columns, rows, 10)[0], sum(_fitted(columns, rows, 10)[1][index] for index in (0, 3)))


@pytest.mark.parametrize("kind", DURABLE_STORES)
def test_a_download_shows_how_far_it_is(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar with the bytes at a terminal, nothing of it in a pipe; the files are the same."""
    sklearn = pytest.importorskip("sklearn.linear_model")
    pytest.importorskip("skops")
    monkeypatch.chdir(tmp_path)
    uri = store_uri(kind, tmp_path)
    session.reset()
    session.set_tracking_uri(uri)
    model = sklearn.LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])
    mlflow.sklearn.log_model(model, name="x", registered_model_name="m")
    session.reset()
    words = ["models", "download", "models:/m/1", "--tracking-uri", uri, "--dst"]
    text = at_terminal(tmp_path, 120, *words, "one")
    quiet = call(tmp_path, *words, "two")

    assert re.search(r"\d+(\.\d+)?/\d+(\.\d+)? (bytes|kB)", _COLOUR.sub("", text))
    assert "Downloaded" in text
    assert (1, "") == (len(quiet.stdout.splitlines()), quiet.stderr)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in ("one", "two")
    )
    assert one == two
    assert "MLmodel" in one
