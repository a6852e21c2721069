"""The process that runs stock MLflow, seen from the tests."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.compat.differential.wire import Command, from_line, to_line

VERSION = "3.17.2"

_ROOT = Path(__file__).resolve().parents[3]


class StockProcess:
    """Answers sequences of commands, each on a fresh store; ask first, read the answers later."""

    def __init__(self, python: Path) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="stock-mlflow-")
        directory = Path(self._directory.name)
        self._log = (directory / "stderr").open("w+")
        self._process = subprocess.Popen(
            [str(python), "-m", "tests.compat.differential.stock_worker"],
            cwd=directory,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="ascii",
        )
        self.version = self.answers()

    def ask(self, commands: Sequence[Command]) -> None:
        """Send a sequence; it starts at once."""
        assert self._process.stdin is not None
        self._process.stdin.write(to_line(list(commands)))
        self._process.stdin.flush()

    def answers(self) -> Any:
        """
        The answers to the sequence that was sent first.

        Raises:
            RuntimeError: The process ended.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise RuntimeError(f"stock MLflow ended: {self._log.read()[-2000:]}")
        return from_line(line)

    def close(self) -> None:
        """End the process."""
        with self._process:
            self._process.terminate()
        self._log.close()
        self._directory.cleanup()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PYTHON", "VIRTUAL"))}
    return {
        **kept,
        "PYTHONPATH": str(_ROOT),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    }
