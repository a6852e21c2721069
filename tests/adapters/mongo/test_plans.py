"""Every query is served by an index, and never by other experiments' entries of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pymongo.collection import Collection

from genesis_flow.adapters.mongo import search
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import EXPERIMENTS, HISTORIES, RUNS
from genesis_flow.adapters.mongo.names import bucket_range
from genesis_flow.adapters.mongo.run_search import plan
from genesis_flow.adapters.mongo.terms import DELETED
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import RUNS as RUN_FIELDS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import RunQuery
from tests.adapters.mongo.opening import open_database, stores_on
from tests.contracts.samples import added_experiment, new_run

MANY, OTHERS = 400, 10


@pytest.fixture(scope="module")
def database() -> Iterator[MongoDatabase]:
    """Two experiments with many runs each, amid so many others that reading all runs is no plan."""
    database = open_database("plans")
    stores = stores_on(database)
    for _ in range(2):
        experiment = added_experiment(stores)
        for number in range(MANY):
            run = new_run(experiment.id, params={"p": str(number % 7)}, tags={"t": str(number % 5)}, started_at=number)
            stores.runs.add(run)
            if number % 4 == 0:
                stores.runs.append(run.id, metrics=[Metric("m", number / 10, 1, 1)])
    runs = database[RUNS]
    for other in range(OTHERS):
        runs.insert_many([_moved(document, str(100 + other)) for document in runs.find({"exp": "1"})])
    yield database
    database.close()


def _moved(document: dict[str, Any], experiment_id: str) -> dict[str, Any]:
    """A run of the experiment "1" as one of another experiment."""
    run_id, start = uuid4().hex, document["_id"].split("/")[1]
    return {
        **document, "_id": f"{experiment_id}/{start}/{run_id}", "run": run_id, "exp": experiment_id,
        "scope": experiment_id + document["scope"][1:], "k": [experiment_id + term[1:] for term in document["k"]],
    }  # fmt: skip


def scans_of(explained: dict[str, Any]) -> list[str]:
    """How the engine finds documents: the kinds of scans, with their indexes."""
    plan = explained["queryPlanner"]["winningPlan"]
    if "scans" in plan:
        return [scan for scan in plan["scans"] if not scan.startswith(("Custom Scan", "Subquery Scan"))]
    return list(_mongodb_scans(plan))


def _mongodb_scans(plan: dict[str, Any]) -> Iterator[str]:
    if plan.get("stage") in ("COLLSCAN", "IXSCAN", "IDHACK"):
        yield f"{'Seq' if plan['stage'] == 'COLLSCAN' else 'Index'} Scan using {plan.get('indexName', '_id_')}"
    for child in (plan.get("inputStage"), plan.get("queryPlan"), *plan.get("inputStages", ())):
        if child:
            yield from _mongodb_scans(child)


def explained(collection: Collection[dict[str, Any]], conditions: list[Any], **options: Any) -> list[str]:
    """The scans of a `find`."""
    return scans_of(collection.find({"$and": conditions}, **options).explain())


SEARCHES = [
    ("", None),
    ("", ["attributes.end_time DESC"]),
    ("", ["metrics.m ASC"]),
    ("", ["params.p"]),
    ("metrics.m > 3", ["metrics.m DESC"]),
    ("metrics.m = 3", ["metrics.m"]),
    ("metrics.m > 3 AND params.p = '1'", ["metrics.m"]),
    ("params.p = '1'", ["attributes.start_time ASC"]),
    ("params.p LIKE '1%'", ["attributes.start_time ASC"]),
    ("tags.t != '1'", ["attributes.start_time ASC"]),
    ("tags.t IS NULL", ["attributes.start_time ASC"]),
    ("status = 'RUNNING'", ["attributes.start_time ASC"]),
    ("run_name = 'x'", ["attributes.start_time ASC"]),
    ("user_id = 'x'", ["attributes.start_time ASC"]),
    ("start_time > 5", ["attributes.start_time ASC"]),
    ("dataset.name = 'x'", ["attributes.start_time ASC"]),
]


@pytest.mark.parametrize(("filter_string", "order_by"), SEARCHES)
@pytest.mark.parametrize("experiments", [("1",), ("1", "2")])
def test_every_search_of_runs_uses_an_index(
    database: MongoDatabase, filter_string: str, order_by: list[str] | None, experiments: tuple[str, ...]
) -> None:
    """No search of runs reads the whole collection."""
    query = RunQuery(
        bind_filter(filter_string, RUN_FIELDS),
        total_order(bind_order(order_by, RUN_FIELDS), RUN_FIELDS),
        experiment_ids=experiments,
    )
    conditions, keys = plan(query)
    assert not [condition for condition in conditions if "$or" in condition]  # the engine's statistics may mislead it
    plain = [(key.path, 1 if key.ascending else -1) for key in keys if key.rank is None]
    scans = explained(database[RUNS], conditions, sort=plain or None, limit=10)
    assert scans
    assert not [scan for scan in scans if scan.startswith("Seq Scan")]


@pytest.mark.parametrize(
    ("collection", "conditions"),
    [
        (RUNS, {"run": "x"}),
        (RUNS, {"k": DELETED, "stage": "deleted", "deleted_at": {"$lte": 5}}),
        (HISTORIES, {"_id": bucket_range("x", "y")}),
        (HISTORIES, {"_id": bucket_range("x")}),
        (EXPERIMENTS, {"_id": 1}),
        (EXPERIMENTS, {"name": "x"}),
    ],
)
def test_every_other_query_uses_an_index(
    database: MongoDatabase, collection: str, conditions: dict[str, Any]
) -> None:
    """What is asked for by id, name, key or deletion is found by an index."""
    for name in (RUNS, HISTORIES, EXPERIMENTS):
        _fill(database, name)
    scans = explained(database[collection], [conditions])
    assert scans
    assert not [scan for scan in scans if scan.startswith("Seq Scan")]


def _fill(database: MongoDatabase, name: str) -> None:
    """Enough documents that reading all of them is not the better plan."""
    if name != RUNS and database[name].count_documents({}) < MANY:
        rows = [{"_id": f"filler/{name}/{number}", "name": str(number)} for number in range(3000)]
        database[name].insert_many(rows)


def test_terms_hold_the_experiment(database: MongoDatabase) -> None:
    """A search by metric looks only at index entries of its own experiment."""
    query = RunQuery(bind_filter("metrics.m > 3", RUN_FIELDS), search_order("metrics.m"), experiment_ids=("1",))
    conditions, _ = plan(query)
    bounds = conditions[0]["k"]["$elemMatch"]
    assert all(bound.startswith("1+\x1fm\x1fm\x1f") for bound in bounds.values())


def search_order(key: str) -> Any:
    """A total order by one key."""
    return total_order(bind_order([key], RUN_FIELDS), RUN_FIELDS)


def test_the_default_order_of_one_experiment_is_the_order_of_ids(database: MongoDatabase) -> None:
    """The latest runs of an experiment are a range of the primary index in its own order: no sort, at any depth."""
    query = RunQuery(bind_filter("", RUN_FIELDS), total_order((), RUN_FIELDS), experiment_ids=("1",))
    conditions, keys = plan(query)
    assert [search.SortKey("_id", True)] == keys
    assert {"_id": {"$gte": "1/", "$lt": "10"}} in conditions
