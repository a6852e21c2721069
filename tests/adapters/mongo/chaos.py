"""Writers that note what was acknowledged, and a saboteur that breaks things meanwhile."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import EXPERIMENTS, RUNS
from genesis_flow.adapters.mongo.names import run_id_range
from genesis_flow.domain.entities.metric import Metric, latest
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import GenesisFlowError
from tests.adapters.mongo.opening import stores_on
from tests.adapters.mongo.proxying import Proxy, proxy_to
from tests.contracts.samples import (
    NOW,
    added_experiment,
    added_run,
    expected_points,
    new_experiment,
    new_run,
    points,
    unique,
)
from tests.contracts.stores import Stores

COMMANDS = ("find", "insert", "update", "findAndModify", "aggregate")

#: What a server can do to a command, by kind.
FAIL_POINTS: dict[str, dict[str, Any]] = {
    "closed before": {"closeConnection": True},
    "closed after": {"closeConnection": True, "afterApply": True},
    "stepped down": {"errorCode": 10107, "errorLabels": ["RetryableWriteError"]},
    "shut down before": {"errorCode": 11600, "errorLabels": ["RetryableWriteError"]},
    "interrupted after": {"errorCode": 11602, "afterApply": True},
    "took too long": {"errorCode": 50, "afterApply": True},
    "slow": {"blockConnection": True, "blockTimeMS": 500, "afterApply": True},
}

#: As on Cosmos DB's request-unit tier: the driver repeats nothing. What is silent for a moment counts as cut.
OPTIONS = {"retryWrites": "false", "retryReads": "false", "socketTimeoutMS": "250", "appname": "chaos"}

WRITERS = 8

#: What a network can do.
NETWORK: dict[str, Callable[[Proxy], None]] = {
    "cut": Proxy.cut,
    "half open": Proxy.swallow,
    "away": lambda proxy: proxy.go_down(0.15),
}


@attrs.define(eq=False)
class Saboteur:
    """Breaks one thing each time that `every` more calls were acknowledged, until it is told to stop."""

    uri: str
    proxy: Proxy
    acknowledged: Callable[[], int]
    every: int
    fail_points: Mapping[str, Mapping[str, Any]]
    seed: int
    done: Counter[str] = attrs.field(factory=Counter, init=False)
    _stop: threading.Event = attrs.field(factory=threading.Event, init=False)

    def run(self) -> None:
        """Break things."""
        chance = random.Random(self.seed)
        kinds = [*self.fail_points] * 3 + [*NETWORK]  # the network stops all writers, a fail point one
        with MongoClient(self.uri) as client:
            while not self._stop.is_set():
                kind = chance.choice(kinds)
                if kind in NETWORK:
                    NETWORK[kind](self.proxy)
                else:
                    app, what = OPTIONS["appname"], self.fail_points[kind]
                    data = {"failCommands": [chance.choice(COMMANDS)], "appName": app, **what}
                    mode = {"times": chance.randint(1, 3)}
                    client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)
                self.done[kind] += 1
                enough = self.acknowledged() + self.every
                while self.acknowledged() < enough and not self._stop.wait(0.005):
                    pass
        heal(self.uri)

    def stop(self) -> None:
        """Break nothing more."""
        self._stop.set()


@attrs.define(eq=False)
class Writer:
    """Writes to one run, and adds runs and experiments, noting what was acknowledged and what was not."""

    stores: Stores
    run: Run
    seed: int
    calls: int
    acknowledged: int = attrs.field(default=0, init=False)
    refused: list[GenesisFlowError] = attrs.field(factory=list, init=False)
    metrics: list[Metric] = attrs.field(factory=list, init=False)
    params: dict[str, str] = attrs.field(factory=dict, init=False)
    tags: dict[str, str] = attrs.field(factory=dict, init=False)
    runs: list[Run] = attrs.field(factory=list, init=False)
    experiments: dict[str, str] = attrs.field(factory=dict, init=False)
    _step: int = attrs.field(default=0, init=False)

    def write(self) -> None:
        """All calls; what fails in spite of patience is noted in `refused`."""
        chance = random.Random(self.seed)
        actions = [self._log_metric] * 14 + [self._log_batch] * 3 + [self._add_run, self._add_experiment]
        for number in range(self.calls):
            try:
                chance.choice(actions)(number)
                self.acknowledged += 1
            except GenesisFlowError as error:
                self.refused.append(error)

    def _log_metric(self, number: int) -> None:
        self._append([self._point(f"m{number % 3}")])

    def _log_batch(self, number: int) -> None:
        metrics = [self._point(f"m{index % 5}") for index in range(5 + 40 * (number % 3))]
        self._append(metrics, {f"p{number}": str(number)}, {f"t{number % 7}": str(number)})

    def _append(
        self, metrics: list[Metric], params: dict[str, str] | None = None, tags: dict[str, str] | None = None
    ) -> None:
        self.stores.runs.append(self.run.id, metrics=metrics, params=params, tags=tags)
        self.metrics += metrics
        self.params |= params or {}
        self.tags |= tags or {}

    def _point(self, key: str) -> Metric:
        self._step += 1
        return Metric(key, self._step / 7, NOW + self._step, self._step)

    def _add_run(self, number: int) -> None:
        run = new_run(self.run.experiment_id, name=f"r{number}", params={"n": str(number)})
        self.stores.runs.add(run)
        self.runs.append(run)

    def _add_experiment(self, number: int) -> None:
        added = self.stores.experiments.add(new_experiment(unique("chaos")))
        self.experiments[added.name] = added.id

    def assert_kept(self) -> None:
        """Everything that was acknowledged is there, as it was sent, and once."""
        found = self.stores.runs.get(self.run.id)
        assert self.params == dict(found.params)
        assert self.tags == {key: value for key, value in found.tags.items() if key in self.tags}
        assert latest(self.metrics) == dict(found.metrics)
        for key in latest(self.metrics):
            expected = expected_points(metric for metric in self.metrics if metric.key == key)
            assert expected == points(self.stores, self.run.id, key)
        for run in self.runs:
            assert run == self.stores.runs.get(run.id)
        for name, id in self.experiments.items():
            assert id == self.stores.experiments.get_by_name(name).id


def storm(
    uri: str,
    open_on: Callable[[str], MongoDatabase],
    fail_points: Mapping[str, Mapping[str, Any]],
    *,
    calls: int,
    every: int,
    printing: pytest.CaptureFixture[str],
) -> tuple[list[Writer], Counter[str]]:
    """
    Have eight writers make so many calls each while things break, and see that nothing failed, was lost or doubled.

    Args:
        open_on: Opens the database of a URI that leads through the proxy. every: Calls after which something breaks.

    Returns:
        The writers, and how often what was broken.
    """
    heal(uri)
    with proxy_to(uri) as (proxy, through):
        database = open_on(through)
        stores = stores_on(database)
        experiment = added_experiment(stores)
        writers = [Writer(stores, added_run(stores, experiment.id), index, calls) for index in range(WRITERS)]
        saboteur = Saboteur(uri, proxy, lambda: acknowledged(writers), every, fail_points, seed=11)
        threads = [threading.Thread(target=writer.write) for writer in writers]
        sabotage = threading.Thread(target=saboteur.run)
        for thread in (*threads, sabotage):
            thread.start()
        for thread in threads:
            thread.join()
        saboteur.stop()
        sabotage.join()
        wait_until_reachable(database)
        _print_numbers(printing, writers, saboteur.done)
        assert [] == [error.message for writer in writers for error in writer.refused]
        for writer in writers:
            writer.assert_kept()
        assert_nothing_else(database, writers)
        database.close()
    return writers, saboteur.done


def _print_numbers(printing: pytest.CaptureFixture[str], writers: list[Writer], faults: Counter[str]) -> None:
    calls, points = acknowledged(writers), sum(len(writer.metrics) for writer in writers)
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(faults.items()))
    with printing.disabled():
        print(f"\n{calls:,} acknowledged calls, {points:,} points; {faults.total()} faults ({kinds})")


def acknowledged(writers: list[Writer]) -> int:
    """How many calls have returned."""
    return sum(writer.acknowledged for writer in writers)


def assert_nothing_else(database: MongoDatabase, writers: list[Writer]) -> None:
    """There is no run and no experiment that nobody asked for."""
    experiment_id = writers[0].run.experiment_id
    runs = [row["run"] for row in database[RUNS].find({"_id": run_id_range(experiment_id)}, {"run": 1})]
    asked = [writer.run.id for writer in writers] + [run.id for writer in writers for run in writer.runs]
    assert Counter(asked) == Counter(runs)
    names = [row["name"] for row in database[EXPERIMENTS].find({"name": {"$regex": "^chaos-"}}, {"name": 1})]
    assert Counter(name for writer in writers for name in writer.experiments) == Counter(names)


def heal(uri: str) -> None:
    """End what a server does to commands."""
    with MongoClient(uri) as client:
        client.admin.command("configureFailPoint", "failCommand", mode="off")


def wait_until_reachable(database: MongoDatabase) -> None:
    """Return when the server answers again."""
    for _ in range(200):
        try:
            database.client().admin.command("ping")
        except PyMongoError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not come back")
