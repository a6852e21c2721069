"""Logged models in MongoDB: how many commands each operation sends, and which indexes serve it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from pymongo.errors import AutoReconnect

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import MODEL_POINTS, MODELS
from genesis_flow.adapters.mongo.model_documents import scope_of, value_term
from genesis_flow.adapters.mongo.model_points import NEAR, MongoModelPoints
from genesis_flow.adapters.mongo.model_search import is_by_id, models_exactly, plan
from genesis_flow.adapters.mongo.terms import DELETED
from genesis_flow.domain.entities.logged_model import ModelStatus, ordered_points
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import Unavailable
from genesis_flow.domain.search.ast import DatasetScope, Order
from genesis_flow.domain.search.fields import LOGGED_MODELS
from genesis_flow.domain.search.model_binding import bind_model_filter, bind_model_order
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import LoggedModelQuery
from tests.adapters.mongo.failing import failing, open_failing
from tests.adapters.mongo.listening import Commands
from tests.adapters.mongo.opening import open_database, stores_on
from tests.adapters.mongo.test_faults import DROPPED_AFTER, DROPPED_BEFORE, INTERRUPTED_AFTER, STEPPED_DOWN
from tests.adapters.mongo.test_plans import explained
from tests.contracts.samples import (
    NOW,
    added_experiment,
    added_model,
    added_run,
    measure,
    model_point,
    shown_points,
)
from tests.contracts.stores import Stores

MANY = 400


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What is sent to the server."""
    return Commands()


@pytest.fixture(scope="module")
def database(commands: Commands) -> Iterator[MongoDatabase]:
    """Two experiments with many models each, one of which has many points."""
    database = open_database("logged_models", listeners=(commands,))
    stores = stores_on(database)
    for _ in range(2):
        run = added_run(stores)
        for number in range(MANY):
            model = added_model(
                stores, run.experiment_id, params={"p": str(number % 7)}, tags={"t": str(number % 5)},
                created_at=NOW + number, type="x" if number % 9 else "y", source_run_id=str(number % 50),
            )
            if number % 4 == 0:
                measure(stores, model_point(model.id, "m", number / 10, run.id, dataset=("d", str(number % 3))))
        for start in range(0, 20 * NEAR, NEAR):
            measure(stores, *(model_point(model.id, "m", n / 7, run.id, step=n) for n in range(start, start + NEAR)))
    yield database
    database.close()


@pytest.fixture(scope="module")
def stores(database: MongoDatabase) -> Stores:
    """Repositories on that database."""
    return stores_on(database, closes=False)


def test_creating_models_in_a_row_takes_one_insert_each(stores: Stores, commands: Commands) -> None:
    """The first model in an experiment takes two commands at most, the second one."""
    experiment = added_experiment(stores)
    with commands.recorded() as names:
        added_model(stores, experiment.id)
    assert ["find", "insert"] == names
    with commands.recorded() as names:
        added_model(stores, experiment.id)
    assert ["insert"] == names


def test_reading_an_experiment_counts_as_seeing_it_active(stores: Stores, commands: Commands) -> None:
    """Who read the experiment's location just now adds a model in one command."""
    experiment = added_experiment(stores)
    stores.experiments.get(experiment.id)
    with commands.recorded() as names:
        added_model(stores, experiment.id)
    assert ["insert"] == names


def test_reading_finalizing_and_changing_are_one_round_trip(stores: Stores, commands: Commands) -> None:
    """A model with its first points is read, finalized or changed in one command."""
    run = added_run(stores)
    model = added_model(stores, run.experiment_id, params={"p": "1"}, tags={"t": "1"})
    measure(stores, *(model_point(model.id, step=n, run_id=run.id) for n in range(NEAR)))
    for act, expected in (
        (lambda: stores.logged_models.get(model.id), ["find"]),
        (lambda: stores.logged_models.update(model.id, status=ModelStatus.READY, at=NOW), ["findAndModify"]),
        (lambda: stores.logged_models.append(model.id, params={"q": "1"}, tags={"u": "1"}), ["update"]),
        (lambda: stores.logged_models.remove_tag(model.id, "t"), ["update"]),
        (lambda: stores.logged_models.remove(model.id, at=NOW), ["update"]),
    ):
        with commands.recorded() as names:
            act()
        assert expected == names
    assert NEAR == len(stores.logged_models.get(model.id).metrics)


