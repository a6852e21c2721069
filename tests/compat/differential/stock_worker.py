"""
Runs in the interpreter that has stock MLflow: reads a line for each sequence of commands, writes its answers.

Every sequence starts with a fresh store: a copy of a database that was made once, since making one takes seconds.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.compat.differential.performing import START, Performer, clock_at
from tests.compat.differential.wire import from_line, to_line


def serve(answers_to: Callable[[int, list[Any]], list[Any]]) -> None:
    """
    Answer sequences until the input ends; whatever else MLflow prints goes to the standard error.

    Args:
        answers_to: From the number of a sequence and its commands to the answers.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    import mlflow

    answers.write(to_line(mlflow.__version__))
    for number, line in enumerate(sys.stdin):
        answers.write(to_line(answers_to(number, from_line(line))))
        answers.flush()


def _make_template(path: Path) -> None:
    fresh = path.with_suffix(".new")
    with clock_at(START):
        client = _client(fresh)
        client.get_experiment("0")
    _close(client)
    with closing(sqlite3.connect(fresh)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


def _answers(number: int, commands: list[Any]) -> list[Any]:
    template, path = Path("template.db").absolute(), Path(f"store-{number}.db").absolute()
    if not template.exists():
        _make_template(template)
    shutil.copy(template, path)
    client = _client(path)
    try:
        return Performer("mlflow", client).perform(commands)
    finally:
        _close(client)
        path.unlink()


def _client(path: Path) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(f"sqlite:///{path}")


def _close(client: Any) -> None:
    client._tracking_client.store.engine.dispose()


if __name__ == "__main__":
    serve(_answers)
