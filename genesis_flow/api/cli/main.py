"""The entry point of `genesis-flow`; each command is imported when it is called."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Final

import click

from genesis_flow import __version__
from genesis_flow.api.cli import wire
from genesis_flow.api.cli.scope import Root, Scope
from genesis_flow.api.cli.text import one_line

_HOMES: Final = {
    name: f"genesis_flow.api.cli.{name}:{name}"
    for name in (
        "demo", "experiments", "runs", "artifacts", "gc", "doctor", "models", "plugins", "server", "run", "scan",
        "shim",
    )
}  # fmt: skip

cli: Final = Root(
    "genesis-flow",
    homes=_HOMES,
    help="Track experiments in MongoDB, SQLite or memory, without a server. Start with: genesis-flow demo",
)


def _print_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        is_json = context.ensure_object(Scope).is_json
        click.echo(wire.to_text({"version": __version__}) if is_json else f"genesis-flow {__version__}")
        context.exit()


cli.params.append(
    click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
        help="Print the version.",
    )
)  # fmt: skip


def main() -> None:
    """Run the command line of this process, and exit."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is no reason to fail.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    warnings.showwarning = _show_warning
    logging.lastResort = _OneLine(logging.WARNING)
    try:
        cli.main()
    finally:
        _drop_unread_output()


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    _remark(str(message))


class _OneLine(logging.Handler):
    """Shows what nobody else handles."""

    def emit(self, record: logging.LogRecord) -> None:
        _remark(record.getMessage())


def _remark(message: str) -> None:
    # With --json the error stream holds one object, or nothing.
    if "--json" not in sys.argv:
        click.echo(f"Warning: {one_line(message)}", err=True)


def _drop_unread_output() -> None:
    """Keep Python from complaining at exit that nobody reads the rest of the output."""
    import os

    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
