"""`genesis-flow runs plot`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.api.cli import plotting
from genesis_flow.api.cli.plotting import Mark, Series, braille, letters
from genesis_flow.domain.entities.metric import Metric

from .conftest import CommandLine, Filled

NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1.0, -1.0, 1.7e308, -1.7e308, 5e-324])


def test_rising_metrics_rise(filled: Filled) -> None:
    """The plot of a metric has its extremes on the axes, and goes from the bottom left to the top right."""
    lines = filled.command_line.lines("runs", "plot", filled.good.id, "--metric", "acc")
    assert [True, True] == [lines[0].startswith("0.9 │"), lines[14].startswith("0.5 │")]
    assert (True, " ") == (lines[0][-1] != " ", lines[0][6])
    assert " " != lines[14][5]
    assert "⣿ acc: 3 points, min 0.5, max 0.9, last 0.9" == lines[-1]


def test_several_lines_have_letters(filled: Filled) -> None:
    """Without colours each run has a letter of its own, and the legend names them."""
    lines = filled.command_line.lines("runs", "plot", filled.good.id, filled.bad.id, "-m", "acc")
    assert [f"a acc of good ({filled.good.id[:8]})", f"b acc of bad ({filled.bad.id[:8]})"] == [
        line.partition(":")[0] for line in lines[-2:]
    ]
    assert {"a", "b"} == {mark for line in lines[:15] for mark in line.partition("│")[2]} - {" "}


def test_points_that_are_not_finite_are_counted(filled: Filled) -> None:
    """NaN cannot be drawn, which the legend says."""
    lines = filled.command_line.lines("runs", "plot", filled.good.id, "-m", "odd")
    assert ["⣿ odd: 1 points, last NaN, 1 not finite"] == lines


def test_histories_in_json(filled: Filled) -> None:
    """In JSON a plot is its points, with steps, times and values."""
    (series,) = filled.command_line.json("runs", "plot", filled.good.id, "-m", "odd")["series"]
    assert {"step": 0, "timestamp": 1_000, "value": "NaN"} == series["points"][0]
    assert (filled.good.id, "good", "odd") == (series["run_id"], series["run_name"], series["metric"])


def test_absent_metrics_are_said(filled: Filled) -> None:
    """A metric that no run has is a failure that names those that there are; one that some lack is a remark."""
    code, error = filled.command_line.failure("runs", "plot", filled.good.id, "-m", "none")
    assert (1, True) == (code, error.endswith("has no metric 'none'; it has: acc, odd."))
    result = filled.command_line("runs", "plot", filled.good.id, filled.bad.id, "-m", "odd")
    assert (0, True) == (result.exit_code, "has no metric 'odd'" in result.stderr)


def test_time_can_be_the_axis(command_line: CommandLine) -> None:
    """With --x time the axis has seconds since the first point."""
    run = command_line.add_run("r")
    points = [Metric("m", float(step), 1_000 * step, step) for step in (2, 3, 7)]
    command_line.application.logging.log_batch(run.id, metrics=points)
    lines = command_line.lines("runs", "plot", run.id, "-m", "m", "--x", "time")
    assert (["0", "5"], "seconds since the first point") == (lines[15].split(), lines[16].strip())


def test_pictures_are_png_files(filled: Filled, tmp_path: Path) -> None:
    """--png writes a picture, of names with dollars and underscores too."""
    pytest.importorskip("matplotlib")
    odd = filled.command_line.add_run("_$x^{$", metrics={"acc": [1.0, float("nan")]})
    target = tmp_path / "plot.png"
    words = ["runs", "plot", filled.good.id, odd.id, "-m", "acc", "--png", str(target)]
    assert [f"Wrote {target}"] == filled.command_line.lines(*words)
    assert b"\x89PNG\r\n" == target.read_bytes()[:6]
    assert str(target) == filled.command_line.json(*words)["png"]


def test_a_picture_without_matplotlib_names_the_extra(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where matplotlib is missing, the error says what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    code, error = filled.command_line.failure("runs", "plot", filled.good.id, "-m", "acc", "--png", "x.png")
    assert (1, True) == (code, error.endswith('pip install "genesis-flow[sklearn]"'))


def test_a_picture_in_no_directory_is_a_failure(filled: Filled, tmp_path: Path) -> None:
    """A picture that cannot be written is a failure that names the file."""
    pytest.importorskip("matplotlib")
    target = str(tmp_path / "absent" / "x.png")
    code, error = filled.command_line.failure("runs", "plot", filled.good.id, "-m", "acc", "--png", target)
    assert (1, f"Error: No such file or directory: '{target}'") == (code, error)


def test_braille_has_eight_dots_a_character() -> None:
    """One character shows two columns and four rows of dots."""
    series = [Series("s", [0, 1], [0, 1])]
    assert {(0, 0): Mark("⡜", 0)} == braille(series, 1, 1)


def test_ascii_terminals_get_letters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the encoding has no braille, lines are made of ASCII."""
    monkeypatch.setattr(plotting, "_is_unicode", lambda: False)
    plotting.print_plot([Series("s", [0, 1, 2], [1, 2, 1])], "step")
    text = capsys.readouterr().out
    assert (True, True) == (text.isascii(), "*" in text)


@given(
    st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), NUMBERS), min_size=1, max_size=20),
    st.lists(NUMBERS, min_size=1, max_size=5),
)
def test_anything_can_be_drawn(points: list[tuple[int, float]], values: list[float]) -> None:
    """All marks of any lines lie within the drawing, and none is lost at its edges."""
    rows = sorted(points)
    series = [
        Series("a", [float(x) for x, _ in rows], [y for _, y in rows]),
        Series("b", [float(x) for x in range(len(values))], values),
    ]
    if any(each.finite for each in series):
        for draw in (braille, letters):
            cells = draw(series, 20, 5)
            outside = [place for place in cells if not (0 <= place[0] < 20 and 0 <= place[1] < 5)]
            assert ([], True) == (outside, len(cells) > 0)
