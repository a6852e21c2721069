"""Which server a URI or the settings name, and what follows for the client."""

from __future__ import annotations

import threading
import uuid

import attrs
import pytest

from genesis_flow.adapters.cosmos.database import open_cosmos
from genesis_flow.adapters.cosmos.dialect import RU, VCORE, dialect_for
from genesis_flow.adapters.mongo.client import MongoDatabase, client_options, database_name
from genesis_flow.adapters.mongo.diagnosis import MongoDiagnosis
from genesis_flow.adapters.mongo.dialect import MONGODB, Dialect
from genesis_flow.adapters.mongo.indexes import INDEXES, indexes_for
from genesis_flow.bootstrap_mongo import open_database
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import AlreadyExists, GenesisFlowError, InvalidInput, Unsupported
from genesis_flow.ports.diagnosis import Health
from genesis_flow.settings import GENESIS_FLOW_MONGODB_DIALECT, GENESIS_FLOW_THROTTLING_TIMEOUT, settings_for
from tests.adapters.cosmos.opening import drop, open_ru, ru_server
from tests.adapters.mongo.opening import stores_on
from tests.contracts.samples import added_run
from tests.services.mongodb import named


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("mongodb://acc:k%3D@acc.mongo.cosmos.azure.com:10255/db?ssl=true&replicaSet=globaldb", RU),
        ("mongodb://acc:k@ACC.Mongo.Cosmos.Azure.com/db", RU),
        ("mongodb://acc:k@acc.mongo.cosmos.azure.cn:10255/db", RU),
        ("mongodb://acc:k@10.1.2.3:10255/db", RU),
        ("mongodb://acc:k@a.example:10255,b.example:10255/db", RU),
        ("mongodb+srv://ada:k@acc.mongocluster.cosmos.azure.com/?tls=true", VCORE),
        ("mongodb+srv://ada:k@acc.global.mongocluster.cosmos.azure.com/db", VCORE),
        ("mongodb://localhost:27017/db", MONGODB),
        ("mongodb://localhost:1025/db10255", MONGODB),
        ("mongodb://x.mongo.cosmos.azure.com:10255@localhost/db", MONGODB),
        ("mongodb+srv://ada:k@cluster0.mongodb.net/db", MONGODB),
    ],
)
def test_the_host_names_the_dialect(uri: str, expected: Dialect) -> None:
    """The hosts of the service, and port 10255, are told from any other; user and path say nothing."""
    assert expected == dialect_for(uri)


@pytest.mark.parametrize("uri", ["mongodb://localhost/db", "mongodb://a.mongo.cosmos.azure.com:10255/db"])
@pytest.mark.parametrize("dialect", [MONGODB, VCORE, RU])
def test_a_setting_wins_over_the_host(monkeypatch: pytest.MonkeyPatch, uri: str, dialect: Dialect) -> None:
    """GENESIS_FLOW_MONGODB_DIALECT says what the server is, whatever it is called."""
    monkeypatch.setenv(GENESIS_FLOW_MONGODB_DIALECT.name, f" {dialect.name.upper()} ")
    assert dialect == open_database(settings_for(uri)).dialect


def test_an_unknown_dialect_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialect that does not exist is refused with those that do."""
    monkeypatch.setenv(GENESIS_FLOW_MONGODB_DIALECT.name, "cosmos")
    with pytest.raises(InvalidInput, match="mongodb, cosmos-vcore, cosmos-ru") as caught:
        open_database(settings_for("mongodb://localhost/db"))
    assert GENESIS_FLOW_MONGODB_DIALECT.name == caught.value.field


def test_the_budget_of_waits_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call waits for 60 s, or for what GENESIS_FLOW_THROTTLING_TIMEOUT says."""
    assert 60.0 == settings_for("mongodb://h/db").throttling_timeout_s
    monkeypatch.setenv(GENESIS_FLOW_THROTTLING_TIMEOUT.name, "7.5")
    assert 7.5 == settings_for("mongodb://h/db").throttling_timeout_s


