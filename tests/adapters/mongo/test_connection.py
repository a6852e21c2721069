"""Wrong URIs, servers that are not there, and credentials that are not right."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import attrs
import pytest

from genesis_flow.adapters.mongo.client import MongoDatabase, client_options, database_name
from genesis_flow.adapters.mongo.diagnosis import MongoDiagnosis
from genesis_flow.adapters.mongo.indexes import INDEXES, RUNS, SCHEMA
from genesis_flow.domain.errors import GenesisFlowError, InvalidInput, Unauthenticated, Unavailable, Unsupported
from genesis_flow.ports.diagnosis import Health
from tests.adapters.mongo.opening import open_database, stores_on
from tests.services import mongodb
from tests.services.missing import missing

SECRET = "S3cret%2Fpass"


@pytest.fixture(scope="module")
def guarded() -> str:
    """The address of a server that asks for a password."""
    mongodb.database_uri("guarded")
    uri = mongodb.start("--port", "27118", "--user", "ada", "--password", "S3cret/pass")
    if uri is None:
        missing(mongodb.ADVICE)
    return uri.removeprefix("mongodb://")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that accepts connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        accepted: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    accepted.append(listener.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        for connection in accepted:
            connection.close()
        thread.join()


def failure(uri: str, timeout_s: float = 1.0) -> tuple[GenesisFlowError, float]:
    """What first use of `uri` raises, and after how many seconds."""
    database = MongoDatabase(uri, "memory://root", timeout_s)
    start = time.monotonic()
    with pytest.raises(GenesisFlowError) as raised:
        stores_on(database).experiments.get("0")
    elapsed = time.monotonic() - start
    database.close()
    assert "\n" not in raised.value.message
    assert "S3cret" not in repr(raised.value)
    assert "S3cret" not in repr(database)
    return raised.value, elapsed


def test_a_closed_port_fails_within_the_timeout() -> None:
    """Nobody listens: one clear line after about the configured time."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error, elapsed = failure(f"mongodb://ada:{SECRET}@127.0.0.1:{unused.getsockname()[1]}/db")
    assert isinstance(error, Unavailable)
    assert elapsed < 3


def test_a_silent_server_fails_within_the_timeout(silent: str) -> None:
    """A server that accepts and never answers does not hang its clients."""
    error, elapsed = failure(f"mongodb://ada:{SECRET}@{silent}/db")
    assert isinstance(error, Unavailable)
    assert elapsed < 5


def test_an_unknown_host_fails_within_the_timeout() -> None:
    """A host name that does not resolve is named in the message."""
    error, elapsed = failure(f"mongodb://ada:{SECRET}@no-such-host.invalid/db")
    assert isinstance(error, Unavailable)
    assert "no-such-host.invalid" in error.message
    assert elapsed < 5


def test_the_timeout_is_five_seconds_unless_said_otherwise() -> None:
    """The default is 5 s, and what the URI says wins over any setting."""
    options = client_options("mongodb://h/db", MongoDatabase("mongodb://h/db", "x").timeout_s)
    assert 5_000 == options["serverSelectionTimeoutMS"] == options["connectTimeoutMS"]
    given = client_options("mongodb://h/db?serverselectiontimeoutms=9&appName=mine", 5.0)
    assert {"connectTimeoutMS": 5_000, "socketTimeoutMS": 30_000} == given


@pytest.mark.parametrize(
    "uri",
    [
        f"mongodb://ada:{SECRET}@/db",
        f"mongodb://ada:{SECRET}@host:port/db",
        "mongodb://ada:S3cret/p@ss@host/db",
        f"mongodb://ada:{SECRET}@host/a.b",
        f"mongodb://ada:{SECRET}@host/" + "x" * 64,
    ],
)
def test_a_malformed_uri_is_refused_at_once(uri: str) -> None:
    """What is not a MongoDB URI is said to be none, without showing its password."""
    error, elapsed = failure(uri)
    assert isinstance(error, InvalidInput)
    assert elapsed < 1


