"""Whatever a run logs, no document comes near the limit of the RU tier, and nothing of it is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from bson import encode

from genesis_flow.adapters.cosmos.dialect import RU
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import COLLECTIONS, DATASETS, HISTORIES, OVERFLOWS, RUNS
from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import InvalidInput, NotFound, ParamConflict, Unavailable
from genesis_flow.domain.search.ast import Like, NumberComparison, TextComparison
from genesis_flow.domain.values.limits import DATASET_PROFILE, DATASET_SCHEMA, PARAM_VALUE, RUN_TAG_VALUE
from tests.adapters.cosmos.opening import TINY, drop, open_ru
from tests.adapters.mongo.failing import failing
from tests.adapters.mongo.opening import stores_on
from tests.contracts.samples import (
    NOW,
    added_experiment,
    added_run,
    dataset_input,
    new_model,
    new_run,
    points,
    unique,
)
from tests.contracts.searching import falling, found_ids, metric, param, run_query, tag
from tests.contracts.stores import Stores
from tests.services.mongodb import with_options

LIMIT = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def database() -> Iterator[MongoDatabase]:
    """A database on the RU tier, of these tests alone."""
    opened = open_ru("overflow")
    yield opened
    drop(opened)


@pytest.fixture(scope="module")
def stores(database: MongoDatabase) -> Stores:
    """Its repositories."""
    return stores_on(database)


def largest(database: MongoDatabase) -> int:
    """The bytes of the largest document in a database."""
    return max(len(encode(row)) for name in COLLECTIONS for row in database[name].find({}))


def long_batch(number: int) -> dict[str, Any]:
    """The longest params and tags that one batch may have, in the letters that take the most bytes."""
    letter = "\U0001f600"
    return {
        "params": {f"p{number}_{each}": letter * PARAM_VALUE for each in range(100)},
        "tags": {f"t{number}_{each}": letter * RUN_TAG_VALUE for each in range(100)},
    }


def test_long_params_and_tags_are_spread_over_documents(database: MongoDatabase, stores: Stores) -> None:
    """200 params and 200 tags of the greatest length, 11 MB, are read back; no document has even a quarter of 2 MB."""
    run = added_run(stores)
    batches = [long_batch(number) for number in range(2)]
    for batch in batches:
        stores.runs.append(run.id, **batch)
    stored = stores.runs.get(run.id)
    assert {**batches[0]["params"], **batches[1]["params"]} == stored.params
    assert {**batches[0]["tags"], **batches[1]["tags"]} == {k: v for k, v in stored.tags.items() if k[0] == "t"}
    assert largest(database) < LIMIT // 4


def test_datasets_are_cut_into_parts(database: MongoDatabase, stores: Stores) -> None:
    """The largest schema and profile that MLflow allows, and a thousand small datasets, fit and are read back."""
    run = added_run(stores)
    huge = dataset_input("huge", schema="s" * DATASET_SCHEMA, profile="p" * DATASET_PROFILE)
    many = [dataset_input(f"n{number}", schema="x" * 1_500) for number in range(1_000)]
    stores.runs.attach(run.id, datasets=[huge])
    stores.runs.attach(run.id, datasets=many)
    stored = {each.dataset.name: each for each in stores.runs.get(run.id).dataset_inputs}
    assert {each.dataset.name: each for each in [huge, *many]} == stored
    assert largest(database) < LIMIT // 2


def test_a_dataset_in_parts_keeps_its_first_content(stores: Stores) -> None:
    """The first content of a dataset counts, also where it is too large for one document."""
    run = added_run(stores)
    first = dataset_input("same", profile="1" * 3_000_000)
    stores.runs.attach(run.id, datasets=[first])
    other = added_run(stores, run.experiment_id)
    stores.runs.attach(other.id, datasets=[dataset_input("same", profile="2" * 3_000_000)])
    found: DatasetInput = stores.runs.get(other.id).dataset_inputs[0]
    assert first.dataset == found.dataset


def test_thousands_of_metrics_are_spread_over_documents(database: MongoDatabase, stores: Stores) -> None:
    """A run with 6,000 metrics has them all, latest values and histories, however it was written."""
    run = added_run(stores)
    keys = [f"a rather long name of a metric/{number}" for number in range(6_000)]
    for start in range(0, len(keys), 1_000):
        stores.runs.append(run.id, metrics=[Metric(key, 1.0, NOW, 0) for key in keys[start : start + 1_000]])
    stores.runs.append(run.id, metrics=[Metric(keys[0], 2.0, NOW, 1), Metric(keys[-1], 2.0, NOW, 1)])
    stores.runs.append(run.id, metrics=[Metric(keys[-1], 3.0, NOW, 0)])
    stored = stores.runs.get(run.id).metrics
    assert set(keys) == set(stored)
    assert [2.0, 1.0, 2.0] == [stored[key].value for key in (keys[0], keys[1], keys[-1])]
    assert [(NOW, 0, "1.0"), (NOW, 0, "3.0"), (NOW, 1, "2.0")] == points(stores, run.id, keys[-1])
    assert largest(database) < LIMIT // 2


def test_searches_see_what_is_elsewhere(stores: Stores) -> None:
    """Filters and orders on what has no room in the document find and place the run as any other."""
    experiment = added_experiment(stores)
    big, small = added_run(stores, experiment.id), added_run(stores, experiment.id)
    stores.runs.append(big.id, **long_batch(0))
    text = "y" * 5_000
    for run, value in ((big, 2.0), (small, 1.0)):
        stores.runs.append(run.id, params={"p": text}, tags={"t": "x"}, metrics=[Metric("m", value, NOW, 0)])
    ordered = (falling(metric("m")),)
    for term in (
        TextComparison(param("p"), "=", text),
        TextComparison(tag("t"), "!=", "y"),
        Like(param("p"), "%yyy", False),
        NumberComparison(metric("m"), ">", 0.5),
    ):
        assert [big.id, small.id] == found_ids(stores, run_query([experiment.id], term, order=ordered, limit=1))
    only = NumberComparison(metric("m"), ">", 1.5)
    assert [big.id] == found_ids(stores, run_query([experiment.id], only))
    assert [small.id] == found_ids(stores, run_query([experiment.id], NumberComparison(metric("m"), "<", 1.5)))


def test_a_run_that_is_born_large_is_found_among_several_experiments(stores: Stores) -> None:
    """Searches of several experiments know runs by their status, large ones too."""
    found, other = added_experiment(stores), added_experiment(stores)
    tags = {f"t{number}": "\U0001f600" * RUN_TAG_VALUE for number in range(80)}
    run = new_run(found.id, tags=tags, params={})
    stores.runs.add(run)
    assert [run.id] == found_ids(stores, run_query(experiment_ids=(found.id, other.id)))
    assert stores.runs.get(run.id).tags.items() >= tags.items()


def test_a_refused_batch_leaves_nothing(stores: Stores) -> None:
    """A batch that would change a param is refused as a whole, wherever the param is."""
    run = added_run(stores)
    stores.runs.append(run.id, **long_batch(0))
    before = stores.runs.get(run.id)
    with pytest.raises(ParamConflict) as caught:
        stores.runs.append(
            run.id, metrics=[Metric("m", 1.0, NOW, 0)], params={"new": "1", "p0_7": "other"}, tags={"t": "1"}
        )
    assert ["p0_7"] == [key for key, _, _ in caught.value.changes]
    assert before == stores.runs.get(run.id)
    assert [] == points(stores, run.id, "m")


def test_one_of_two_writers_gives_a_param_its_value(stores: Stores) -> None:
    """Of writers that give a param different values at once, one succeeds, also where it has no room nearby."""
    run = added_run(stores)
    stores.runs.append(run.id, **long_batch(0))
    outcomes: list[str | None] = []

    def write(value: str) -> None:
        try:
            stores.runs.append(run.id, params={"raced": value, f"own{value}": value})
            outcomes.append(value)
        except ParamConflict:
            outcomes.append(None)

    threads = [threading.Thread(target=write, args=(str(number),)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [outcome for outcome in outcomes if outcome is not None]
    stored = stores.runs.get(run.id).params
    assert winner == stored["raced"]
    assert {f"own{winner}"} == {key for key in stored if key.startswith("own")}


@pytest.mark.parametrize("command", ["insert", "update", "findAndModify"])
@pytest.mark.parametrize("after", [True, False])
def test_an_interrupted_batch_is_there_as_a_whole_or_not_at_all(command: str, after: bool) -> None:
    """A lost connection anywhere leaves all params of a batch or none; sending it again leaves all, once."""
    database = open_ru("interrupted", dialect=TINY)
    database.uri = with_options(database.uri, appname="failing-interrupted", retryReads="false")
    stores = stores_on(database)
    run = added_run(stores)
    stores.runs.append(run.id, params={"long": "x" * 2_000})
    batch = {"params": {f"p{number}": "x" * 300 for number in range(9)}, "metrics": [Metric("m", 1.0, NOW, 0)]}
    with failing(database, command, closeConnection=True, afterApply=after):
        try:
            stores.runs.append(run.id, **batch)
        except Unavailable:
            assert len(stores.runs.get(run.id).params) in (1, 10)
    for _ in range(2):
        stores.runs.append(run.id, **batch)
    assert {"long": "x" * 2_000, **batch["params"]} == stores.runs.get(run.id).params
    assert [(NOW, 0, "1.0")] == points(stores, run.id, "m")
    drop(database)


def test_many_small_changes_do_not_make_many_documents(database: MongoDatabase, stores: Stores) -> None:
    """Tags that are set one by one on a run that is too large are gathered; what they replace is erased."""
    run = added_run(stores)
    stores.runs.append(run.id, **long_batch(0))
    rows = database[OVERFLOWS].count_documents({"r": run.id})
    for number in range(40):
        stores.runs.append(run.id, tags={f"small{number % 20}": str(number)})
    assert {f"small{number % 20}": str(number) for number in range(20, 40)} == {
        key: value for key, value in stores.runs.get(run.id).tags.items() if key.startswith("small")
    }
    assert database[OVERFLOWS].count_documents({"r": run.id}) <= rows + 1


def test_waiting_points_that_nobody_takes_away_are_bounded(database: MongoDatabase) -> None:
    """Many short processes, none of which tidies up after itself, do not make a run's document grow."""
    runs = []
    for number in range(80):
        stores = stores_on(open_ru("overflow"))  # as another process would
        runs = runs or [added_run(stores)]
        stores.runs.append(runs[0].id, metrics=[Metric("m", 1.0, NOW, number * 16 + step) for step in range(16)])
        stores.close()
    document = database[RUNS].find_one({"run": runs[0].id})
    assert document["c"] <= 272
    assert 80 * 16 == len(points(stores_on(database), runs[0].id, "m"))


