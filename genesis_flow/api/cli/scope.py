"""What every command shares: the options that may stand anywhere, and where they lead."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import attrs
import click

from genesis_flow.api.cli import failures, wire
from genesis_flow.api.cli.text import clean

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application


@attrs.define
class Scope:
    """
    What the options of one command line say.

    Attributes:
        tracking_uri: As given, None for the one in force; may hold a password, so it is not in the repr.
        is_json: Print JSON only. is_debug: Show where errors come from.
    """

    tracking_uri: str | None = attrs.field(default=None, repr=False)
    is_json: bool = False
    is_debug: bool = False

    @property
    def application(self) -> Application:
        """The application on the store that was asked for."""
        from genesis_flow.api import session

        return session.application(self.tracking_uri)

    def show(self, record: Mapping[str, Any], human: Callable[[], object]) -> None:
        """Print `record` where JSON is asked for; else call `human`, which prints what people read."""
        if self.is_json:
            click.echo(wire.to_text(record))
        else:
            human()

    def say(self, text: str) -> None:
        """A remark for people, on the error stream; none where JSON is asked for."""
        if not self.is_json:
            click.echo(clean(text), err=True)


pass_scope = click.make_pass_decorator(Scope, ensure=True)


def _note(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value:
        setattr(context.ensure_object(Scope), str(parameter.name), value)


def _shared_options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--tracking-uri"], metavar="URI", expose_value=False, callback=_note,
            help="Where runs are kept. Default: $MLFLOW_TRACKING_URI, else genesis.db in this directory.",
        ),
        click.Option(
            ["--json", "is_json"], is_flag=True, expose_value=False, callback=_note, help="Print JSON only.",
        ),
        click.Option(
            ["--debug", "is_debug"], is_flag=True, expose_value=False, callback=_note,
            help="Show where errors come from.",
        ),
    ]  # fmt: skip


class Command(click.Command):
    """A command that takes the shared options, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_shared_options())


def _help_if_alone(context: click.Context) -> None:
    if context.invoked_subcommand is not None:
        return
    if context.ensure_object(Scope).is_json:
        raise click.UsageError("A command is missing.", context)
    click.echo(context.get_help())


class LazyGroup(click.Group):
    """
    A group of commands.

    Attributes:
        homes: Commands that are imported when they are needed: name -> "module:name".
    """

    def __init__(self, name: str, *, homes: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.homes = dict(homes or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.homes, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.homes:
            module, _, name = self.homes[cmd_name].partition(":")
            found: click.Command = getattr(import_module(module), name)
            return found
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.list_commands(ctx):
            known = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"There is no command '{args[0]}'. There are: {known}.", ctx)
        return super().resolve_command(ctx, args)


class Group(LazyGroup):
    """A group of commands that takes the shared options, too; without a command it prints its help."""

    command_class = Command

    def __init__(self, name: str, **kwargs: Any) -> None:
        alone = click.pass_context(_help_if_alone)
        super().__init__(name, callback=alone, invoke_without_command=True, **kwargs)
        self.params.extend(_shared_options())


class Root(Group):
    """The whole command line: turns errors of any kind into one line and an exit code."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        arguments = list(sys.argv[1:] if args is None else args)
        # These count even if another word cannot be understood.
        options = arguments[: arguments.index("--")] if "--" in arguments else arguments
        scope = Scope(is_json="--json" in options, is_debug="--debug" in options)
        extra |= {"standalone_mode": False, "obj": scope, "prog_name": "genesis-flow"}
        try:
            code = super().main(arguments, *rest, **extra)
            sys.stdout.flush()
        except (click.Abort, KeyboardInterrupt):
            code = failures.INTERRUPTED
        except (failures.PipeClosed, BrokenPipeError):
            code = failures.PIPE_CLOSED
        except Exception as error:
            code = failures.report(error, is_json=scope.is_json, is_debug=scope.is_debug)
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise failures.PipeClosed from error  # click has an answer of its own to the original
