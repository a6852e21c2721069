"""What is left of registered models, versions and logged models when a write fails, wherever it does."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from genesis_flow.adapters.mongo.claims import GRACE_MS
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import MODEL_VERSIONS, REGISTERED_MODELS
from genesis_flow.domain.errors import NotFound, Unavailable
from genesis_flow.ports.logged_models import LoggedModelRepository
from genesis_flow.ports.model_versions import ModelVersionRepository
from genesis_flow.ports.registered_models import RegisteredModelRepository
from tests.adapters.mongo.failing import failing, open_failing
from tests.adapters.mongo.opening import stores_on
from tests.adapters.mongo.racing import started
from tests.adapters.mongo.registry_writes import EVERY, Write
from tests.adapters.mongo.test_faults import DROPPED_AFTER, DROPPED_BEFORE
from tests.contracts.registry_samples import added_model, added_version, new_model
from tests.contracts.samples import NOW, unique
from tests.contracts.stores import Stores

WRITING = ("findAndModify", "insert", "update", "delete")
ALL = (*WRITING, "find", "aggregate")

# Errors after which the driver need not look for the server again, which takes it half a second.
NEVER = {"errorCode": 262, "errorLabels": ["RetryableWriteError"]}
LATE = {**NEVER, "afterApply": True}


def _opened(name: str, patience_s: float = 0, **options: str) -> Iterator[MongoDatabase]:
    database = open_failing(name, **options)
    database.patience_s = patience_s
    stores_on(database, closes=False).experiments.get("0")  # connects, and puts everything in place
    yield database
    database.client().drop_database(database.uri.partition("?")[0].rpartition("/")[2])
    database.close()


@pytest.fixture(scope="module")
def bare() -> Iterator[MongoDatabase]:
    """A database whose driver retries nothing, as on Cosmos DB."""
    yield from _opened("registry_bare", retryWrites="false", retryReads="false")


@pytest.fixture(scope="module")
def retrying() -> Iterator[MongoDatabase]:
    """A database whose driver delivers a write that failed once more."""
    yield from _opened("registry_retrying", retryWrites="true")


@pytest.fixture(scope="module")
def patient() -> Iterator[MongoDatabase]:
    """A database whose driver retries nothing, and whose repositories wait for the server."""
    yield from _opened("registry_patient", 20, retryWrites="false", retryReads="false")


def numbers(database: MongoDatabase, name: str) -> list[int]:
    """Those of all versions that are stored of a registered model."""
    model = stores_on(database).models.get(name)
    return sorted(row["v"] for row in database[MODEL_VERSIONS].find({"m": f"model/{model.id}"}))


def outcome(stores: Stores, write: Write) -> tuple[Any, Any]:
    """What is stored before and after a write that nothing disturbs."""
    subject = write.prepare(stores)
    before = write.seen(stores, subject)
    write.act(stores, subject)
    return before, write.seen(stores, subject)


def test_every_write_is_here() -> None:
    """A method that a port gets has to say what is left of it."""
    reads = {"get", "get_by_alias", "find", "find_latest", "find_removed"}
    ports = {
        "models": RegisteredModelRepository, "versions": ModelVersionRepository, "logged_models": LoggedModelRepository,
    }  # fmt: skip
    methods = {f"{kind}.{name}" for kind, port in ports.items() for name in port.__abstractmethods__ - reads}

    assert methods - {"versions.add"} == {name.partition(" ")[0] for name in EVERY}


@pytest.mark.parametrize("fault", [LATE, NEVER], ids=["after", "before"])
@pytest.mark.parametrize("name", EVERY)
def test_a_write_can_be_repeated_wherever_it_failed(bare: MongoDatabase, name: str, fault: dict[str, Any]) -> None:
    """From the first, second, third ... command on nothing answers: nothing is half done, and once more does it."""
    stores, write = stores_on(bare), EVERY[name]
    before, expected = outcome(stores, write)
    for answered in count():
        subject = write.prepare(stores)
        with failing(bare, *ALL, after=answered, **fault):
            try:
                write.act(stores, subject)
            except Unavailable:
                pass
            else:
                break
        if write.is_one_step:
            assert write.seen(stores, subject) in (before, expected)
        write.again(stores, subject)
        assert expected == write.seen(stores, subject)
    assert answered > 0
    assert expected == write.seen(stores, subject)


@pytest.mark.parametrize("fault", [LATE, NEVER], ids=["after", "before"])
@pytest.mark.parametrize("name", EVERY)
def test_a_write_waits_for_the_server(patient: MongoDatabase, name: str, fault: dict[str, Any]) -> None:
    """Whichever of its commands fails, and its repetition too: the write is done, once, without an error."""
    stores, write = stores_on(patient), EVERY[name]
    _, expected = outcome(stores, write)
    for command in ALL:
        subject = write.prepare(stores)
        with failing(patient, command, times=2, **fault):
            write.act(stores, subject)
        assert expected == write.seen(stores, subject)


def test_versions_are_counted_through_faults(patient: MongoDatabase) -> None:
    """Each call gets a number of its own and makes one version, though an answer may be lost and leave a gap."""
    stores = stores_on(patient)
    name, given = added_model(stores).name, []
    for fault in (LATE, NEVER, DROPPED_AFTER, DROPPED_BEFORE):
        for command in ("findAndModify", "insert"):
            with failing(patient, command, **fault):
                given.append(added_version(stores, name).version)
    assert given == sorted(set(given))
    assert given == numbers(patient, name)


@pytest.mark.parametrize("name", EVERY)
def test_a_write_that_is_delivered_twice_is_done_once(retrying: MongoDatabase, name: str) -> None:
    """The driver sends what failed again, also what had arrived; the caller notices nothing."""
    stores, write = stores_on(retrying), EVERY[name]
    _, expected = outcome(stores, write)
    for commands, fault in [(WRITING, DROPPED_AFTER), *(((command,), LATE) for command in WRITING)]:
        subject = write.prepare(stores)
        with failing(retrying, *commands, **fault):
            try:
                write.act(stores, subject)
            except Unavailable:  # drivers do not repeat what changes many documents
                assert not write.is_one_step
                write.again(stores, subject)
        assert expected == write.seen(stores, subject)


def test_a_storm_of_faults_gives_no_number_twice(bare: MongoDatabase) -> None:
    """Acknowledged versions are all there, each once; what was not acknowledged is one version a failure at most."""
    chance, stores = random.Random(11), stores_on(bare)
    name, acknowledged, failures = added_model(stores).name, [], 0
    for turn in range(40):
        fault = chance.choice((LATE, LATE, NEVER, NEVER, DROPPED_AFTER))
        with failing(bare, chance.choice(("findAndModify", "insert")), times=chance.choice((0, 1, 2)), **fault):
            try:
                acknowledged.append(added_version(stores, name, tags={"turn": str(turn)}).version)
            except Unavailable:
                failures += 1
    found = numbers(bare, name)
    turns = [stores.versions.get(name, number).tags["turn"] for number in found]

    assert failures > 5
    assert sorted(set(acknowledged)) == sorted(acknowledged)
    assert set(acknowledged) <= set(found)
    assert len(found) <= len(acknowledged) + failures
    assert len(set(turns)) == len(turns)
    assert max(found) < added_version(stores, name).version


@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE], ids=["after", "before"])
def test_a_version_whose_insert_was_lost_once_is_added_once(patient: MongoDatabase, fault: dict[str, Any]) -> None:
    """Also where the driver retries nothing: its number is known, so it can be sent again."""
    stores = stores_on(patient)
    name = added_model(stores).name
    with failing(patient, "insert", **fault):
        assert 1 == added_version(stores, name).version
    assert 2 == added_version(stores, name).version
    assert [1, 2] == numbers(patient, name)


def test_an_interrupted_rename_burns_no_name(bare: MongoDatabase) -> None:
    """Wherever a rename stopped, one of the two names is the model's, and the other is free after a while."""
    stores = stores_on(bare)
    for answered in count():
        old, new = added_model(stores).name, unique()
        with failing(bare, *ALL, after=answered, **LATE):
            try:
                stores.models.rename(old, new, at=NOW)
            except Unavailable:
                pass
            else:
                break
        held = [name for name in (old, new) if _exists(stores, name)]
        (free,) = {old, new} - set(held)
        assert 1 == len(held)
        assert free == stores.models.add(new_model(free, created_at=NOW + GRACE_MS)).name


