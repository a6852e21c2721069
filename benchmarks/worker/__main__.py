"""
The process of one contender: reads commands as lines of JSON, answers each with one.

It is started with `python -m benchmarks.worker`, and ends with its input. Standard output is kept for the answers
alone; whatever the libraries print goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from benchmarks import data
from benchmarks.data import Run, Sizes
from benchmarks.operations import BY_NAME, Calls
from benchmarks.worker.contender import Contender
from benchmarks.worker.store import Store


class Worker:
    """The stores that this process has open, by name."""

    def __init__(self) -> None:
        self._stores: dict[str, Store] = {}

    def answer(self, command: dict[str, Any]) -> Any:
        """Do what a command says."""
        return getattr(self, f"do_{command.pop('do')}")(**command)

    def do_open(self, *, store: str, kind: str, uri: str, sizes: dict[str, int]) -> None:
        """Connect to a store."""
        all_sizes = Sizes(**sizes)
        self._stores[store] = Store(_contender(kind, uri), all_sizes, runs=sizes[store])

    def do_prepare(self, *, store: str, loader: str, uri: str) -> dict[str, Any]:
        """Fill a store that is empty."""
        target = self._stores[store]
        load = _loader(loader, target.contender, uri)
        return target.prepare(lambda experiment_id: load(experiment_id, data.runs(target.runs)))

    def do_adopt(self, *, store: str, facts: dict[str, Any]) -> None:
        """Use a store that is filled."""
        self._stores[store].adopt(facts)

    def do_measure(self, *, operation: str, budget_s: float, least: int, most: int, is_warm: bool) -> dict[str, Any]:
        """Time calls of an operation; the first one is not counted if it must be warmed up."""
        wanted = BY_NAME[operation]
        store = self._stores[wanted.store]
        calls = wanted.calls(store)
        extra = 0 if is_warm else 1
        seconds, answer = timed(calls, budget_s, least + extra, most + extra)
        calls.close()
        return {
            "seconds": seconds[extra:],
            "facts": wanted.facts(store.contender, answer) if wanted.facts else None,
        }


def timed(calls: Calls, budget_s: float, least: int, most: int) -> tuple[list[float], Any]:
    """The seconds that each call took, until the budget is spent, and the first answer."""
    seconds: list[float] = []
    first: Any = None
    call = next(calls)
    while True:
        start = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - start)
        if len(seconds) == 1:
            first = answer
        call = calls.send(answer)
        if len(seconds) >= most or (len(seconds) >= least and sum(seconds) >= budget_s):
            return seconds, first


def _contender(kind: str, uri: str) -> Contender:
    if kind == "pymongo":
        from benchmarks.worker.plain_pymongo import PlainPymongo

        return PlainPymongo(uri)
    from benchmarks.worker.mlflow_client import MlflowClientContender

    return MlflowClientContender(kind, uri)


def _loader(name: str, contender: Any, uri: str) -> Callable[[str, Iterable[Run]], None]:
    if name == "pymongo":
        load: Callable[[str, Iterable[Run]], None] = contender.load
        return load
    from benchmarks.worker.loading import LOADERS

    return lambda experiment_id, runs: LOADERS[name](uri, experiment_id, runs)


def _own_output() -> TextIO:
    """Standard output for the answers; from now on, what is printed goes to standard error."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def main() -> None:
    """Answer commands until there are no more."""
    output, worker = _own_output(), Worker()
    for line in sys.stdin:
        try:
            answer = {"answer": worker.answer(json.loads(line))}
        except Exception as error:  # reported to the driver, which goes on with the others
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        output.write(json.dumps(answer) + "\n")
        output.flush()


if __name__ == "__main__":
    main()
