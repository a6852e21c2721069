"""What all commands have in common: options anywhere, help, errors, exit codes."""

from __future__ import annotations

import json

import pytest

from genesis_flow import __version__
from genesis_flow.api.cli import experiments as commands
from genesis_flow.domain.errors import GenesisFlowError, Unavailable

from .conftest import HOSTILE, CommandLine

ALL_COMMANDS = [
    ["demo"],
    *(["experiments", name] for name in ("list", "search", "create", "show", "rename", "delete", "restore")),
    *(["runs", name] for name in ("list", "search", "show", "compare", "plot", "delete", "restore")),
    *(["artifacts", name] for name in ("list", "download", "log")),
    ["gc"],
    ["doctor"],
]


def test_version_is_printed(command_line: CommandLine) -> None:
    """--version prints the version of the package, with --json as an object."""
    assert [f"genesis-flow {__version__}"] == command_line.lines("--version")
    assert {"version": __version__} == command_line.json("--version")


@pytest.mark.parametrize("words", [[], ["experiments"], ["runs"], ["artifacts"]])
def test_without_a_command_there_is_help(command_line: CommandLine, words: list[str]) -> None:
    """A group without a command prints its help and is no failure; with --json it is wrong usage."""
    assert command_line.lines(*words) == command_line.lines(*words, "--help")
    code, error = command_line.failure(*words, "--json")
    assert (2, "INVALID_PARAMETER_VALUE") == (code, json.loads(error)["error_code"])


@pytest.mark.parametrize("words", ALL_COMMANDS)
def test_every_command_explains_itself(command_line: CommandLine, words: list[str]) -> None:
    """The help of every command names the options that all of them take."""
    text = "\n".join(command_line.lines(*words, "--help"))
    shared = ["--tracking-uri", "--json", "--debug"]
    assert shared == [option for option in shared if option in text]


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "experiments", "list"],
        ["experiments", "--json", "list"],
        ["experiments", "list", "--json"],
    ],
)
def test_json_may_stand_anywhere(command_line: CommandLine, words: list[str]) -> None:
    """--json counts before, between and after the words of a command."""
    assert ["experiments", "has_more"] == list(json.loads(command_line(*words).stdout))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_tracking_uri_may_stand_anywhere(command_line: CommandLine, place: int) -> None:
    """--tracking-uri counts before, between and after the words, and more than the environment."""
    words = ["experiments", "list"]
    words[place:place] = ["--tracking-uri", "ftp://x"]
    code, error = command_line.failure(*words)
    assert (1, True) == (code, error.startswith("Error: No store serves the tracking URI 'ftp://x'"))


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["runs", "nonsense"],
        ["runs", "show"],
        ["runs", "list", "--nonsense"],
        ["runs", "list", "--view", "none"],
        ["runs", "list", "--max-results", "0"],
        ["runs", "list", "--columns", "acc"],
        ["runs", "compare", "abcd"],
        ["runs", "plot", "abcd"],
        ["experiments", "create", "x", "--tag", "novalue"],
        ["gc", "--older-than", "soon"],
        ["gc", "--run-ids", ",", "--yes"],
        ["gc"],
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(command_line: CommandLine, words: list[str]) -> None:
    """A command line that cannot be understood says why in one line, and where to read on."""
    code, error = command_line.failure(*words)
    assert (2, "Error: ", True) == (code, error[:7], error.endswith("--help'."))
    code, error = command_line.failure(*words, "--json")
    assert (2, ["error_code", "message"]) == (code, list(json.loads(error)))


@pytest.mark.parametrize(
    ("words", "error_code"),
    [
        (["experiments", "show", "absent"], "RESOURCE_DOES_NOT_EXIST"),
        (["experiments", "show", "99"], "RESOURCE_DOES_NOT_EXIST"),
        (["experiments", "show", "9" * 30], "RESOURCE_DOES_NOT_EXIST"),
        (["experiments", "create", "Default"], "RESOURCE_ALREADY_EXISTS"),
        (["experiments", "search", "--filter", "name ~ 'x'"], "INVALID_PARAMETER_VALUE"),
        (["runs", "show", "a" * 32], "RESOURCE_DOES_NOT_EXIST"),
        (["runs", "show", "../etc"], "INVALID_PARAMETER_VALUE"),
        (["runs", "list", "-e", "absent"], "RESOURCE_DOES_NOT_EXIST"),
        (["runs", "search", "--filter", "metrics.a >"], "INVALID_PARAMETER_VALUE"),
        (["runs", "delete", "a" * 32], "RESOURCE_DOES_NOT_EXIST"),
        (["artifacts", "list", "a" * 32], "RESOURCE_DOES_NOT_EXIST"),
        (["gc", "--yes", "--run-ids", "a" * 32], "RESOURCE_DOES_NOT_EXIST"),
    ],
)
def test_failures_are_one_line_and_exit_code_1(command_line: CommandLine, words: list[str], error_code: str) -> None:
    """What cannot be done is one line without a traceback; with --json it has MLflow's error code."""
    code, error = command_line.failure(*words)
    assert (1, True, False) == (code, error.startswith("Error: "), "Traceback" in error)
    code, error = command_line.failure(*words, "--json")
    assert (1, error_code) == (code, json.loads(error)["error_code"])


def test_json_in_place_of_a_name_is_a_name(command_line: CommandLine) -> None:
    """After `--` the word --json is an argument like any other."""
    assert ["Created experiment 1: --json"] == command_line.lines("experiments", "create", "--", "--json")


@pytest.mark.parametrize(
    ("error", "error_code"),
    [
        (Unavailable("no answer\nfrom mongodb://u:hunter2@h/x"), "TEMPORARILY_UNAVAILABLE"),
        (GenesisFlowError("odd mongodb://u:hunter2@h"), "INTERNAL_ERROR"),
        (ZeroDivisionError("https://u:hunter2@h"), "INTERNAL_ERROR"),
        (PermissionError(13, "Permission denied", "/x"), "INTERNAL_ERROR"),
    ],
)
def test_no_error_shows_a_password(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, error: Exception, error_code: str
) -> None:
    """Errors of any kind, also with --debug, are shown without the passwords in their messages."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(commands, "experiment_of", fail)
    for words in ([], ["--json"], ["--debug"], ["--debug", "--json"]):
        result = command_line("experiments", "show", "x", *words)
        assert (1, False) == (result.exit_code, "hunter2" in result.output)
        assert ("--debug" in words) == ("Traceback" in result.stderr)
    assert error_code == json.loads(command_line("experiments", "show", "x", "--json").stderr)["error_code"]


def test_hostile_arguments_come_back_harmless(command_line: CommandLine) -> None:
    """What the user, or a script, typed is not obeyed by the terminal when an error repeats it."""
    places = (["experiments", "show"], ["runs", "show"], [], ["runs", "list", "--view"])
    for words in ([*place, HOSTILE] for place in places):
        _, error = command_line.failure(*words)
        assert (False, False, False) == ("\x1b" in error, "\x9b" in error, "\u202e" in error)


def test_interrupt_ends_quietly(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C prints no message, and the exit code is that of SIGINT."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "experiment_of", interrupt)
    result = command_line("experiments", "show", "x")
    assert (130, "") == (result.exit_code, result.output.strip())