def test_erasing_a_run_erases_all_of_it(database: MongoDatabase, stores: Stores) -> None:
    """Nothing is left of a run that outgrew its document, erased alone or with its experiment."""
    experiment = added_experiment(stores)
    ids = []
    for _ in range(2):
        run = new_run(experiment.id, params={f"p{number}": "x" * 6_000 for number in range(99)})
        stores.runs.add(run)
        stores.runs.append(run.id, metrics=[Metric("m", 1.0, NOW, 0)])
        stores.runs.attach(run.id, datasets=[dataset_input("d", profile="p" * 600_000)])
        ids.append(run.id)
    stores.runs.remove(ids[0], at=NOW)
    stores.runs.purge(ids[0])
    stores.experiments.remove(experiment.id, at=NOW)
    stores.experiments.purge(experiment.id)
    for id in ids:
        with pytest.raises(NotFound):
            stores.runs.get(id)
    for name in (OVERFLOWS, HISTORIES):
        assert 0 == database[name].count_documents({"r": {"$in": ids}})
    assert [] == list(database[DATASETS].find({"_id": {"$gte": f"{experiment.id}/", "$lt": f"{experiment.id}0"}}))


def test_a_logged_model_that_is_too_large_is_refused_before_it_is_sent(stores: Stores) -> None:
    """What has no way to overflow is refused with the limit, and nothing of it is stored."""
    experiment = added_experiment(stores)
    model = new_model(experiment.id, params={f"p{number}": "x" * 60_000 for number in range(40)}, name=unique())
    with pytest.raises(InvalidInput, match=f"{RU.document_limit:,}"):
        stores.logged_models.add(model)
    with pytest.raises(NotFound):
        stores.logged_models.get(model.id)
