"""`genesis-flow plugins`."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.failures import FAILED
from genesis_flow.api.cli.scope import Group, Scope, pass_scope
from genesis_flow.api.cli.screen import Cell, Column

if TYPE_CHECKING:
    from genesis_flow.domain.entities.plugin import Plugin
    from genesis_flow.domain.use_cases.plugins import Plugins

plugins: Final = Group("plugins", help="List and check the kinds of models that are installed.")

_STYLES: Final = {
    "active": "green", "disabled": "yellow", "unsupported": "yellow", "failed": "bold red",
}  # fmt: skip


@plugins.command("list")
@pass_scope
def list_(scope: Scope) -> None:
    """List the flavors of models, those of other packages included; nothing of them is imported."""
    found = _use_case().list()
    scope.show({"plugins": [_record(each) for each in found]}, lambda: _print_table(found))


@plugins.command("show")
@click.argument("name")
@pass_scope
def show(scope: Scope, name: str) -> None:
    """Show what is known of the flavor NAME; nothing of it is imported."""
    found = _use_case().show(name)
    scope.show(_record(found[0]) | {"others": [_record(each) for each in found[1:]]}, lambda: _print_all(found))


@plugins.command("check")
@click.argument("name", required=False)
@pass_scope
def check(scope: Scope, name: str | None) -> None:
    """Load the flavor NAME, or all that are not disabled; the exit code is 1 if one cannot be used."""
    with _kept_quiet() as printed:
        found = _use_case().check(name)
    broken = [each for each in found if each.state.value in ("failed", "unsupported")]
    record = {"plugins": [_record(each) for each in found], "is_broken": bool(broken)}
    scope.show(record, lambda: _print_table(found))
    if printed.getvalue().strip():
        scope.say(f"While they were loaded, they printed: {printed.getvalue().strip()[:500]}")
    if broken:
        click.get_current_context().exit(FAILED)


def _use_case() -> Plugins:
    from genesis_flow.api import session

    return session.plugins()


@contextlib.contextmanager
def _kept_quiet() -> Iterator[io.StringIO]:
    """What code of others prints is kept from our output, which may have to be JSON."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield printed


def _record(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "state": plugin.state.value,
        "package": plugin.package,
        "version": plugin.version,
        "target": plugin.target,
        "is_built_in": plugin.is_built_in,
        "needs": plugin.needs,
        "supports": plugin.supports,
        "reason": plugin.reason,
        "advice": plugin.advice,
    }


def _state(plugin: Plugin) -> Cell:
    return Cell(plugin.state.value, _STYLES.get(plugin.state.value, ""))


def _print_table(found: Sequence[Plugin]) -> None:
    columns = [
        Column("Flavor", 10), Column("State", 11), Column("Package", 10), Column("Version", 7, is_optional=True),
        Column("Reason", 20, folds=True),
    ]  # fmt: skip
    screen.table(
        columns,
        [
            (each.name, _state(each), each.package, each.version, " ".join(filter(None, (each.reason, each.advice))))
            for each in found
        ],
    )


def _print_all(found: Sequence[Plugin]) -> None:
    for each in found:
        library = f"{each.needs}{each.supports}"
        pairs = [
            ("Flavor", each.name), ("State", _state(each)), ("Package", f"{each.package} {each.version}"),
            ("Target", each.target), ("Works with", library or "-"), ("Reason", each.reason or "-"),
            ("Advice", each.advice or "-"),
        ]  # fmt: skip
        screen.fields(pairs)
        if each is not found[-1]:
            screen.line()
