"""`genesis-flow scan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.failures import FAILED
from genesis_flow.api.cli.scope import Command, Scope, pass_scope

if TYPE_CHECKING:
    from genesis_flow.api.scanning.scan import Scan, UsedName


@click.command("scan", cls=Command)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, path_type=Path))
@pass_scope
def scan(scope: Scope, paths: tuple[Path, ...]) -> None:
    """
    List what the code in PATHs uses of mlflow that genesis-flow lacks; the exit code is 1 if there is something.

    PATHs are files, notebooks, or directories of them. Nothing of them is run. Hidden directories, installed packages
    and links to directories are left out.
    """
    from genesis_flow.api.scanning.scan import scan

    found = scan(paths)
    scope.show(_record(found), lambda: _print(found))
    if found.unsupported:
        click.get_current_context().exit(FAILED)


def _record(found: Scan) -> dict[str, Any]:
    return {
        "files": found.file_count,
        "unsupported": [_name(each) | {"reason": each.reason} for each in found.unsupported],
        "supported": [_name(each) for each in found.supported],
        "skipped": [{"file": file, "reason": reason} for file, reason in found.skipped],
    }


def _name(used: UsedName) -> dict[str, Any]:
    places = [{"file": each.file, "cell": each.cell or None, "line": each.line} for each in used.places]
    return {"name": used.name, "places": places}


def _print(found: Scan) -> None:
    rows = sorted((place, each.name, each.reason) for each in found.unsupported for place in each.places)
    for place, name, reason in rows:
        screen.line(f"{place}: {name}: {reason}")
    for file, reason in found.skipped:
        screen.line(f"{file}: skipped, {reason}")
    files = f"{found.file_count} file{'' if found.file_count == 1 else 's'}"
    screen.line(f"Names of mlflow used in {files}: {len(found.supported)} supported, {len(found.unsupported)} not.")
