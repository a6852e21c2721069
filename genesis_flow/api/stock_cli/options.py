"""Options of MLflow's commands that are understood here, and refused with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_BUILT: Final = ("virtualenv", "uv", "conda")


def refused(*names: str, why: str, is_flag: bool = False, multiple: bool = False) -> Callable[[F], F]:
    """An option that MLflow has and this command does not act on: giving it is an error that says `why`."""

    def check(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value:
            raise click.UsageError(f"{names[-1]} is not supported: {why}", context)

    return click.option(
        *names, is_flag=is_flag, multiple=multiple, expose_value=False, callback=check, help=f"Not supported: {why}"
    )


def env_manager(what: str) -> Callable[[F], F]:
    """`--env-manager`, which has to be given as `local` (or as a flag `no_conda`): no environments are built."""

    def check(context: click.Context, parameter: click.Parameter, value: str) -> None:
        if context.params.get("no_conda"):
            return
        if value in _BUILT:
            raise click.UsageError(
                f"No environments are built for {what}, so --env-manager {value} (which is the default) is not "
                "supported. Give --env-manager local to use what is installed here.",
                context,
            )
        if value != "local":
            raise click.UsageError(f"Invalid value for --env-manager: {value}. Must be local.", context)

    return click.option(
        "--env-manager", default=_BUILT[0], expose_value=False, callback=check, help="local; no environments are built."
    )


def pairs(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """
    NAME=VALUE, each name once.

    Raises:
        UsageError: It is not.
    """
    found: dict[str, str] = {}
    for each in values:
        name, mark, value = each.partition("=")
        if not mark:
            raise click.UsageError(f"Invalid format for -P parameter: '{each}'. Use -P name=value.", context)
        if name in found:
            raise click.UsageError(f"Repeated parameter: '{name}'", context)
        found[name] = value
    return found