def _exists(stores: Stores, name: str) -> bool:
    try:
        return stores.models.get(name).name == name
    except NotFound:
        return False


@pytest.mark.parametrize("command", ["findAndModify", "insert"])
def test_a_process_killed_in_the_middle_of_a_version_blocks_nobody(bare: MongoDatabase, command: str) -> None:
    """kill -9 before the number, or between it and the version: the next version is whole, and the name works."""
    stores = stores_on(bare)
    model = added_model(stores)
    script = """
print("ready", flush=True)
sys.stdin.readline()
added_version(stores, subject)
"""
    process = started(bare.uri, model.name, script)
    assert process.stdin is not None
    assert process.stdout is not None
    assert "ready" == process.stdout.readline().strip()
    with failing(bare, command, blockConnection=True, blockTimeMS=60_000, **DROPPED_BEFORE):
        process.stdin.write("go\n")
        process.stdin.flush()
        taken = 1 if command == "insert" else 0
        while taken and bare[REGISTERED_MODELS].count_documents({"name": model.name, "n": taken}) == 0:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert -signal.SIGKILL == process.returncode
    assert [] == numbers(bare, model.name)
    assert taken + 1 == added_version(stores, model.name, tags={"a": "b"}).version
    assert {"a": "b"} == stores.versions.get(model.name, taken + 1).tags
    stores.models.remove(model.name)
    assert model.name == stores.models.add(new_model(model.name)).name
