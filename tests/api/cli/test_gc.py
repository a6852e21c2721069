"""`genesis-flow gc`."""

from __future__ import annotations

import pytest

from genesis_flow.api.cli import gc as command
from genesis_flow.api.cli.gc import age_ms

from .conftest import CommandLine, Filled


@pytest.mark.parametrize(
    ("age", "milliseconds"),
    [(None, 0), ("1d2h3m4s", 93_784_000), ("90s", 90_000), ("1.5h", 5_400_000), ("0s", 0), ("2d", 172_800_000)],
)
def test_ages_are_read(age: str | None, milliseconds: int) -> None:
    """An age is days, hours, minutes and seconds, each of them optional."""
    assert milliseconds == age_ms(age)


def test_a_rehearsal_erases_nothing(filled: Filled) -> None:
    """--dry-run says what would be erased, and all of it stays."""
    filled.command_line.lines("runs", "delete", filled.good.id)
    expected = {"run_ids": [filled.good.id], "experiment_ids": [], "logged_model_ids": [], "is_erased": False}
    assert expected == filled.command_line.json("gc", "--dry-run")
    assert expected == filled.command_line.json("gc", "--dry-run", "--yes")
    lines = filled.command_line.lines("gc", "--dry-run")
    assert ["Would erase 0 experiments and 1 run.", f"  run {filled.good.id}"] == lines
    assert filled.good.id == filled.command_line.json("runs", "show", filled.good.id)["run_id"]


def test_deleted_runs_are_erased(filled: Filled) -> None:
    """--yes erases what is deleted, and leaves what is active."""
    filled.command_line.lines("runs", "delete", filled.good.id)
    erased = filled.command_line.json("gc", "--yes")
    assert ([filled.good.id], True) == (erased["run_ids"], erased["is_erased"])
    assert 1 == filled.command_line.failure("runs", "show", filled.good.id)[0]
    assert [filled.bad.id] == [run["run_id"] for run in filled.command_line.json("runs", "list")["runs"]]
    assert ["Nothing to erase."] == filled.command_line.lines("gc", "--yes")


def test_named_runs_only(filled: Filled) -> None:
    """--run-ids takes ids separated by commas, and spares what it does not name."""
    third = filled.command_line.add_run("third")
    filled.command_line.lines("runs", "delete", filled.good.id, filled.bad.id, third.id)
    erased = filled.command_line.json("gc", "--yes", "--run-ids", f"{filled.good.id},{third.id}")
    assert [filled.good.id, third.id] == erased["run_ids"]
    left = filled.command_line.json("runs", "list", "--view", "all")["runs"]
    assert [filled.bad.id] == [run["run_id"] for run in left]


def test_active_runs_are_spared(filled: Filled) -> None:
    """A run that is not deleted cannot be erased."""
    code, error = filled.command_line.failure("gc", "--yes", "--run-ids", filled.good.id)
    assert (1, True) == (code, "not in `deleted` lifecycle stage" in error)


def test_recent_deletions_are_spared(filled: Filled) -> None:
    """--older-than spares what was deleted later."""
    filled.command_line.lines("runs", "delete", filled.good.id)
    assert [] == filled.command_line.json("gc", "--yes", "--older-than", "1h")["run_ids"]


def test_experiments_go_with_their_runs(filled: Filled) -> None:
    """A deleted experiment is erased with all of its runs."""
    other = filled.command_line.application.experiments.create("other")
    run = filled.command_line.add_run("r", experiment_id=other.id)
    filled.command_line.lines("experiments", "delete", "other")
    erased = filled.command_line.json("gc", "--yes", "--experiment-ids", other.id)
    assert ([run.id], [other.id]) == (erased["run_ids"], erased["experiment_ids"])


@pytest.mark.parametrize(("answer", "count"), [("n\n", 4), ("y\n", 1)])
def test_people_are_asked(
    filled: Filled, command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, answer: str, count: int
) -> None:
    """Without --yes people see what goes; only after their yes exactly that is erased."""
    monkeypatch.setattr(command, "_require_person", lambda scope: None)
    other = command_line.application.experiments.create("other")
    command_line.add_run("r", experiment_id=other.id)
    second = command_line.add_run("second")
    command_line.lines("runs", "delete", filled.good.id, second.id)
    command_line.lines("experiments", "delete", "other")
    result = command_line("gc", input=answer)
    assert (0, True) == (result.exit_code, "Erase all this for good?" in result.stdout)
    assert (answer == "n\n") == ("Nothing was erased." in result.stdout)
    assert count == len(command_line.json("runs", "list", "--view", "all")["runs"])
