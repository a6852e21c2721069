"""
`python -m benchmarks.request_units`: what logging costs on Cosmos DB's RU tier, in requests and request units.

Two designs do the same work: genesis-flow, and a naive one that has a document for each param, tag and point and
reads the latest value of a metric before it writes it. What a request costs is told in two ways: as the emulation of
the tier charges it (`tests/services/documentdb/gateway.py`), and by the rule of thumb of the service's documentation:
reading a document of up to 1 KB costs 1 unit, inserting it 5.5, replacing it 11, larger ones in proportion, a query at
least 2.5. Indexes cost more on the service than either says: measure on your account with
`db.runCommand({getLastRequestStatistics: 1})`.
"""

from __future__ import annotations

import argparse
import math
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from bson import encode
from pymongo import MongoClient
from pymongo.monitoring import CommandListener, CommandStartedEvent, CommandSucceededEvent

from benchmarks.worker.naive import Naive
from genesis_flow.adapters.cosmos.database import open_cosmos
from genesis_flow.adapters.mongo.client import database_name
from genesis_flow.adapters.mongo.experiments import MongoExperimentRepository
from genesis_flow.adapters.mongo.model_versions import MongoModelVersionRepository
from genesis_flow.adapters.mongo.registered_models import MongoRegisteredModelRepository
from genesis_flow.adapters.mongo.runs import MongoRunRepository
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.search.ast import Filter
from genesis_flow.domain.search.binding import bind_order
from genesis_flow.domain.search.fields import RUNS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.lifecycle import RunStatus
from tests.contracts.registry_samples import new_model, new_version
from tests.contracts.samples import new_experiment, new_run
from tests.services.mongodb import PORT, start

Document = Mapping[str, Any]

SCARCE: Final = 400
PARAMS: Final = {f"p{number}": str(number / 7) for number in range(5)}
TAGS: Final = {f"t{number}": "some text" for number in range(3)}
METRICS: Final = [Metric(f"m{number}", number / 3, 1_700_000_000_000, 0) for number in range(5)]
POINTS: Final = [Metric("loss", step / 7, 1_700_000_000_000 + step, step) for step in range(1_000)]

RUNS_SEARCHED: Final = 1_000

_WRITES: Final = {"insert": ("documents", 6.0), "update": ("updates", 10.0), "delete": ("deletes", 6.0)}
_READS: Final = frozenset({"find", "aggregate", "getMore", "count", "distinct"})


class Meter(CommandListener):
    """Counts requests and what they cost."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.emulated = 0.0
        self.by_rule = 0.0
        self.sizes: dict[str, int] = {}
        self._lock = threading.Lock()

    def started(self, event: CommandStartedEvent) -> None:
        """Count a request and what is known of its cost before it is answered."""
        name, command = event.command_name, event.command
        if name not in _WRITES and name not in _READS and name != "findAndModify":
            return
        with self._lock:
            self.requests[name] += 1
            if name in _WRITES:
                key, least = _WRITES[name]
                for operation in command[key]:
                    size = len(encode(operation))
                    self.emulated += least + size / 1024
                    stored = size if name == "insert" else self.sizes.get(command[name], 1)
                    self.by_rule += 5.5 * (1 if name == "insert" else 2) * kilobytes(stored)
            elif name == "findAndModify":
                self.emulated += 12
                self.by_rule += 11 * kilobytes(self.sizes.get(command[name], 1))
            else:
                self.emulated += 3 + len(encode(command)) / 1024

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """What a read costs depends on what it finds."""
        if event.command_name in _READS and "cursor" in event.reply:
            cursor = event.reply["cursor"]
            rows = cursor.get("firstBatch", cursor.get("nextBatch", ()))
            with self._lock:
                self.by_rule += max(2.5, sum(kilobytes(len(encode(row))) for row in rows))

    def failed(self, event: object) -> None:
        """A request that was refused costs what it costs."""

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Start anew."""
        self.requests, self.emulated, self.by_rule = Counter(), 0.0, 0.0
        yield


def kilobytes(size: int) -> float:
    """Started kilobytes."""
    return max(1.0, math.ceil(size / 1024))


class GenesisFlow:
    """What the repositories of genesis-flow send."""

    def __init__(self, uri: str, meter: Meter) -> None:
        self.database = open_cosmos(uri, "memory://root", listeners=(meter,))
        self._runs = MongoRunRepository(self.database)
        self._models = MongoRegisteredModelRepository(self.database)
        self._versions = MongoModelVersionRepository(self.database)
        self._experiment_id = MongoExperimentRepository(self.database).add(new_experiment()).id

    def create_run(self) -> str:
        """A run."""
        run = new_run(self._experiment_id)
        self._runs.add(run)
        return run.id

    def log_batch(
        self, run_id: str, metrics: Sequence[Metric], params: Mapping[str, str], tags: Mapping[str, str]
    ) -> None:
        """What `log_batch` does."""
        self._runs.append(run_id, metrics=metrics, params=params, tags=tags)

    def end_run(self, run_id: str) -> None:
        """Its end."""
        self._runs.update(run_id, status=RunStatus.FINISHED, ended_at=1_700_000_000_001)

    def create_runs(self, count: int) -> None:
        """Runs, each with the metrics, params and tags of a logged run."""
        for number in range(count):
            run = new_run(self._experiment_id, started_at=1_700_000_000_000 + number, params=PARAMS)
            self._runs.add(run)
            self._runs.append(run.id, metrics=[*METRICS, Metric("acc", number * 7 % count, 1, 1)], tags=TAGS)

    def find(self, order: str, token: str | None = None) -> str | None:
        """A page of 100 runs; returns the token of the next one."""
        ordered = total_order(bind_order([order] if order else [], RUNS), RUNS)
        query = RunQuery(Filter(()), ordered, page_token=token, limit=100, experiment_ids=(self._experiment_id,))
        return self._runs.find(query).next_token

    def create_versions(self, count: int) -> None:
        """A model with versions."""
        model = self._models.add(new_model())
        for _ in range(count):
            self._versions.add(new_version(model.name))


