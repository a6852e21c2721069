"""`genesis-flow plugins`: what is installed, and whether it can be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from genesis_flow import bootstrap_models
from genesis_flow.api import session
from tests.api.cli.conftest import CommandLine

HOSTILE = "import os, sys\nprint('{')\nprint('x', file=sys.stderr)\nraise SystemExit(0)\n"


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with a flavor that prints and exits."""
    info = tmp_path / "hostile_x-3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile-x\nVersion: 3\n")
    (info / "entry_points.txt").write_text("[genesis_flow.flavors]\nhostile = hostile_x_module:F\n")
    (tmp_path / "hostile_x_module.py").write_text(HOSTILE)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.fixture(autouse=True)
def fresh(command_line: CommandLine) -> None:
    """The flavors of a process that has just begun."""
    bootstrap_models.installed_flavors.cache_clear()
    session._process.shared.clear()


@pytest.mark.usefixtures("hostile")
def test_list_names_all_and_imports_nothing(command_line: CommandLine) -> None:
    """A plugin that would end the process is only named."""
    found = {each["name"]: each for each in command_line.json("plugins", "list")["plugins"]}

    assert {"hostile", "python_function", "sklearn"} <= set(found)
    assert {"discovered"} == {each["state"] for each in found.values()}
    assert ("hostile-x", "3", False) == tuple(found["hostile"][key] for key in ("package", "version", "is_built_in"))


@pytest.mark.usefixtures("hostile")
def test_check_names_what_fails(command_line: CommandLine) -> None:
    """The exit code is 1, and what the plugin printed does not spoil the output."""
    result = command_line("plugins", "check", "--json")

    assert (1, "") == (result.exit_code, result.stderr)
    assert '"is_broken": true' in result.stdout
    assert '"reason": "SystemExit: 0"' in result.stdout
    result = command_line("plugins", "check", "hostile")
    assert (1, "") == (result.exit_code, result.stderr)
    assert "SystemExit: 0" in result.stdout


def test_check_of_what_works(command_line: CommandLine) -> None:
    """The flavor is active, and its library is named."""
    found = command_line.json("plugins", "check", "sklearn")

    assert (False, ["active"]) == (found["is_broken"], [each["state"] for each in found["plugins"]])
    assert "scikit-learn" == command_line.json("plugins", "show", "sklearn")["needs"]


def test_show_says_all(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that a flavor is disabled, and why."""
    monkeypatch.setenv("GENESIS_FLOW_DISABLED_FLAVORS", "x, sklearn")
    lines = command_line.lines("plugins", "show", "sklearn")

    assert "Flavor      sklearn" == lines[0]
    assert "State       disabled" == lines[1]
    assert "Reason      The variable GENESIS_FLOW_DISABLED_FLAVORS names it." in lines


def test_unknown_flavors_are_an_error(command_line: CommandLine) -> None:
    """One line that says so."""
    assert (1, "Error: There is no flavor 'x' here.") == command_line.failure("plugins", "show", "x")
