"""Every query of the model registry is served by an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import MODEL_VERSIONS, REGISTERED_MODELS
from genesis_flow.adapters.mongo.names import prefix_range
from genesis_flow.adapters.mongo.registry_documents import ALL_IDS, model_to_document, version_to_document
from genesis_flow.adapters.mongo.registry_search import model_conditions, version_conditions
from genesis_flow.domain.search.binding import bind_filter
from genesis_flow.domain.search.fields import MODEL_VERSIONS as VERSION_FIELDS
from genesis_flow.domain.search.fields import REGISTERED_MODELS as MODEL_FIELDS
from genesis_flow.domain.search.queries import ModelVersionQuery, RegisteredModelQuery
from tests.adapters.mongo.opening import open_database
from tests.adapters.mongo.test_plans import explained, scans_of
from tests.contracts.registry_samples import new_model, new_version

MODELS, VERSIONS = 400, 5


@pytest.fixture(scope="module")
def database() -> Iterator[MongoDatabase]:
    """Many models with some versions each."""
    database = open_database("registry_plans")
    models, versions = [], []
    for number in range(MODELS):
        model = new_model(f"m{number}", tags={"t": str(number)}).with_id(f"{number:032x}")
        models.append(model_to_document(model))
        for version in range(1, VERSIONS + 1):
            new = new_version(model.name, run_id=f"r{number}", source=f"s3://{number}", tags={"t": str(number)})
            versions.append(version_to_document(new.with_number(version), models[-1]["_id"]))
    database[REGISTERED_MODELS].insert_many(models)
    database[MODEL_VERSIONS].insert_many(versions)
    yield database
    database.client().drop_database(database.uri.rpartition("/")[2])
    database.close()


def sequential(scans: list[str]) -> list[str]:
    """The scans that read a whole collection."""
    assert scans
    return [scan for scan in scans if scan.startswith("Seq Scan")]


@pytest.mark.parametrize(
    "text",
    ["", "name = 'm7'", "name LIKE 'm7%'", "name IN ('m7', 'm8')", "name != 'x'", "tags.t = '7'", "tags.t LIKE '7%'"],
)
def test_every_search_of_models_uses_an_index(database: MongoDatabase, text: str) -> None:
    """No search of registered models reads the whole collection."""
    conditions = model_conditions(RegisteredModelQuery(bind_filter(text, MODEL_FIELDS)))
    scans = explained(database[REGISTERED_MODELS], conditions, sort=[("name", 1)], limit=10)
    assert [] == sequential(scans)


@pytest.mark.parametrize("scope", [{"m": f"model/{7:032x}"}, {"_id": ALL_IDS}], ids=["one model", "all models"])
@pytest.mark.parametrize(
    "text",
    ["", "run_id = 'r7'", "run_id IN ('r7', 'r8')", "source_path LIKE 's3://7%'", "tags.t = '7'", "version_number = 2"],
)
def test_every_search_of_versions_uses_an_index(database: MongoDatabase, text: str, scope: dict[str, Any]) -> None:
    """No search of versions reads the whole collection."""
    conditions = [scope, *version_conditions(ModelVersionQuery(bind_filter(text, VERSION_FIELDS)))]
    scans = explained(database[MODEL_VERSIONS], conditions, sort=[("updated", -1)], limit=10)
    assert [] == sequential(scans)


@pytest.mark.parametrize(
    ("collection", "condition"),
    [
        (REGISTERED_MODELS, {"name": "m7"}),
        (REGISTERED_MODELS, {"_id": f"model/{7:032x}"}),
        (MODEL_VERSIONS, {"_id": f"model/{7:032x}/0000000001"}),
        (MODEL_VERSIONS, {"_id": prefix_range(f"model/{7:032x}")}),
        (MODEL_VERSIONS, {"m": {"$in": [f"model/{7:032x}", f"model/{8:032x}"]}}),
        (MODEL_VERSIONS, {"m": f"model/{7:032x}", "stage": "Production", "v": {"$ne": 1}, "q": {"$lt": 5}}),
    ],
)
def test_every_other_query_uses_an_index(database: MongoDatabase, collection: str, condition: dict[str, Any]) -> None:
    """What is asked for by name, id, number or stage is found by an index."""
    assert [] == sequential(explained(database[collection], [condition]))


def test_a_version_is_joined_to_its_model_by_an_index(database: MongoDatabase) -> None:
    """Reading a version looks up one model and one version, each by an index."""
    pipeline = [
        {"$match": {"name": "m7"}},
        {"$project": {"name": 1, "at": {"$concat": ["$_id", "/", {"$literal": "0000000001"}]}}},
        {"$lookup": {"from": MODEL_VERSIONS, "localField": "at", "foreignField": "_id", "as": "found"}},
    ]
    explanation = database.command(
        "explain", explain={"aggregate": REGISTERED_MODELS, "pipeline": pipeline, "cursor": {}}
    )
    if "queryPlanner" in explanation:
        assert [] == sequential(scans_of(dict(explanation)))
    else:
        assert "COLLSCAN" not in str(explanation)
