"""The entry point of `mlflow` and `python -m mlflow`; each command is imported when it is called."""

from __future__ import annotations

import sys
from typing import Final, NoReturn

import click

from genesis_flow.api.cli import failures
from genesis_flow.api.cli.scope import LazyGroup
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION

_NAMES: Final = ("artifacts", "doctor", "experiments", "gc", "models", "run", "runs", "server")
_HOMES: Final = {
    **{name: f"genesis_flow.api.stock_cli.{name}:{name}" for name in _NAMES},
    "ui": "genesis_flow.api.stock_cli.server:server",
}

cli: Final = click.version_option(COMPATIBLE_MLFLOW_VERSION)(
    LazyGroup("mlflow", homes=_HOMES, help="MLflow's commands, on genesis-flow. See also: genesis-flow --help")
)


def main(command: click.Command = cli) -> NoReturn:
    """Run a command line of MLflow in this process, and exit."""
    try:
        code = command.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = failures.INTERRUPTED
    except Exception as error:
        code = failures.report(error, is_json=False, is_debug=False)
    sys.exit(code)
