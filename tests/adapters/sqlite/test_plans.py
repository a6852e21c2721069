"""Every query is served by an index, and none reads what belongs to other experiments."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from genesis_flow.adapters.sqlite import plans
from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.search import RUN_ATTRIBUTES
from genesis_flow.domain.entities.dataset import CONTEXT_TAG
from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput
from genesis_flow.domain.search.ast import (
    Comparison,
    Like,
    Membership,
    NumberComparison,
    Order,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.lifecycle import RunStatus, View
from tests.adapters.sqlite.opening import opened, stores_of
from tests.contracts.samples import (
    NOW,
    added_experiment,
    added_run,
    dataset_input,
    new_experiment,
    new_run,
    point,
    unique,
)
from tests.contracts.searching import (
    attribute,
    dataset,
    experiment_query,
    falling,
    metric,
    param,
    rising,
    run_query,
    tag,
)
from tests.contracts.stores import Stores

TEXTS = [key for key, column in RUN_ATTRIBUTES.items() if not column.is_integer]
NUMBERS = [key for key, column in RUN_ATTRIBUTES.items() if column.is_integer]

TERMS: list[Comparison] = [
    *(TextComparison(attribute(key), "=", "a") for key in TEXTS),
    *(TextComparison(attribute(key), "!=", "a") for key in TEXTS),
    *(Like(attribute(key), "a%") for key in TEXTS),
    *(NumberComparison(attribute(key), ">=", NOW) for key in NUMBERS),
    Membership(attribute("id"), ("a", "b")),
    Membership(attribute("id"), ("a", "b"), negated=True),
    *(NumberComparison(metric("loss"), op, 0.5) for op in ("=", "!=", ">", "<=")),
    *(
        term
        for field in (param("p"), tag("t"))
        for term in (
            TextComparison(field, "=", "a"), TextComparison(field, "!=", "a"), Like(field, "a%"),
            Like(field, "%a"), Like(field, "A%", ignore_case=True), Presence(field, True),
            Presence(field, False),
        )
    ),
    *(TextComparison(dataset(key), "=", "a") for key in ("name", "digest", "context")),
]

ORDERS: list[Order] = [
    (),
    *((direction(attribute(key)),) for key in RUN_ATTRIBUTES for direction in (rising, falling)),
    *((rising(field),) for field in (metric("loss"), param("p"), tag("t"))),
    *((falling(field),) for field in (metric("loss"), param("p"), tag("t"))),
    (falling(metric("loss")), rising(param("p"))),
]


@attrs.frozen
class Traced:
    """A store that shows how SQLite carries out what it is asked."""

    database: SqliteDatabase
    stores: Stores
    statements: list[str]

    def steps(self, work: Callable[[], object]) -> list[str]:
        """Each step of each statement that `work` executes, with the statement."""
        self.statements.clear()
        work()
        asked = [each for each in self.statements if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE)", each)]
        with self.database.reading() as connection:
            steps = [
                f"{row[3]} <- {statement}"
                for statement in asked
                for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
            ]
        assert steps != []
        return steps

    def find(self, query: RunQuery) -> list[str]:
        """The steps of a search of runs."""
        return self.steps(lambda: self.stores.runs.find(query))


@pytest.fixture
def traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Traced]:
    """Two experiments with three runs each."""
    statements: list[str] = []
    connect = sqlite3.connect

    def connected(*arguments: Any, **settings: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **settings)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connected)
    database = opened(tmp_path / "store.db")
    stores = stores_of(database)
    for experiment in (added_experiment(stores), added_experiment(stores)):
        for number in range(3):
            run = added_run(stores, experiment.id, params={"p": "a"}, tags={"t": "b"})
            stores.runs.append(run.id, metrics=[point(value=float(number))])
            stores.runs.attach(run.id, datasets=[dataset_input(tags={CONTEXT_TAG: "train"})])
    yield Traced(database, stores, statements)
    database.close()


#: What travels as JSON, and results of other steps.
HARMLESS = re.compile(r"SCAN (j VIRTUAL TABLE|json_each VIRTUAL TABLE|CONSTANT ROW|\((subquery|join)-\d+\))")


def scans(steps: Sequence[str]) -> list[str]:
    """The steps that read whole tables or whole indexes."""
    return [step for step in steps if step.startswith("SCAN") and not HARMLESS.match(step)]


@pytest.mark.parametrize("way", ["either", "walk", "sort"])
@pytest.mark.parametrize("term", TERMS, ids=str)
def test_every_filter_of_runs_uses_an_index(
    traced: Traced, term: Comparison, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No filter reads a whole table or index, whichever way the search takes."""
    if way != "either":
        monkeypatch.setattr(plans, "MOST_CANDIDATES", 0)
    if way == "sort":
        monkeypatch.setattr(plans, "MOST_ARMS", 0)
    for ids in (("1",), ("1", "2")):
        for view in (View.ACTIVE_ONLY, View.ALL):
            query = run_query(ids, term, view=view)
            assert [] == scans(traced.find(query))


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_every_order_of_runs_uses_an_index(traced: Traced, order: Order) -> None:
    """No order reads a whole table or index, on the first page or on a later one."""
    for ids in (("1",), ("1", "2")):
        first = run_query(ids, order=order, limit=1)
        later = attrs.evolve(first, page_token=traced.stores.runs.find(first).next_token)
        for query in (first, later):
            assert [] == scans(traced.find(query))


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("ids", [("1",), ("1", "2")], ids=str)
def test_a_page_by_start_is_not_sorted(traced: Traced, ids: tuple[str, ...], view: View) -> None:
    """Pages in the default order follow the index by start, so that they cost the same at any depth."""
    first = run_query(ids, limit=1, view=view)
    if view is not View.ACTIVE_ONLY:
        for id in traced.stores.runs.find(run_query(ids, limit=2)).items:
            traced.stores.runs.remove(id.id, at=NOW)
    later = attrs.evolve(first, page_token=traced.stores.runs.find(first).next_token)
    assert later.page_token is not None
    for query in (first, later):
        steps = [step for step in traced.find(query) if "runs_by_start" in step]
        assert any(step.startswith("SEARCH r USING COVERING INDEX runs_by_start") for step in steps)
        assert [] == [step for step in steps if "TEMP B-TREE" in step]