def test_many_points_are_read_in_two_round_trips(stores: Stores, commands: Commands) -> None:
    """What does not fit into the model's own document is read with one more command."""
    run = added_run(stores)
    model = added_model(stores, run.experiment_id)
    for start in (0, 1000):
        measure(stores, *(model_point(model.id, step=start + n, run_id=run.id) for n in range(1000)))
    with commands.recorded() as names:
        assert 2000 == len(stores.logged_models.get(model.id).metrics)
    assert ["find", "find"] == names


def test_measuring_takes_two_round_trips_more_than_logging(stores: Stores, commands: Commands) -> None:
    """The model is looked for before the run is written, and written to afterwards."""
    run = added_run(stores)
    model = added_model(stores, run.experiment_id)
    with commands.recorded() as names:
        stores.runs.append(
            run.id, metrics=[Metric("m", 0.5, 1, 1)], model_metrics=[model_point(model.id, "m", 0.5, run.id)]
        )
    assert ["find", "findAndModify", "findAndModify"] == names


SEARCHES = (
    ("", []),
    ("", [{"field_name": "metrics.m"}]),
    ("", [{"field_name": "metrics.m", "ascending": False, "dataset_name": "d", "dataset_digest": "1"}]),
    ("metrics.m > 3", []),
    ("metrics.m < 3", [{"field_name": "name"}]),
    ("metrics.m != 3", [{"field_name": "name"}]),
    ("metrics.m = 4", [{"field_name": "name"}]),
    ("params.p = '1' AND tags.t LIKE '1%'", [{"field_name": "model_type"}]),
    ("name = 'a'", [{"field_name": "creation_time", "ascending": True}]),
    ("model_type = 'y' AND source_run_id = '9'", [{"field_name": "status"}]),
    ("status = 'READY' AND experiment_id != '0'", [{"field_name": "experiment_id"}]),
    ("model_id = 'm-x'", [{"field_name": "name"}]),
)


def query_of(
    filter_string: str, order_by: list[dict[str, object]], *ids: str, datasets: bool = False
) -> LoggedModelQuery:
    """A search of logged models."""
    scopes = (DatasetScope("d"),) if datasets else ()
    order: Order = total_order(bind_model_order(order_by), LOGGED_MODELS)
    return LoggedModelQuery(bind_model_filter(filter_string, scopes), order, limit=150, experiment_ids=ids)


@pytest.mark.parametrize("experiments", [("1",), ("1", "2")])
@pytest.mark.parametrize("datasets", [False, True])
@pytest.mark.parametrize(("filter_string", "order_by"), SEARCHES)
def test_every_search_uses_an_index(
    database: MongoDatabase, filter_string: str, order_by: list[dict[str, object]], datasets: bool,
    experiments: tuple[str, ...],
) -> None:
    """No search looks at all documents of a collection."""
    query = query_of(filter_string, order_by, *experiments, datasets=datasets)
    conditions, keys = plan(query, models_exactly(database, experiments))
    plain = [(key.path, 1 if key.ascending else -1) for key in keys if key.rank is None]
    scans = explained(database[MODELS], conditions, sort=plain or None, limit=10)
    assert scans
    assert not [scan for scan in scans if scan.startswith("Seq Scan")]


@pytest.mark.parametrize(("filter_string", "order_by"), SEARCHES)
def test_a_page_of_models_is_at_most_three_round_trips(
    stores: Stores, commands: Commands, filter_string: str, order_by: list[dict[str, object]]
) -> None:
    """The models, what they keep elsewhere, and for an exact value of a metric which models have it there."""
    with commands.recorded() as names:
        stores.logged_models.find(query_of(filter_string, order_by, "1"))
    assert len(names) <= (3 if "metrics.m =" in filter_string else 2)