def logged_run(design: Any) -> None:
    """One run with 5 params, 5 metrics and 3 tags."""
    run_id = design.create_run()
    design.log_batch(run_id, METRICS, PARAMS, TAGS)
    design.end_run(run_id)


def thousand_points(design: Any) -> Callable[[], None]:
    """1,000 points of one metric in one batch, on a run that is there."""
    run_id = design.create_run()
    return lambda: design.log_batch(run_id, POINTS, {}, {})


def load(design: Any) -> None:
    """2,000 points, 100 runs and 50 versions of a model."""
    run_id = design.create_run()
    for _ in range(2):
        design.log_batch(run_id, POINTS, {}, {})
    for _ in range(99):
        logged_run(design)
    design.create_versions(50)


def searches(design: GenesisFlow, meter: Meter) -> Iterator[str]:
    """Lines for pages of 100 runs."""
    design.create_runs(RUNS_SEARCHED)
    for title, order in (("newest first", ""), ("by a metric", "metrics.acc DESC"), ("by start, oldest first",
                         "attributes.start_time ASC")):  # fmt: skip
        with meter.measured():
            token = design.find(order)
        yield row(f"100 of {RUNS_SEARCHED:,} runs {title}, first page", "genesis-flow", meter)
        with meter.measured():
            design.find(order, token)
        yield row(f"100 of {RUNS_SEARCHED:,} runs {title}, second page", "genesis-flow", meter)
        with meter.measured():
            design.find(order)
        yield row(f"100 of {RUNS_SEARCHED:,} runs {title}, first page again", "genesis-flow", meter)


def row(title: str, design: str, meter: Meter, seconds: float | None = None) -> str:
    """One line of the table."""
    sent = sum(meter.requests.values())
    took = "" if seconds is None else f"{seconds:.0f} s"
    return f"| {title} | {design} | {sent:,} | {meter.emulated:,.0f} | {meter.by_rule:,.0f} | {took} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.request_units", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT + 30, help="where the emulation listens, and at the next one")
    options = parser.parse_args(arguments)
    ample = start("--port", str(options.port), "--cosmos-ru", "--ru-per-second", "10000000")
    scarce = start("--port", str(options.port + 1), "--cosmos-ru", "--ru-per-second", str(SCARCE))
    if ample is None or scarce is None:
        print("no emulation of the RU tier on this machine", file=sys.stderr)
        return 1
    print("| work | design | requests | units, emulated | units, rule of thumb | time at 400 RU/s |")
    print("|---|---|---:|---:|---:|---:|")
    meters: dict[str, Meter] = {}
    for name, make in (("genesis-flow", GenesisFlow), ("naive", Naive)):
        meter = meters[name] = Meter()
        design: Any = make(f"{ample}/units_{name.replace('-', '_')}", meter)
        logged_run(design)  # collections and indexes are there, and the experiment is known
        meter.sizes = _sizes(ample, f"units_{name.replace('-', '_')}")
        with meter.measured():
            logged_run(design)
        print(row("a logged run (5 params, 5 metrics, 3 tags)", name, meter))
        log = thousand_points(design)
        with meter.measured():
            log()
        print(row("1,000 points of a metric, one batch", name, meter))
        with meter.measured():
            load(design)
        print(row("2,000 points, 100 runs, 50 versions", name, meter, _seconds(scarce, make)))
        if isinstance(design, GenesisFlow):
            found = list(searches(design, meter))
        _drop(ample, f"units_{name.replace('-', '_')}")
    print(*found, sep="\n")
    return 0


def _seconds(uri: str, make: Any) -> float | None:
    """How long the load takes where units are scarce; the naive design does not wait, so it would not finish."""
    if make is not GenesisFlow:
        return None
    design = make(f"{uri}/units_scarce", Meter())
    started = time.monotonic()
    load(design)
    seconds = time.monotonic() - started
    _drop(uri, database_name(design.database.uri))
    return seconds


def _sizes(uri: str, name: str) -> dict[str, int]:
    """How large documents are that an update writes anew: the largest of each collection after one logged run."""
    sizes = {}
    with MongoClient[dict[str, Any]](uri) as client:
        for collection in client[name].list_collection_names():
            found = [len(encode(document)) for document in client[name][collection].find({})]
            sizes[collection] = max(found, default=1)
    return sizes


def _drop(uri: str, name: str) -> None:
    with MongoClient(uri) as client:
        client.drop_database(name)


if __name__ == "__main__":
    sys.exit(main())
