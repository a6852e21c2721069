"""Several processes on one model registry: racing, and being killed."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from genesis_flow.adapters.mongo.claims import GRACE_MS, claim
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import MODEL_VERSIONS, REGISTERED_MODELS
from genesis_flow.domain.errors import AlreadyExists
from tests.adapters.mongo.opening import new_database, stores_on
from tests.adapters.mongo.racing import raced, started
from tests.contracts.registry_samples import added_model, added_version, found_versions, new_model, version_query
from tests.contracts.samples import NOW, unique

PROCESSES = 5


@pytest.fixture
def database() -> Iterator[MongoDatabase]:
    """A database of this test."""
    database = new_database("registry_processes")
    yield database
    database.client().drop_database(database.uri.rpartition("/")[2])
    database.close()


def test_fifty_registrations_by_processes_are_one_to_fifty(database: MongoDatabase) -> None:
    """Numbers are given once, without gaps, and none is lost."""
    stores = stores_on(database)
    name = added_model(stores).name
    script = "print(json.dumps([added_version(stores, subject).version for _ in range(10)]))"
    outputs = raced(database.uri, name, script, processes=PROCESSES)
    given = [number for output in outputs for number in json.loads(output)]
    assert list(range(1, 51)) == sorted(given)
    assert [(name, number) for number in range(1, 51)] == sorted(found_versions(stores, version_query()))


def test_one_process_gets_a_name(database: MongoDatabase) -> None:
    """Of processes that create one name, some as a model and some as a prompt, exactly one succeeds."""
    script = """
tags = {"mlflow.prompt.is_prompt": "true"} if number % 2 else {}
print(attempt(lambda: stores.models.add(new_model(subject, tags=tags)) and "added"))
"""
    outcomes = raced(database.uri, unique(), script, processes=PROCESSES)
    assert Counter({"added": 1, "AlreadyExists": PROCESSES - 1}) == Counter(outcomes)


def test_one_version_is_left_in_production(database: MongoDatabase) -> None:
    """Of processes that promote versions and archive the others at once, one is last."""
    stores = stores_on(database)
    name = added_model(stores).name
    for _ in range(PROCESSES):
        added_version(stores, name)
    script = """
for turn in range(10):
    stores.versions.move(subject, number + 1, VersionStage.PRODUCTION, archiving_others=True, at=1)
"""
    raced(database.uri, name, script, processes=PROCESSES)
    stages = Counter(stores.versions.get(name, number + 1).stage.value for number in range(PROCESSES))
    assert {"Production": 1, "Archived": PROCESSES - 1} == stages


@pytest.mark.parametrize("after", [0.0, 0.01, 0.03])
def test_a_writer_that_is_killed_leaves_whole_versions(database: MongoDatabase, after: float) -> None:
    """After kill -9 every acknowledged version is whole, and registering goes on with greater numbers."""
    stores = stores_on(database)
    name = added_model(stores).name
    script = """
while True:
    print(added_version(stores, subject, tags={"a": "b"}).version, flush=True)
"""
    process = started(database.uri, name, script)
    assert process.stdout is not None
    seen = [int(process.stdout.readline()) for _ in range(20)]
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    seen += [int(line) for line in process.communicate()[0].split("\n")[:-1] if line]
    assert [{"a": "b"}] * len(seen) == [stores.versions.get(name, number).tags for number in seen]
    assert max(seen) < added_version(stores, name).version <= max(seen) + 2


def test_a_claim_that_was_left_behind_does_not_block(database: MongoDatabase) -> None:
    """A claim whose model was never written, or is gone, is dropped once it is old."""
    stores = stores_on(database)
    names = unique(), unique()
    for name, age in zip(names, (GRACE_MS - 5_000, GRACE_MS + 1), strict=True):
        database[REGISTERED_MODELS].insert_one(claim(name, "model/gone", NOW - age))
    with pytest.raises(AlreadyExists):
        stores.models.add(new_model(names[0]))
    assert names[1] == stores.models.add(new_model(names[1])).name


def test_a_number_that_was_taken_and_not_used_is_a_gap(database: MongoDatabase) -> None:
    """A writer that died between the number and the version leaves a gap, nothing else."""
    stores = stores_on(database)
    name = added_version(stores).name
    database[REGISTERED_MODELS].update_one({"name": name}, {"$inc": {"n": 1}})
    assert 3 == added_version(stores, name).version
    assert [(name, 1), (name, 3)] == sorted(found_versions(stores, version_query()))


def test_versions_of_a_model_that_was_half_removed_are_not_found(database: MongoDatabase) -> None:
    """If a removal is interrupted after the model, nobody finds what is left, and the name can be used again."""
    stores = stores_on(database)
    old = added_version(stores, tags={"a": "b"}, created_at=NOW - 2 * GRACE_MS)
    database[REGISTERED_MODELS].delete_one({"name": old.name})
    database[REGISTERED_MODELS].update_many({}, {"$set": {"at": NOW - 2 * GRACE_MS}})
    assert [] == found_versions(stores, version_query())
    assert 1 == added_version(stores, added_model(stores, name=old.name).name).version
    assert 2 == database[MODEL_VERSIONS].count_documents({})
    assert [(old.name, 1)] == found_versions(stores, version_query())
