"""How commands fail: one clean line, or one JSON object, on the error stream, and an exit code."""

from __future__ import annotations

import json
import traceback
from typing import Final

import click

from genesis_flow.api.cli.text import clean, one_line, without_passwords

FAILED: Final = 1
WRONG_USAGE: Final = 2
#: What shells report for a process that SIGINT, or SIGPIPE, ended.
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141


class Failure(Exception):
    """A command failed in a way that its one-line `message` explains; `code` is the name of an MLflow error code."""

    def __init__(self, message: str, code: str = "INVALID_PARAMETER_VALUE") -> None:
        super().__init__(message)
        self.message, self.code = message, code


class PipeClosed(Exception):
    """Whoever read our output has gone."""


def report(error: Exception, *, is_json: bool, is_debug: bool) -> int:
    """
    Say on the error stream what went wrong.

    Returns:
        The exit code: 2 for a command line that cannot be understood, else 1.
    """
    if is_debug:
        trace = "".join(traceback.format_exception(error))
        click.echo("\n".join(map(clean, without_passwords(trace).splitlines())), err=True)
    code, message = explained(error)
    if is_json:
        click.echo(json.dumps({"error_code": code, "message": without_passwords(message)}), err=True)
    else:
        click.echo(f"Error: {one_line(message)}", err=True)
    return WRONG_USAGE if isinstance(error, click.UsageError) else FAILED


def explained(error: Exception) -> tuple[str, str]:
    """The MLflow error code of any error, and what to tell the user."""
    from genesis_flow.api.errors import error_to_exception
    from genesis_flow.api.exceptions import MlflowException
    from genesis_flow.domain.errors import GenesisFlowError

    match error:
        case Failure():
            return error.code, error.message
        case click.ClickException():
            return "INVALID_PARAMETER_VALUE", _usage(error)
        case MlflowException():
            return error.error_code, error.message
        case GenesisFlowError():
            return error_to_exception(error).error_code, error.message
        case FileNotFoundError():
            return "RESOURCE_DOES_NOT_EXIST", _of_file(error)
        case OSError():
            return "INTERNAL_ERROR", _of_file(error)
        case _:
            return "INTERNAL_ERROR", f"Unexpected {type(error).__name__}: {error}. Repeat it with --debug to see where."


def _usage(error: click.ClickException) -> str:
    message = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{message} Try '{context.command_path} --help'." if context else message


def _of_file(error: OSError) -> str:
    place = f": '{error.filename}'" if error.filename else ""
    return f"{error.strerror or error}{place}"