@pytest.mark.parametrize(
    ("collection", "condition"),
    [
        (MODELS, {"model": "m-x"}),
        (MODELS, {"model": {"$in": ["m-x", "m-y"]}, "stage": "active"}),
        (MODELS, {"k": DELETED, "stage": "deleted", "updated": {"$lte": 5}}),
        (MODEL_POINTS, {"m": {"$in": ["m-x"]}}),
        (MODEL_POINTS, {"k": {"$in": [value_term("1", "m", 0.5)]}}),
    ],
)
def test_every_other_query_uses_an_index(
    database: MongoDatabase, collection: str, condition: dict[str, object]
) -> None:
    """What is asked for by id, value or deletion is found by an index."""
    if database[collection].count_documents({}) < 3000:
        database[collection].insert_many({"_id": f"filler/{n}", "m": str(n), "model": f"f{n}"} for n in range(3000))
    scans = explained(database[collection], [condition])
    database[collection].delete_many({"_id": {"$gte": "filler/", "$lt": "filler0"}})
    assert scans
    assert not [scan for scan in scans if scan.startswith("Seq Scan")]


def test_the_default_order_of_one_experiment_is_the_order_of_ids(database: MongoDatabase) -> None:
    """The newest models of an experiment are a range of the primary index in its own order: no sort, at any depth."""
    conditions, keys = plan(query_of("params.p = '1'", [], "1"), models_exactly(database, ("1",)))
    assert is_by_id(keys)
    assert {"_id": {"$gte": "1/", "$lt": "10"}} in conditions


def test_searches_see_their_own_experiment_only(database: MongoDatabase) -> None:
    """Whatever is looked for in an index begins with the experiment."""
    order: list[dict[str, object]] = [{"field_name": "name"}]
    for filter_string in ("metrics.m > 3", "params.p = '1'", "name LIKE 'a%'"):
        (scope, *_), _ = plan(query_of(filter_string, order, "1"), models_exactly(database, ("1",)))
        text = scope["k"] if isinstance(scope["k"], str) else scope["k"]["$elemMatch"]["$gte"]
        assert text.startswith("1\x1f")


def test_a_model_document_stays_small(stores: Stores, database: MongoDatabase) -> None:
    """Its own document holds 256 points at most, whatever is written by however many writers."""
    run = added_run(stores)
    model = added_model(stores, run.experiment_id)
    for n in range(NEAR + 44):
        measure(stores, model_point(model.id, step=n, run_id=run.id))
    document = database[MODELS].find_one({"model": model.id})
    assert document is not None
    assert (NEAR, NEAR + 44) == (len(document["r"]), document["n"])
    assert {scope_of("d"), scope_of("d", "1")}.isdisjoint(document["sc"])


@pytest.fixture(scope="module")
def bare() -> Iterator[MongoDatabase]:
    """A database whose driver retries nothing, as on Cosmos DB."""
    database = open_failing("logged_models_bare", retryWrites="false", retryReads="false")
    database[MODELS].find_one({})  # connects, and puts indexes in place
    yield database
    database.close()


@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE, STEPPED_DOWN, INTERRUPTED_AFTER])
@pytest.mark.parametrize("command", ["find", "findAndModify", "insert", "update", "only the model"])
@pytest.mark.parametrize("size", [3, 200, 400])
def test_a_batch_that_failed_can_be_sent_again(
    bare: MongoDatabase, command: str, fault: dict[str, object], size: int
) -> None:
    """Wherever a fault is, between run and model too, the same batch again loses and doubles nothing."""
    stores = stores_on(bare, closes=False)
    run = added_run(stores)
    model = added_model(stores, run.experiment_id)
    sent = [model_point(model.id, "m", n / 7, run.id, step=n, dataset=("d", "1")) for n in range(size)]
    metrics = [Metric(point.key, point.value, point.timestamp, point.step) for point in sent]

    if command == "only the model":
        points = MongoModelPoints(bare)
        models = points.active_models([model.id])
        with failing(bare, "findAndModify", **fault), pytest.raises(AutoReconnect):
            points.append(models, sent)
    else:
        with failing(bare, command, **fault), suppress(Unavailable):
            stores.runs.append(run.id, metrics=metrics, model_metrics=sent)
    stores.runs.append(run.id, metrics=metrics, model_metrics=sent)
    assert shown_points(ordered_points(sent)) == shown_points(stores.logged_models.get(model.id).metrics)
    assert size == len(stores.runs.history(run.id, "m"))
    for text in ("metrics.m = 0", f"metrics.m = {(size - 1) / 7!r}", f"metrics.m >= {(size - 1) / 7!r}"):
        query = query_of(text, [], run.experiment_id, datasets=True)
        assert [model.id] == [found.id for found in stores.logged_models.find(query).items]