def test_options_that_the_uri_leaves_open_follow_from_the_dialect() -> None:
    """Connections are given up before the service cuts them; the RU tier has no retryable writes; the URI wins."""
    ru = client_options("mongodb://h/db", 5.0, RU.options)
    assert (120_000, False) == (ru["maxIdleTimeMS"], ru["retryWrites"])
    vcore = client_options("mongodb://h/db", 5.0, VCORE.options)
    assert (120_000, None) == (vcore["maxIdleTimeMS"], vcore.get("retryWrites"))
    given = client_options("mongodb://h/db?retrywrites=true&maxidletimems=7", 5.0, RU.options)
    assert not {"retryWrites", "maxIdleTimeMS"} & set(given)
    assert not {"retryWrites", "maxIdleTimeMS"} & set(client_options("mongodb://h/db", 5.0))


def test_nothing_is_sent_before_the_first_use() -> None:
    """Opening a database that nobody answers for fails when it is used, not before."""
    database = open_cosmos("mongodb://acc:k@127.0.0.1:9/db", "memory://root", 0.2)
    assert RU == database.dialect
    database.close()


def test_index_sets_are_such_as_the_tier_can_have() -> None:
    """No index has several paths of which one is nested, none more than eight, and few are made in all."""
    for dialect in (MONGODB, VCORE, RU):
        keys = [list(model.document["key"]) for group in indexes_for(dialect).values() for model in group]
        assert [] == [paths for paths in keys if len(paths) > 1 and "." in "".join(paths)]
        assert max(map(len, keys)) <= 8
        assert len(keys) < 20
    assert INDEXES == indexes_for(MONGODB) == indexes_for(VCORE)


def test_no_index_of_the_ru_tier_is_unique() -> None:
    """A unique index could be made on an empty collection only, and would be unique in one partition only."""
    uniques = [model for group in indexes_for(RU).values() for model in group if model.document.get("unique")]
    assert [] == uniques


def test_collections_that_are_there_already_are_taken_as_they_are() -> None:
    """A database whose collections were made by somebody else, with documents, opens and works."""
    database = open_ru("existing")
    for name in ("runs", "experiments", "metric_histories"):
        database.client()[database_name(database.uri)][name].insert_one({"_id": "somebody's", "exp": "-"})
    stores = stores_on(database)
    run = added_run(stores)
    stores.runs.append(run.id, metrics=[Metric("m", 1.0, step, step) for step in range(300)])
    assert 300 == len(stores.runs.history(run.id, "m"))
    with pytest.raises(AlreadyExists):
        stores.runs.add(run)
    drop(database)


def test_a_database_is_opened_as_what_it_was_made() -> None:
    """A partitioned database is not written to as one without partitions, nor the other way round."""
    plain = attrs.evolve(MONGODB, options=RU.options)
    for maker, other in ((RU, plain), (plain, RU)):
        made = open_ru(f"made_as_{maker.name.replace('-', '_')}", dialect=maker)
        made["runs"].find_one({})
        wrong = open_cosmos(made.uri, "memory://root", dialect=other)
        with pytest.raises(Unsupported, match="GENESIS_FLOW_MONGODB_DIALECT"):
            wrong["runs"].find_one({})
        wrong.close()
        drop(made)


def test_many_processes_may_open_a_database_at_once() -> None:
    """Each of several clients that open an empty database at the same moment finds it complete."""
    name = f"crowd{uuid.uuid4().hex[:8]}"
    opened = [open_ru(name) for _ in range(6)]
    outcomes: list[object] = []

    def use(database: MongoDatabase) -> None:
        try:
            outcomes.append(added_run(stores_on(database)).id)
        except GenesisFlowError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=use, args=(database,)) for database in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == [outcome for outcome in outcomes if not isinstance(outcome, str)]
    assert {Health.OK} == {finding.health for finding in MongoDiagnosis(opened[0]).findings()}
    for database in opened:
        database.close()
    drop(open_ru(name))


def test_doctor_names_the_dialect_and_misses_nothing() -> None:
    """After first use all indexes of the tier are there, and doctor says which tier it is."""
    database = open_cosmos(named(ru_server(), "doctor"), "memory://root")
    database["runs"].find_one({})
    findings = MongoDiagnosis(database).findings()
    assert [] == [finding for finding in findings if finding.health.value == "broken"]
    assert findings[0].detail.endswith(", treated as cosmos-ru")
    drop(database)


def test_collections_are_partitioned_when_they_are_made() -> None:
    """What belongs to a run or model is partitioned by it, so an `_id` may be there once in each partition."""
    database = open_ru("partitions")
    points = database["metric_histories"]
    points.insert_one({"_id": "x", "r": "a"})
    points.insert_one({"_id": "x", "r": "b"})
    assert 2 == points.count_documents({"_id": "x"})
    drop(database)
