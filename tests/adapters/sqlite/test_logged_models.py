"""Logged models in a SQLite file: searches are served by indexes and leave other experiments alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from genesis_flow.adapters.sqlite import schema
from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.logged_model_search import find_models
from genesis_flow.domain.search.ast import DatasetScope
from genesis_flow.domain.search.fields import LOGGED_MODELS
from genesis_flow.domain.search.model_binding import bind_model_filter, bind_model_order
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import LoggedModelQuery
from tests.adapters.sqlite.opening import opened, stores_of
from tests.contracts.samples import NOW, added_model, added_run, measure, model_point

SEARCHES = (
    ("", []),
    ("metrics.m > 3 AND metrics.m != 9", []),
    ("metrics.m = 3", [{"field_name": "metrics.m", "ascending": False}]),
    ("", [{"field_name": "metrics.m", "dataset_name": "d", "dataset_digest": "1"}, {"field_name": "model_type"}]),
    ("params.p = '1' AND tags.t IN ('1', '2')", [{"field_name": "name"}]),
    ("name LIKE 'a%' AND status = 'READY' AND experiment_id != '0'", [{"field_name": "experiment_id"}]),
    ("model_id = 'm-x' AND creation_time > 5", [{"field_name": "last_updated_timestamp"}]),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabase]:
    """A file with two experiments of fifty measured models each."""
    database = opened(tmp_path_factory.mktemp("plans") / "store.db")
    stores = stores_of(database)
    for _ in range(2):
        run = added_run(stores)
        for number in range(50):
            model = added_model(
                stores, run.experiment_id, params={"p": "1"}, tags={"t": str(number)}, created_at=NOW - number
            )
            measure(stores, *(model_point(model.id, "m", n / 7, run.id, step=n, dataset=("d", "1")) for n in range(9)))
    yield database
    database.close()


def query_of(
    filter_string: str, order_by: list[dict[str, object]], *ids: str, datasets: bool = False
) -> LoggedModelQuery:
    """A search of logged models."""
    scopes = (DatasetScope("d"), DatasetScope("e", "1")) if datasets else ()
    order = total_order(bind_model_order(order_by), LOGGED_MODELS)
    return LoggedModelQuery(bind_model_filter(filter_string, scopes), order, limit=10, experiment_ids=ids)


def plan_of(database: SqliteDatabase, query: LoggedModelQuery) -> list[str]:
    """How SQLite says that it answers a search."""
    statements: list[tuple[str, tuple[object, ...]]] = []

    class Listener:
        def __init__(self, real: sqlite3.Connection) -> None:
            self.real = real

        def execute(self, text: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
            statements.append((text, values))
            return self.real.execute(text, values)

    with database.reading() as connection:
        find_models(Listener(connection), query)  # type: ignore[arg-type]  # as much of a connection as is needed
        ((text, values),) = statements
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)]


@pytest.mark.parametrize("experiments", [("1",), ("1", "2")])
@pytest.mark.parametrize("datasets", [False, True])
@pytest.mark.parametrize(("filter_string", "order_by"), SEARCHES)
def test_every_search_is_served_by_indexes(
    database: SqliteDatabase, filter_string: str, order_by: list[dict[str, object]], datasets: bool,
    experiments: tuple[str, ...],
) -> None:
    """Models are found by their experiment, and what belongs to them by their number and key."""
    steps = plan_of(database, query_of(filter_string, order_by, *experiments, datasets=datasets))
    # What is scanned is made of the arguments, or of what was found before.
    scans = [step for step in steps if step.startswith("SCAN") and "json_each" not in step and "(subquery" not in step]
    assert [] == scans
    assert any("logged_models_by_creation (experiment=?" in step for step in steps)
    for step in steps:
        if "SEARCH v " in step:
            assert "PRIMARY KEY (model=?" in step


def test_the_default_order_is_walked(database: SqliteDatabase) -> None:
    """The newest models of one experiment come from the index as they are, without a sort."""
    steps = plan_of(database, query_of("metrics.m > 1 AND params.p = '1'", [], "1"))
    assert [] == [step for step in steps if "TEMP B-TREE" in step]


def test_the_latest_point_is_the_first_of_its_key(database: SqliteDatabase) -> None:
    """Ordering by a metric looks at one point of each model, and sorts models only."""
    steps = plan_of(database, query_of("", [{"field_name": "metrics.m"}], "1"))
    assert 1 == len([step for step in steps if "TEMP B-TREE" in step])


def test_points_are_erased_by_their_key(database: SqliteDatabase) -> None:
    """Purging a model finds its points by the primary key, some at a time."""
    with database.reading() as connection:
        steps = connection.execute(
            "EXPLAIN QUERY PLAN SELECT key FROM logged_model_points WHERE model = ? LIMIT ?", (1, 10)
        ).fetchall()
    assert ["SEARCH logged_model_points USING PRIMARY KEY (model=?)"] == [step[3] for step in steps]


def test_a_file_of_the_first_version_gets_logged_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that was made before there were logged models takes the step, and keeps what it has."""
    path = tmp_path / "old.db"
    defaults = schema.migrate.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "steps", schema.STEPS[:1])
    database = opened(path)
    run = added_run(stores_of(database))
    database.close()
    monkeypatch.setitem(defaults, "steps", schema.STEPS)
    stores = stores_of(opened(path))
    model = added_model(stores, run.experiment_id)
    measure(stores, model_point(model.id, run_id=run.id))
    assert (run, 1) == (stores.runs.get(run.id), len(stores.logged_models.get(model.id).metrics))
    stores.close()
