"""`genesis-flow doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.failures import FAILED
from genesis_flow.api.cli.scope import Command, Scope, pass_scope
from genesis_flow.api.cli.screen import Cell, Column
from genesis_flow.api.cli.text import without_passwords

if TYPE_CHECKING:
    from genesis_flow.api.fluent.doctor import Checkup

_STYLES: Final = {"ok": "green", "warning": "yellow", "broken": "bold red"}


@click.command("doctor", cls=Command)
@pass_scope
def doctor(scope: Scope) -> None:
    """Show what is configured and what is wrong; the exit code is 1 if something is broken."""
    from genesis_flow.api.fluent.doctor import checkup

    found = checkup(scope.tracking_uri)
    scope.show(_record(found), lambda: _print_checkup(found))
    if found.is_broken:
        click.get_current_context().exit(FAILED)


def _record(found: Checkup) -> dict[str, Any]:
    return {
        "version": found.version,
        "python": found.python,
        "system": found.system,
        "location": found.location,
        "tracking_uri": found.tracking_uri,
        "tracking_uri_origin": found.origin,
        "registry_uri": found.registry_uri,
        "artifact_root": found.artifact_root,
        "environment": dict(found.environment),
        "libraries": dict(found.libraries),
        "findings": [
            {"check": each.check, "health": each.health.value, "detail": without_passwords(each.detail)}
            for each in found.findings
        ],
        "is_broken": found.is_broken,
    }


def _print_checkup(found: Checkup) -> None:
    installed = [f"{name} {version}" for name, version in found.libraries.items() if version]
    missing = [name for name, version in found.libraries.items() if version is None]
    screen.fields(
        [
            ("genesis-flow", f"{found.version} in {found.location}"),
            ("Python", found.python),
            ("System", found.system),
            ("Tracking URI", f"{found.tracking_uri} ({found.origin})"),
            ("Registry URI", found.registry_uri),
            ("Artifact root", found.artifact_root),
            *found.environment.items(),
            ("Installed", ", ".join(installed)),
            ("Not installed", ", ".join(missing) or "-"),
        ]
    )
    screen.heading("Findings")
    columns = [Column("Health", 8), Column("Check", 8), Column("Detail", 16, folds=True)]
    rows = [
        (Cell(each.health.value, _STYLES[each.health.value]), each.check, without_passwords(each.detail))
        for each in found.findings
    ]
    screen.table(columns, rows)
