"""`mlflow` is this package while a test runs, and programs run in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import genesis_flow

ROOT = Path(genesis_flow.__file__).parents[1]


@pytest.fixture
def as_mlflow() -> Iterator[None]:
    """`import mlflow` gives this package."""
    genesis_flow.install_as_mlflow()
    yield
    genesis_flow.uninstall_as_mlflow()


@attrs.frozen
class Workplace:
    """A directory with programs, and the store `runs.db`."""

    directory: Path

    def write(self, name: str, code: str) -> Path:
        """A file of code."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code))
        return path

    def run(self, *words: str, input: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """A new interpreter with these arguments."""
        return subprocess.run(
            [sys.executable, *words], cwd=self.directory, env=self.environment(**variables), input=input, text=True,
            capture_output=True, timeout=120, check=False, encoding="utf-8",
        )  # fmt: skip

    def environment(self, **variables: str) -> dict[str, str]:
        """No choices but `variables` and the store."""
        foreign = ("MLFLOW_", "GENESIS_", "COV_", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        given = {"PYTHONPATH": str(ROOT), "MLFLOW_TRACKING_URI": self.uri, "PYTHONDONTWRITEBYTECODE": "1"}
        return kept | given | variables

    def printed(self, code: str, **variables: str) -> str:
        """What a program that works prints."""
        done = self.run(str(self.write("program.py", code)), **variables)
        assert (0, "") == (done.returncode, done.stderr)
        return done.stdout

    @property
    def uri(self) -> str:
        """The store of the programs."""
        return f"sqlite:///{self.directory}/runs.db"


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """An empty one."""
    return Workplace(tmp_path)