def test_a_page_by_a_metric_walks_its_index(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter on a metric under an order by that metric is a range of one index."""
    monkeypatch.setattr(plans, "MOST_CANDIDATES", 0)
    query = run_query(["1"], NumberComparison(metric("loss"), ">", 0.5), order=(falling(metric("loss")),))
    search = "SEARCH k USING COVERING INDEX metrics_by_value (experiment=? AND key=? AND value>?)"
    assert any(step.startswith(search) for step in traced.find(query))


def test_other_queries_use_indexes(traced: Traced) -> None:
    """Reading, writing, removing and purging touch only the rows that they are about."""
    stores = traced.stores
    runs, experiments = stores.runs, stores.experiments
    run = added_run(stores, "1")
    gone = added_experiment(stores)
    added_run(stores, gone.id)
    experiments.remove(gone.id, at=NOW)
    calls: list[Callable[[], object]] = [
        lambda: runs.add(new_run("1", params={"a": "b"})),
        lambda: runs.get(run.id),
        lambda: runs.append(run.id, metrics=[point()], params={"p": "1"}, tags={"t": "1", NAME_TAG: "n"}),
        lambda: runs.update(run.id, status=RunStatus.FINISHED, ended_at=NOW, name="n"),
        lambda: runs.remove_tag(run.id, "t"),
        lambda: runs.attach(
            run.id, datasets=[dataset_input()], model_inputs=["m"], model_outputs=[ModelOutput("m")]
        ),
        lambda: runs.history(run.id, "loss"),
        lambda: runs.find_removed(before=NOW, limit=10),
        lambda: runs.remove(run.id, at=NOW),
        lambda: runs.restore(run.id),
        lambda: experiments.get("1"),
        lambda: experiments.get_by_name("Default"),
        lambda: experiments.add(new_experiment(tags={"a": "b"})),
        lambda: experiments.rename("1", unique(), at=NOW),
        lambda: experiments.set_tags("1", {"a": "b"}, at=NOW),
        lambda: experiments.remove_tag("1", "a", at=NOW),
        lambda: experiments.find(experiment_query(TextComparison(attribute("name"), "=", "Default"))),
        lambda: experiments.find(experiment_query(TextComparison(attribute("id"), "=", "1"))),
        lambda: experiments.find(experiment_query(Like(attribute("name"), "Def%"))),
        lambda: experiments.remove("1", at=NOW),
        lambda: experiments.restore("1", at=NOW),
        lambda: experiments.purge(gone.id),
    ]
    for call in calls:
        assert [] == scans(traced.steps(call))


def test_a_page_of_runs_is_a_fixed_number_of_queries(traced: Traced) -> None:
    """The parts of all runs on a page are read together, however many runs there are."""
    counts = []
    for ids in (["1"], ["1", "2"]):
        traced.find(run_query(ids))
        counts.append(len([each for each in traced.statements if each.startswith("SELECT")]))
    assert counts[0] == counts[1]
    assert counts[0] < 12


def test_thousands_of_experiments_are_searched_at_once(traced: Traced) -> None:
    """As many experiments can be named as a store may have."""
    ids = [str(number) for number in range(40_000)]
    find = traced.stores.runs.find
    assert 6 == len(find(run_query(ids)).items)
    assert 4 == len(find(run_query(ids, NumberComparison(metric("loss"), ">", 0))).items)
