"""Several processes on the model registry in one file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from tests.adapters.sqlite.opening import opened, stores_of
from tests.adapters.sqlite.test_processes import killed_after, started
from tests.contracts.registry_samples import added_model, added_version, found_versions, version_query
from tests.contracts.samples import unique

PROCESSES = 5

SETUP = """
import json, sys
from genesis_flow.domain.entities.model_version import VersionStage
from genesis_flow.domain.errors import GenesisFlowError
from tests.adapters.sqlite.opening import opened, stores_of
from tests.contracts.registry_samples import added_version, new_model
database = opened(sys.argv[1], synchronous="FULL", timeout_s=30)
stores, subject, number = stores_of(database), sys.argv[2], int(sys.argv[3])
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """The database of a file that does not exist yet."""
    one = opened(tmp_path / "store.db", timeout_s=30.0)
    yield one
    one.close()


def raced(database: SqliteDatabase, subject: str, script: str) -> list[str]:
    """What `script` printed in each of several processes that run at once."""
    running = [started(SETUP + script, database.path, subject, number) for number in range(PROCESSES)]
    outputs = [process.communicate(timeout=120)[0].strip() for process in running]
    assert [0] * PROCESSES == [process.returncode for process in running]
    return outputs


def test_fifty_registrations_by_processes_are_one_to_fifty(database: SqliteDatabase) -> None:
    """Numbers are given once, without gaps, and none is lost."""
    stores = stores_of(database)
    name = added_model(stores).name
    script = "print(json.dumps([added_version(stores, subject).version for _ in range(10)]))"
    given = [number for output in raced(database, name, script) for number in json.loads(output)]
    assert list(range(1, 51)) == sorted(given)
    assert [(name, number) for number in range(1, 51)] == sorted(found_versions(stores, version_query()))


def test_one_process_gets_a_name(database: SqliteDatabase) -> None:
    """Of processes that create one name, some as a model and some as a prompt, exactly one succeeds."""
    script = """
tags = {"mlflow.prompt.is_prompt": "true"} if number % 2 else {}
try:
    print("added" if stores.models.add(new_model(subject, tags=tags)) else "")
except GenesisFlowError as error:
    print(type(error).__name__)
"""
    outcomes = raced(database, unique(), script)
    assert Counter({"added": 1, "AlreadyExists": PROCESSES - 1}) == Counter(outcomes)


def test_one_version_is_left_in_production(database: SqliteDatabase) -> None:
    """Of processes that promote versions and archive the others at once, one is last."""
    stores = stores_of(database)
    name = added_model(stores).name
    for _ in range(PROCESSES):
        added_version(stores, name)
    script = """
for turn in range(10):
    stores.versions.move(subject, number + 1, VersionStage.PRODUCTION, archiving_others=True, at=1)
"""
    raced(database, name, script)
    stages = Counter(stores.versions.get(name, number + 1).stage.value for number in range(PROCESSES))
    assert {"Production": 1, "Archived": PROCESSES - 1} == stages


def test_a_writer_that_is_killed_leaves_whole_versions(database: SqliteDatabase) -> None:
    """After kill -9 every acknowledged version is whole, and registering goes on without a gap."""
    stores = stores_of(database)
    name = added_model(stores).name
    script = """
while True:
    print(added_version(stores, subject, tags={"a": "b"}).version, flush=True)
"""
    seen = [int(line) for line in killed_after(started(SETUP + script, database.path, name, 0), 20)]
    assert [{"a": "b"}] * len(seen) == [stores.versions.get(name, number).tags for number in seen]
    last = added_version(stores, name).version
    assert max(seen) < last <= max(seen) + 2
    assert list(range(1, last + 1)) == sorted(number for _, number in found_versions(stores, version_query()))
