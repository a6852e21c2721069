"""
`python -m benchmarks.artifacts`: one large file and many small ones, to Azure Blob Storage and back.

genesis-flow, azure-storage-blob alone with the same concurrency, and stock MLflow's artifact repository
take turns in each round; what is compared are the medians of all rounds. Storage is Azurite on this machine unless a
connection string is given, so its processor time counts as much as ours: rates say little about Azure, ratios do.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Ratio, figure, ratio
from benchmarks.processes import Worker

THREADS: Final = 8
OURS, PLAIN, STOCK = "genesis", "plain", "stock"
TITLES: Final = {OURS: "genesis-flow", PLAIN: "azure-storage-blob", STOCK: "stock MLflow"}
OPERATIONS: Final = ("put_file", "get_file", "put_tree", "get_tree")
#: At least so many times the throughput.
OF_PLAIN: Final = 0.9
OF_STOCK: Final = 3.0

_WARM_FILES: Final = 200

Seconds = dict[tuple[str, str], list[list[float]]]


@dataclass(frozen=True)
class Sizes:
    """What moves: one file, and a directory of small ones."""

    large_bytes: int = 1 << 30
    files: int = 2_000
    small_bytes: int = 10_000
    rounds: int = 3


QUICK: Final = Sizes(64 << 20, 200, 10_000, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.artifacts", description=__doc__)
    parser.add_argument("--connection-string", help="default: Azurite, as the tests start it")
    parser.add_argument("--stock-python", type=Path, help="with mlflow and azure-storage-blob; default: the tests' one")
    parser.add_argument("--quick", action="store_true", help="64 MB and 200 files, one round: does it work?")
    parser.add_argument("--rounds", type=int, help="how often each contender has its turn")
    parser.add_argument("--only", action="append", choices=OPERATIONS, help="some of the operations")
    parser.add_argument("--json", type=Path, help="every single measurement")
    options = parser.parse_args(arguments)
    sizes = QUICK if options.quick else Sizes()
    with tempfile.TemporaryDirectory(prefix="genesis-benchmark-") as name:
        seconds = _measured(options, sizes, options.rounds or sizes.rounds, Path(name))
    print(report(seconds, sizes))
    if options.json:
        options.json.write_text(json.dumps({" ".join(key): value for key, value in seconds.items()}))
    return int(bool(missed(seconds)))


def _measured(options: argparse.Namespace, sizes: Sizes, rounds: int, directory: Path) -> Seconds:
    from azure.storage.blob import BlobServiceClient

    connection = options.connection_string or azurite()
    large, small = _files(directory, sizes)
    container = f"benchmark-{secrets.token_hex(4)}"
    workers: dict[str, Worker] = {}
    with BlobServiceClient.from_connection_string(connection) as service:
        client = service.create_container(container)
        try:
            for kind, python in _pythons(options).items():
                workers[kind] = Worker(python, kind, directory, "benchmarks.worker.transfers")
                workers[kind].ask("open", kind=kind, connection_string=connection, container=container, threads=THREADS)
                _warm_up(workers[kind], kind, directory)
            wanted = [each for each in OPERATIONS if not options.only or each in options.only]
            return _rounds(workers, rounds, wanted, large, small, directory)
        finally:
            for worker in workers.values():
                worker.close()
            client.delete_container()


def _warm_up(worker: Worker, kind: str, directory: Path) -> None:
    """What is loaded, connected and compiled at first use, by Azurite too, is not to be measured."""
    source, target = directory / "warm", directory / "targets" / f"{kind}-warm"
    for each in (source, target):
        each.mkdir(parents=True, exist_ok=True)
    for number in range(_WARM_FILES):
        (source / f"{number}").write_bytes(os.urandom(10_000))
    worker.ask("put_tree", source=str(source), place="warm")
    worker.ask("get_tree", place="warm", target=str(target))


def _rounds(
    workers: dict[str, Worker], rounds: int, wanted: Sequence[str], large: Path, small: Path, directory: Path
) -> Seconds:
    found: Seconds = {(kind, operation): [] for kind in workers for operation in wanted}
    for number in range(rounds):
        order = list(workers)[number % len(workers) :] + list(workers)[: number % len(workers)]
        for operation in wanted:
            for kind in order:
                target = directory / "targets" / f"{kind}-{operation}-{number}"
                taken = _moved(workers[kind], operation, f"round{number}", large, small, target)
                found[kind, operation].append([taken])
                print(f"{time.strftime('%H:%M:%S')} {kind} {operation} {taken:.2f} s", file=sys.stderr, flush=True)
    return found


def _moved(worker: Worker, operation: str, place: str, large: Path, small: Path, target: Path) -> float:
    """
    The seconds that one operation took; what came back is counted.

    Every download has a new directory, and small files stay until the end: ext4 is slow to make new ones for a minute
    after many were erased.
    """
    target.mkdir(parents=True)
    expected, arguments = [0, 0], {"place": f"{place}-large"}
    if operation == "put_file":
        arguments["source"] = str(large)
    elif operation == "get_file":
        arguments |= {"name": large.name, "target": str(target)}
        expected = [1, large.stat().st_size]
    else:
        arguments = {"place": f"{place}-small"}
        arguments |= {"source": str(small)} if operation == "put_tree" else {"target": str(target)}
        if operation == "get_tree":
            expected = [len(os.listdir(small)), sum(each.stat().st_size for each in small.iterdir())]
    os.sync()
    answer: dict[str, Any] = worker.ask(operation, **arguments)
    if answer["there"] != expected:
        raise SystemExit(f"{operation} brought {answer['there']} files and bytes instead of {expected}")
    if operation == "get_file":
        shutil.rmtree(target)
    return float(answer["seconds"])


def _files(directory: Path, sizes: Sizes) -> tuple[Path, Path]:
    large, small = directory / "large.bin", directory / "small"
    with large.open("wb") as file:
        for start in range(0, sizes.large_bytes, 1 << 24):
            file.write(os.urandom(min(1 << 24, sizes.large_bytes - start)))
    small.mkdir()
    for number in range(sizes.files):
        (small / f"{number:05d}").write_bytes(os.urandom(sizes.small_bytes))
    return large, small


def _pythons(options: argparse.Namespace) -> dict[str, Path]:
    found = {OURS: Path(sys.executable), PLAIN: Path(sys.executable)}
    stock = options.stock_python
    if stock is None:
        from tests.services.stock import found_python

        stock, problem = found_python()
        if stock is None:
            print(f"without stock MLflow: {problem}", file=sys.stderr)
    return found if stock is None else {**found, STOCK: Path(stock).absolute()}


def azurite() -> str:
    """The connection string of Azurite, as the tests start it."""
    from tests.services import azure_blobs

    found = azure_blobs.connection_string()
    if found is None:
        raise SystemExit(azure_blobs.ADVICE)
    return found


def ratios(seconds: Seconds) -> dict[tuple[str, str], Ratio]:
    """How many times the throughput of each other contender genesis-flow has, by contender and operation."""
    return {
        (kind, operation): ratio(taken, seconds[OURS, operation])
        for (kind, operation), taken in seconds.items()
        if kind != OURS
    }


def missed(seconds: Seconds) -> list[str]:
    """The targets that were missed."""
    found = []
    for (kind, operation), each in ratios(seconds).items():
        least = OF_PLAIN if kind == PLAIN else OF_STOCK if operation.endswith("tree") else 0.0
        if each.value < least:
            found.append(f"{operation}: {each.value:.2f} of {TITLES[kind]}, not {least}")
    return found


def report(seconds: Seconds, sizes: Sizes) -> str:
    """A table in Markdown."""
    what = {
        "put_file": f"{sizes.large_bytes >> 20} MB up", "get_file": f"{sizes.large_bytes >> 20} MB down",
        "put_tree": f"{sizes.files} x {sizes.small_bytes // 1000} KB up",
        "get_tree": f"{sizes.files} x {sizes.small_bytes // 1000} KB down",
    }  # fmt: skip
    kinds = [kind for kind in TITLES if any(kind == each for each, _ in seconds)]
    found = ratios(seconds)
    others = [kind for kind in kinds if kind != OURS]
    heads = [*(f"{TITLES[kind]}, s" for kind in kinds), *(f"throughput / {TITLES[kind]}" for kind in others)]
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for operation in [each for each in OPERATIONS if (OURS, each) in seconds]:
        cells = [f"{figure(seconds[kind, operation]).median:.2f}" for kind in kinds]
        for kind in others:
            each = found[kind, operation]
            cells.append(f"{each.value:.2f} ({each.least:.2f} to {each.greatest:.2f})")
        lines.append(f"| {what[operation]} | {' | '.join(cells)} |")
    return "\n".join([*lines, *(f"MISSED {each}" for each in missed(seconds))])


if __name__ == "__main__":
    sys.exit(main())
