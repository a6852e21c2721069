"""`genesis-flow experiments`."""

from __future__ import annotations

import pytest

from .conftest import HOSTILE, HOSTILE_SHOWN, CommandLine


def test_created_experiments_are_listed_newest_first(command_line: CommandLine) -> None:
    """`create` answers with the experiment, and `list` has it with its tags."""
    created = command_line.json("experiments", "create", "first", "--tag", "team=vision", "--tag", "eq=a=b")
    assert ("first", {"team": "vision", "eq": "a=b"}) == (created["name"], created["tags"])
    listed = command_line.json("experiments", "list")
    assert created in listed["experiments"]
    assert {"first", "Default"} == {each["name"] for each in listed["experiments"]}
    assert listed["has_more"] is False


def test_lists_are_tables_for_people(command_line: CommandLine) -> None:
    """A piped list has titles, aligned columns, and neither colours nor lines."""
    command_line.lines("experiments", "create", "first")
    lines = command_line.lines("experiments", "list", "--view", "all")
    assert ["ID", "Name", "Stage", "Created", "Changed"] == lines[0].split()
    assert "1 first active" == " ".join(lines[1].split()[:3])
    assert lines[0].index("Name") == lines[1].index("first")


def test_more_than_asked_for_is_said(command_line: CommandLine) -> None:
    """Where --max-results cuts a list, people are told on the error stream, and machines in `has_more`."""
    for number in range(3):
        command_line.lines("experiments", "create", f"e{number}")
    result = command_line("experiments", "list", "--max-results", "2")
    assert (3, True) == (len(result.stdout.splitlines()), "--max-results" in result.stderr)
    listed = command_line.json("experiments", "list", "--max-results", "2")
    assert (2, True) == (len(listed["experiments"]), listed["has_more"])


def test_search_filters_and_orders(command_line: CommandLine) -> None:
    """`search` takes MLflow's filters and orders."""
    for name in ("b1", "b2", "a1"):
        command_line.lines("experiments", "create", name)
    found = command_line.json("experiments", "search", "--filter", "name LIKE 'b%'", "--order-by", "name DESC")
    assert ["b2", "b1"] == [each["name"] for each in found["experiments"]]
    assert ["No experiments."] == command_line.lines("experiments", "search", "--filter", "name = 'none'")


@pytest.mark.parametrize("reference", ["1", "shown"])
def test_show_takes_ids_and_names(command_line: CommandLine, reference: str) -> None:
    """An experiment is shown by its id or by its name."""
    command_line.lines("experiments", "create", "shown", "--tag", "team=vision")
    assert "shown" == command_line.json("experiments", "show", reference)["name"]
    lines = [" ".join(line.split()) for line in command_line.lines("experiments", "show", reference)]
    assert ["ID 1", "Name shown", "Stage active"] == lines[:3]
    assert "team vision" == lines[-1]


def test_a_number_can_be_a_name(command_line: CommandLine) -> None:
    """A number that is nobody's id is looked for among the names."""
    created = command_line.json("experiments", "create", "2024")
    assert created == command_line.json("experiments", "show", "2024")


def test_life_of_an_experiment(command_line: CommandLine) -> None:
    """An experiment is renamed, deleted, seen as deleted, and restored."""
    command_line.lines("experiments", "create", "old")
    assert "new" == command_line.json("experiments", "rename", "old", "new")["name"]
    assert "deleted" == command_line.json("experiments", "delete", "new")["lifecycle_stage"]
    deleted = command_line.json("experiments", "list", "--view", "deleted")["experiments"]
    assert ["new"] == [each["name"] for each in deleted]
    assert "active" == command_line.json("experiments", "restore", "new")["lifecycle_stage"]
    assert ["Deleted experiment 1: new"] == command_line.lines("experiments", "delete", "1")


def test_locations_hold_no_password(command_line: CommandLine) -> None:
    """An artifact location is shown without user and password, to people and machines."""
    location = "s3://key:hunter2@bucket/x?sig=hunter2"
    outputs = [
        command_line("experiments", *words, *more).output
        for words in (["create", "x", "--artifact-location", location], ["show", "x"], ["list"])
        for more in ([], ["--json"])
    ]
    assert [False] * 6 == ["hunter2" in output for output in outputs]


def test_hostile_names_are_shown_literally(command_line: CommandLine) -> None:
    """Names, keys and values with escape sequences and markup are printed as what they are."""
    created = command_line.json("experiments", "create", HOSTILE, "--tag", f"key={HOSTILE}")
    assert HOSTILE == created["name"]
    for words in (["list"], ["show", "1"], ["delete", "1"], ["restore", "1"]):
        text = "\n".join(command_line.lines("experiments", *words))
        assert (True, False) == (HOSTILE_SHOWN in text, "\x1b" in text)
    raw = command_line("experiments", "list", "--json").stdout
    assert raw.isascii()
