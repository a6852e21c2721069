"""Writing MLflow's command line, and the package for `python -m mlflow`, to a directory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import attrs

from genesis_flow.api.drop_in.finder import DIRECTORY, MLFLOW, ROOT
from genesis_flow.api.errors import translating_errors
from genesis_flow.domain.errors import AlreadyExists

__all__ = ["Shim", "write_shim"]

#: In every file that is written here.
_MARK: Final = "genesis_flow"

#: A shell finds the interpreter, however long its path is; Python takes the second and third line for a string.
_COMMAND: Final = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
# MLflow's command line, played by genesis-flow.
import sys

sys.path.append({root!r})

from genesis_flow.api.stock_cli.main import main

main()
"""


@attrs.frozen
class Shim:
    """
    Attributes:
        commands: Directory with the command `mlflow`, for PATH.
        packages: Directory with the package `mlflow`, for PYTHONPATH.
    """

    commands: Path
    packages: Path


@translating_errors
def write_shim(directory: Path) -> Shim:
    """
    Write the command and the package below `directory`; what was written there before is written anew.

    Raises:
        MlflowException: There is a file of somebody else in their place (RESOURCE_ALREADY_EXISTS).
    """
    written = Shim(directory.absolute() / "bin", directory.absolute() / "lib")
    files = {written.commands / MLFLOW: _COMMAND.format(python=sys.executable, root=ROOT)}
    for source in sorted(Path(DIRECTORY, MLFLOW).glob("*.py")):
        files[written.packages / MLFLOW / source.name] = source.read_text(encoding="utf-8")
    for path in files:
        if path.exists() and _MARK not in path.read_text(encoding="utf-8", errors="replace"):
            raise AlreadyExists("file", str(path), f"'{path}' is not from genesis-flow, and stays as it is.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (written.commands / MLFLOW).chmod(0o755)
    return written
