"""A command line on an empty store in memory, and on one with some runs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from genesis_flow.api import session
from genesis_flow.api.cli.main import cli
from genesis_flow.bootstrap import Application
from genesis_flow.domain.entities.dataset import CONTEXT_TAG, Dataset, DatasetInput
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.values.lifecycle import RunStatus

#: What a terminal, or a renderer of markup, must not get to see.
HOSTILE = "\x1b[31mred\x1b]0;title\x07\r\n[red]x[/red] \u202egnp\u009b2J :smile:"
HOSTILE_SHOWN = r"\x1b[31mred\x1b]0;title\x07\r\n[red]x[/red] \u202egnp\x9b2J :smile:"

# Before click 8.2 the two output streams had to be told apart on request.
_SEPARATE: Any = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


@attrs.frozen
class CommandLine:
    """Calls commands in this process."""

    application: Application

    def __call__(self, *words: str, input: str | None = None) -> Result:
        return CliRunner(**_SEPARATE).invoke(cli, list(words), input=input)

    def lines(self, *words: str) -> list[str]:
        """What a command that works prints."""
        result = self(*words)
        assert (0, "") == (result.exit_code, result.stderr)
        return result.stdout.splitlines()

    def json(self, *words: str) -> Any:
        """What a command that works prints with --json."""
        result = self(*words, "--json")
        assert (0, "") == (result.exit_code, result.stderr)
        return json.loads(result.stdout, parse_constant=pytest.fail)

    def failure(self, *words: str) -> tuple[int, str]:
        """The exit code and the one line of a command that fails."""
        result = self(*words)
        assert "" == result.stdout
        assert result.stderr.endswith("\n")
        assert 1 == len(result.stderr.splitlines())
        return result.exit_code, result.stderr.rstrip("\n")

    def add_run(
        self,
        name: str,
        *,
        experiment_id: str = "0",
        params: Mapping[str, str] | None = None,
        metrics: Mapping[str, list[float]] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
        """A finished run; metrics have one value a step."""
        run = self.application.lifecycle.create(experiment_id, name=name, started_at=1_000, tags=tags)
        points = [
            Metric(key, value, 1_000 + step, step)
            for key, values in (metrics or {}).items()
            for step, value in enumerate(values)
        ]
        self.application.logging.log_batch(run.id, metrics=points, params=list((params or {}).items()))
        return self.application.lifecycle.end(run.id, status=RunStatus.FINISHED, ended_at=3_500)


@pytest.fixture
def command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandLine]:
    session.reset()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "memory://")
    for name in ("MLFLOW_DEFAULT_ARTIFACT_ROOT", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    yield CommandLine(session.application())
    session.reset()


@attrs.frozen
class Filled:
    """Two runs that differ, and the command line that sees them."""

    command_line: CommandLine
    good: Run
    bad: Run


@pytest.fixture
def filled(command_line: CommandLine) -> Filled:
    good = command_line.add_run(
        "good", params={"alpha": "0.1", "model": "tree"}, metrics={"acc": [0.5, 0.75, 0.9], "odd": [float("nan")]}
    )
    bad = command_line.add_run(
        "bad", params={"alpha": "0.2", "model": "tree"}, metrics={"acc": [0.1], "loss": [float("inf")]}
    )
    dataset = Dataset("digits", "d1", "http", "https://user:secret@host/digits.csv")
    application = command_line.application
    application.logging.log_inputs(good.id, datasets=[DatasetInput(dataset, {CONTEXT_TAG: "training"})])
    application.artifacts.log_text(good.id, "hello", "reports/deep/report.txt")
    application.artifacts.log_text(good.id, "x" * 1500, "top.txt")
    return Filled(command_line, good, bad)
