"""The process that runs stock MLflow, seen from the tests."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.compat.differential.wire import Command, from_line, to_line
from tests.services.guest_site import ROOT, guest_environment

VERSION = "3.17.2"
WORKER = "tests.compat.differential.stock_worker"


class StockProcess:
    """
    Answers sequences of commands, each on a fresh store; ask first, read the answers later.

    Args:
        worker: The module that it runs, with `arguments`. paths: Where it finds modules, apart from these tests.
    """

    def __init__(self, python: Path, worker: str = WORKER, *arguments: str, paths: Sequence[Path] = ()) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="stock-mlflow-")
        directory = Path(self._directory.name)
        self._log = (directory / "stderr").open("w+")
        self._process = subprocess.Popen(
            [str(python), "-m", worker, *arguments],
            cwd=directory,
            env=guest_environment(*paths, ROOT),
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