def test_the_database_is_named_by_the_path() -> None:
    """`mongodb://host/NAME` keeps everything in database NAME; without a path it is genesis_flow."""
    assert "runs of ada" != database_name("mongodb://h/runs_of_ada?w=1")
    assert "runs_of_ada" == database_name("mongodb://h/runs_of_ada?w=1")
    assert "größe" == database_name("mongodb://h/gr%C3%B6%C3%9Fe")
    assert "genesis_flow" == database_name("mongodb://h") == database_name("mongodb://h/?w=1")


def test_the_right_password_opens(guarded: str) -> None:
    """Credentials in the connection string, percent-encoded, are used."""
    database = MongoDatabase(f"mongodb://ada:{SECRET}@{guarded}/guarded", "memory://root", 2.0)
    assert "Default" == stores_on(database).experiments.get("0").name
    database.close()


@pytest.mark.parametrize("credentials", ["ada:wrong@", "eve:S3cret%2Fpass@"])
def test_a_wrong_password_is_said_to_be_wrong(guarded: str, credentials: str) -> None:
    """Refused credentials are an error of their own, at once."""
    error, elapsed = failure(f"mongodb://{credentials}{guarded}/guarded")
    assert isinstance(error, Unauthenticated)
    assert elapsed < 3


def test_no_password_where_one_is_needed_is_refused(guarded: str) -> None:
    """A server that wants credentials and gets none gives a clear error."""
    error, _ = failure(f"mongodb://{guarded}/guarded")
    assert "user" in error.message


def test_tls_to_a_server_without_it_fails_closed(guarded: str) -> None:
    """There is no fallback to plain text."""
    error, _ = failure(f"mongodb://ada:{SECRET}@{guarded}/guarded?tls=true")
    assert isinstance(error, Unavailable)


def test_a_newer_layout_is_refused() -> None:
    """A database that a later version wrote is left alone."""
    database = open_database("newer")
    database[SCHEMA].update_one({"_id": "schema"}, {"$set": {"version": 99}})
    later = attrs.evolve(database)
    with pytest.raises(Unsupported, match="upgrade genesis-flow"):
        stores_on(later).experiments.get("0")
    later.close()
    database.close()


def test_diagnosis_of_a_healthy_database() -> None:
    """Everything is fine once the database was used."""
    database = open_database("healthy")
    stores_on(database).experiments.get("0")
    findings = MongoDiagnosis(database).findings()
    assert {Health.OK} == {finding.health for finding in findings}
    checks = {"server", "credentials", "encryption", "clock", "durability"}
    assert {*checks, *(f"indexes of {name}" for name in INDEXES)} == {row.check for row in findings}
    database.close()


def test_a_lost_index_is_found_and_made_again() -> None:
    """An index that somebody dropped is named by the diagnosis and back after the next start."""
    database = open_database("lost")
    database[RUNS].drop_index("terms")
    broken = [row for row in MongoDiagnosis(database).findings() if row.health is Health.BROKEN]
    assert [f"indexes of {RUNS}"] == [row.check for row in broken]
    assert "terms" in broken[0].detail
    later = attrs.evolve(database)
    stores_on(later).experiments.get("0")
    later.close()
    assert not [row for row in MongoDiagnosis(database).findings() if row.health is Health.BROKEN]
    database.close()


def test_diagnosis_of_an_unreachable_server_is_one_finding() -> None:
    """Without a server, the diagnosis says so and stops."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"mongodb://ada:{SECRET}@127.0.0.1:{unused.getsockname()[1]}/db"
        database = MongoDatabase(uri, "memory://root", 0.3)
        (finding,) = MongoDiagnosis(database).findings()
        database.close()
    assert Health.BROKEN is finding.health
    assert "S3cret" not in finding.detail


def test_weak_write_concern_is_a_warning() -> None:
    """A URI that asks for unacknowledged writes is pointed out."""
    database = open_database("weak")
    database.uri = mongodb.with_options(database.uri, w="0")
    (finding,) = [row for row in MongoDiagnosis(database).findings() if row.check == "durability"]
    assert Health.WARNING is finding.health
    database.close()
