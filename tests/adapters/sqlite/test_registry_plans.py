"""Every query of the model registry is served by an index of the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from genesis_flow.adapters.sqlite.registry_search import find_models, find_versions
from genesis_flow.adapters.sqlite.webhooks import find_webhooks
from genesis_flow.domain.entities.model_version import VersionStage
from genesis_flow.domain.entities.webhook import WebhookQuery
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import MODEL_VERSIONS, REGISTERED_MODELS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import ModelVersionQuery, RegisteredModelQuery
from tests.adapters.sqlite.opening import opened, stores_of
from tests.contracts.registry_samples import added_version, new_model
from tests.contracts.samples import NOW
from tests.contracts.stores import Stores
from tests.contracts.webhooks import CREATED


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Many models with some versions each."""
    database = opened(Path(tmp_path_factory.mktemp("plans")) / "store.db")
    stores = stores_of(database)
    for number in range(60):
        name = stores.models.add(new_model(f"m{number}", tags={"t": str(number)})).name
        for _ in range(4):
            added_version(stores, name, run_id=f"r{number}", source=f"s3://{number}", tags={"t": str(number)})
    with database.writing() as connection:
        connection.execute("ANALYZE")
    yield stores
    database.close()


def scanned(stores: Stores, statement: str) -> list[str]:
    """Tables that a statement reads without an index."""
    with stores.models._database.reading() as connection:  # type: ignore[attr-defined]
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    details = [row[3] for row in rows]
    return [
        detail for detail in details
        if detail.startswith("SCAN") and "USING" not in detail and "json_each" not in detail
        and "VIRTUAL TABLE" not in detail and "CONSTANT ROW" not in detail and "SUBQUERY" not in detail
    ]


def expanded(connection: sqlite3.Connection, call: object) -> list[str]:
    """The statements of a call, with their values."""
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    try:
        call()  # type: ignore[operator]
    finally:
        connection.set_trace_callback(None)
    return [statement for statement in seen if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))]


@pytest.mark.parametrize("order", [[], ["name DESC"], ["timestamp"]])
@pytest.mark.parametrize("text", ["", "name = 'm7'", "name LIKE 'm7%'", "tags.t = '7'", "tags.t LIKE '7%'"])
def test_every_search_of_models_uses_an_index(stores: Stores, text: str, order: list[str]) -> None:
    """No search of registered models reads a whole table without the help of an index."""
    query = RegisteredModelQuery(
        bind_filter(text, REGISTERED_MODELS), total_order(bind_order(order, REGISTERED_MODELS), REGISTERED_MODELS)
    )
    with stores.models._database.reading() as connection:  # type: ignore[attr-defined]
        (statement,) = expanded(connection, lambda: find_models(connection, query))
    assert [] == scanned(stores, statement)


@pytest.mark.parametrize("order", [[], ["version_number DESC"], ["creation_timestamp"], ["name"]])
@pytest.mark.parametrize(
    "text",
    ["", "name = 'm7'", "run_id = 'r7'", "source_path LIKE 's3://7%'", "tags.t = '7'", "tags.t LIKE '7%'",
     "name = 'm7' AND version_number = 2"],
)  # fmt: skip
def test_every_search_of_versions_uses_an_index(stores: Stores, text: str, order: list[str]) -> None:
    """No search of versions reads a whole table, unless all versions are to be sorted anyway."""
    query = ModelVersionQuery(
        bind_filter(text, MODEL_VERSIONS), total_order(bind_order(order, MODEL_VERSIONS), MODEL_VERSIONS)
    )
    with stores.models._database.reading() as connection:  # type: ignore[attr-defined]
        (statement,) = expanded(connection, lambda: find_versions(connection, query))
    found = scanned(stores, statement)
    assert [] == (found if text else [each for each in found if each != "SCAN v"])


def test_every_other_query_uses_an_index(stores: Stores) -> None:
    """What is asked for by name, number, alias or stage is found by an index."""
    database = stores.models._database  # type: ignore[attr-defined]
    with database.writing() as writer:
        pass
    calls = [
        lambda: stores.models.get("m7"),
        lambda: stores.models.set_alias("m7", "a", 1),
        lambda: stores.versions.get("m7", 1),
        lambda: stores.versions.get_by_alias("m7", "a"),
        lambda: stores.versions.move("m7", 1, VersionStage.PRODUCTION, archiving_others=True, at=NOW),
        lambda: stores.versions.find_latest([stores.models.get("m7")]),
        lambda: stores.versions.remove_tag("m7", 1, "t"),
        lambda: stores.versions.remove("m7", 2, at=NOW),
        lambda: stores.models.remove("m9"),
    ]
    with database.reading() as reader:
        pass  # it is kept, and used again
    for call in calls:
        seen: list[str] = []
        for connection in (writer, reader):
            connection.set_trace_callback(seen.append)
        call()
        for connection in (writer, reader):
            connection.set_trace_callback(None)
        statements = [one for one in seen if one.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))]
        assert statements
        assert [] == [found for statement in statements for found in scanned(stores, statement)]


def test_every_search_of_webhooks_uses_an_index(stores: Stores) -> None:
    """All of them in their order, and those that are told of an event, without reading a whole table."""
    for event in (None, CREATED):
        with stores.webhooks._database.reading() as connection:  # type: ignore[attr-defined]
            (statement,) = expanded(connection, partial(find_webhooks, connection, WebhookQuery(event)))
        assert [] == scanned(stores, statement)
