"""`genesis-flow shim`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.scope import Command, Scope, pass_scope


@click.command("shim", cls=Command)
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@pass_scope
def shim(scope: Scope, directory: Path) -> None:
    """
    Write the command `mlflow` and the package for `python -m mlflow` to DIR, where both are genesis-flow.

    Nothing else is changed: whoever has DIR/bin on PATH, or DIR/lib on PYTHONPATH, gets them.
    """
    from genesis_flow.api.drop_in.shim import write_shim

    written = write_shim(directory)
    record = {"commands": str(written.commands), "packages": str(written.packages)}

    def human() -> None:
        screen.line("For programs that call `mlflow`:")
        screen.line(f'  export PATH={shlex.quote(str(written.commands))}:"$PATH"')
        screen.line("For `import mlflow` and `python -m mlflow`, with an interpreter that has genesis-flow:")
        screen.line(f'  export PYTHONPATH={shlex.quote(str(written.packages))}"${{PYTHONPATH:+:$PYTHONPATH}}"')

    scope.show(record, human)
