"""
`python -m benchmarks`: measure genesis-flow, stock MLflow and plain pymongo side by side.

Run it from the root of the repository in the project's development environment, on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import data, footprint, report, rounds
from benchmarks.contenders import AGAIN, ALL, FLOOR, SERVERS, STOCK, Contender, Place, ready
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.report import Outcome
from benchmarks.rounds import Pace, Results

FOOTPRINT = "footprint"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 if a target was missed."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.stock_python and not options.stock_python.exists():
        parser.error(f"there is no {options.stock_python}")
    signal.signal(signal.SIGTERM, _end)
    outcome = _outcome(options)
    text = report.markdown(outcome)
    print(text)
    if options.output:
        report.write(options.output, text)
    if options.json:
        options.json.write_text(json.dumps(report.raw(outcome)))
    return int(report.has_missed(outcome))


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)  # unlike the default, this ends servers and erases databases on the way


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--mongodb-uri", help="default: the server that the tests use, or start")
    parser.add_argument("--stock-python", type=Path, help="default: the stock environment that the tests use, or make")
    names = [one.name for one in ALL if one is not AGAIN]
    parser.add_argument("--without", action="append", default=[], choices=names, help="leave a contender out")
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, two short rounds: does it work?")
    parser.add_argument("--rounds", type=int, help="how often each contender has its turn")
    parser.add_argument("--directory", type=Path, help="where the files go; default: the usual temporary directory")
    parser.add_argument("--output", type=Path, help="a page of Markdown; between its markers if it has them")
    parser.add_argument("--json", type=Path, help="every single measurement")
    names = [FOOTPRINT, *(operation.name for operation in OPERATIONS)]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"some of: {', '.join(names)}")
    return parser


def _outcome(options: argparse.Namespace) -> Outcome:
    sizes = data.QUICK if options.quick else data.Sizes()
    pace = rounds.QUICK if options.quick else Pace()
    pace = Pace(options.rounds or pace.rounds, pace.slice_s)
    wanted = [operation for operation in OPERATIONS if not options.only or operation.name in options.only]
    with tempfile.TemporaryDirectory(prefix="genesis-benchmark-", dir=options.directory) as name:
        place = Place(Path(name), _mongodb_uri(options), _stock_python(options))
        found = []
        if not options.only or FOOTPRINT in options.only:
            _say(FOOTPRINT)
            found = footprint.footprints(place.directory, place.stock_python, 2 if options.quick else footprint.ROUNDS)
        contenders = _contenders(place, options.without)
        results = _measured(place, contenders, wanted, sizes, pace) if wanted else Results()
        surroundings = report.surroundings(place, _stock_version(place.stock_python))
    return Outcome(place, sizes, pace, results, found, surroundings)


def _contenders(place: Place, without: Sequence[str]) -> tuple[Contender, ...]:
    left_out = set(without)
    if FLOOR.name in left_out:
        left_out.add(AGAIN.name)
    if STOCK.name in left_out:
        left_out.update(one.name for one in SERVERS)  # they work on copies of what stock MLflow has loaded
    return tuple(one for one in ALL if place.can_hold(one) and one.name not in left_out)


def _measured(
    place: Place, contenders: tuple[Contender, ...], wanted: list[Operation], sizes: data.Sizes, pace: Pace
) -> Results:
    stores = tuple(sorted({operation.store for operation in wanted}))
    with ready(place, contenders, stores, sizes, _say) as workers:
        return rounds.measure(wanted, contenders, workers, pace, _say)


def _mongodb_uri(options: argparse.Namespace) -> str | None:
    if options.mongodb_uri:
        return str(options.mongodb_uri)
    from tests.services.mongodb import server_uri

    return server_uri()


def _stock_python(options: argparse.Namespace) -> Path | None:
    if options.stock_python:
        return Path(options.stock_python).absolute()
    from tests.services.stock import found_python

    python, problem = found_python()
    if python is None:
        _say(f"without stock MLflow, with or without a server: {problem}")
    return python


def _stock_version(python: Path | None) -> str | None:
    if python is None:
        return None
    code = "from importlib.metadata import version; print(version('mlflow'))"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
