"""
`python -m benchmarks.server`: requests per second of one process of `genesis-flow server` on MongoDB, beside
`mlflow server` with four workers on PostgreSQL, under the same load in one run.

The interpreter of `--stock-python` needs mlflow==3.17.2 and psycopg2-binary.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final
from uuid import uuid4

from benchmarks.load import Load, Make, measure, post, request
from benchmarks.postgres import binaries, cluster
from benchmarks.processes import Server, environment

CONNECTIONS: Final = 32
#: How many times as many requests per second, and megabytes in memory at most.
FACTOR: Final = 5.0
MOST_MB: Final = 150.0


@dataclass(frozen=True)
class Contender:
    """A server that answers. `runs`: One for each connection. `memory_mb`: What it has in memory."""

    title: str
    port: int
    runs: Sequence[str]
    memory_mb: Callable[[], float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.server", description=__doc__)
    parser.add_argument("--mongodb-uri", help="default: the server that the tests use, or start")
    parser.add_argument("--stock-python", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5, help="how often each has its turn")
    options = parser.parse_args(arguments)
    commands = binaries()
    if commands is None:
        parser.error("there is no PostgreSQL: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="genesis-benchmark-") as name, ExitStack() as stack:
        directory = Path(name)
        ours = stack.enter_context(_ours(_mongodb_uri(options.mongodb_uri), directory))
        database = stack.enter_context(cluster(commands, directory / "postgres"))
        stock = stack.enter_context(_stock(options.stock_python.absolute(), database, directory))
        return _report(_measured((stock, ours), options.rounds, options.seconds), stock, ours)


def _mongodb_uri(given: str | None) -> str:
    if given:
        return given
    from tests.services.mongodb import server_uri

    found = server_uri()
    if found is None:
        sys.exit("there is no MongoDB-compatible server: give --mongodb-uri")
    return found


@contextmanager
def _ours(uri: str, directory: Path) -> Iterator[Contender]:
    from pymongo import MongoClient

    name = f"benchmark_{uuid4().hex[:8]}"
    process = subprocess.Popen(
        [sys.executable, "-m", "genesis_flow", "server", "--backend-store-uri", f"{uri}/{name}", "--port", "0"],
        env=environment(), cwd=directory, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        address = process.stderr.readline().removeprefix("Listening on ").strip()
        yield _contender("genesis-flow server, MongoDB, 1 process", address, lambda: _memory_mb(process.pid))
    finally:
        process.terminate()
        process.wait(60)
        with MongoClient[dict[str, object]](uri) as client:
            client.drop_database(name)


@contextmanager
def _stock(python: Path, uri: str, directory: Path) -> Iterator[Contender]:
    server = Server(python, uri, directory, workers=4, name="postgres")
    try:
        server.wait()
        yield _contender("mlflow server, PostgreSQL, 4 workers", server.uri, server.memory_mb)
    finally:
        server.close()


def _contender(title: str, address: str, memory_mb: Callable[[], float]) -> Contender:
    made = [post(address, "runs/create", {"experiment_id": "0"}) for _ in range(CONNECTIONS)]
    runs = [str(each["run"]["info"]["run_id"]) for each in made]
    for run_id in runs:
        params = [{"key": f"param{place}", "value": "value"} for place in range(5)]
        metrics = [{"key": f"metric{place}", "value": 0.5, "timestamp": 1, "step": 0} for place in range(5)]
        post(address, "runs/log-batch", {"run_id": run_id, "params": params, "metrics": metrics})
    return Contender(title, int(address.rpartition(":")[2]), runs, memory_mb)


def _memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _logging(contender: Contender) -> Make:
    steps = count()

    def make(number: int) -> bytes:
        step = next(steps)
        point = {"key": "loss", "value": 0.5, "timestamp": time.time_ns() // 1_000_000, "step": step}
        return request("POST", "runs/log-metric", {"run_id": contender.runs[number], **point})

    return make


def _getting(contender: Contender) -> Make:
    return lambda number: request("GET", f"runs/get?run_id={contender.runs[number]}")


OPERATIONS: Final = {"log-metric": _logging, "get-run": _getting}

Results = dict[tuple[str, str], list[Load]]


def _measured(contenders: Sequence[Contender], rounds: int, seconds: float) -> Results:
    """Everything in turns, so that whatever else the machine does meets all alike; the first turn warms up."""
    found: Results = {}
    makes = {(one.title, name): make(one) for one in contenders for name, make in OPERATIONS.items()}
    for turn in range(rounds + 1):
        for one in contenders:
            for name in OPERATIONS:
                load = measure(one.port, makes[one.title, name], CONNECTIONS, seconds if turn else 2.0)
                if turn:
                    found.setdefault((one.title, name), []).append(load)
                    print(f"{one.title}: {name} {load.per_second:.0f}/s", file=sys.stderr, flush=True)
    return found


def _report(results: Results, stock: Contender, ours: Contender) -> int:
    print("| server | operation | requests/s | median ms | 99 % ms | memory MB |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for one in (stock, ours):
        for name in OPERATIONS:
            loads = results[one.title, name]
            rate, middle, slow = (
                statistics.median(values)
                for values in (
                    [load.per_second for load in loads],
                    [load.quantile(0.5) for load in loads],
                    [load.quantile(0.99) for load in loads],
                )
            )
            print(f"| {one.title} | {name} | {rate:.0f} | {middle:.1f} | {slow:.1f} | {one.memory_mb():.0f} |")
    missed = ours.memory_mb() > MOST_MB
    for name in OPERATIONS:
        pairs = zip(results[ours.title, name], results[stock.title, name], strict=True)
        factor = statistics.median(mine.per_second / theirs.per_second for mine, theirs in pairs)
        missed = missed or factor < FACTOR
        print(f"\n{name}: {factor:.1f} times as many requests per second (target {FACTOR:g})")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
