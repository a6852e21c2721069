"""What `doctor` says of the server itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from genesis_flow.adapters.cosmos.database import open_cosmos
from genesis_flow.adapters.mongo import service_checks
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.diagnosis import MongoDiagnosis
from genesis_flow.domain.errors import Unavailable
from genesis_flow.ports.diagnosis import Finding, Health
from tests.adapters.cosmos.opening import drop, open_ru
from tests.adapters.mongo.opening import open_database, stores_on
from tests.services import certificates
from tests.services.missing import missing
from tests.services.mongodb import start, stop_front, with_options
from tests.services.ports import unused_port


def found(database: MongoDatabase) -> dict[str, Finding]:
    """Findings by what was looked at."""
    return {finding.check: finding for finding in MongoDiagnosis(database).findings()}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine, signed by itself, with its key beside it."""
    return certificates.self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def encrypted(certificate: Path) -> Iterator[str]:
    """The URI of a front of the engine that speaks TLS."""
    with _front(certificate) as uri:
        yield uri


@contextmanager
def _front(certificate: Path) -> Iterator[str]:
    """The URI of a front of the engine with this certificate."""
    key, port = certificate.with_name("key.pem"), unused_port()
    uri = start("--port", str(port), "--tls-cert", str(certificate), "--tls-key", str(key))
    if uri is None:
        missing("no server that speaks TLS can be started: run the tests as root on Debian")
    try:
        yield f"mongodb://127.0.0.1:{port}/tls"
    finally:
        stop_front(port)


def test_tls_is_named_with_its_version(encrypted: str, certificate: Path) -> None:
    """Over TLS, `doctor` says which version was agreed on and that the certificate is checked."""
    database = MongoDatabase(with_options(encrypted, tls="true", tlsCAFile=str(certificate)), "memory://root")
    assert Finding("encryption", Health.OK, "TLSv1.3, the certificate is checked") == found(database)["encryption"]
    database.close()


def test_a_certificate_that_nobody_knows_is_refused(encrypted: str) -> None:
    """Without the authority's certificate nothing is sent, and there is no secret in what is said."""
    uri = with_options(encrypted.replace("//", "//ada:S3cret@"), tls="true")
    database = MongoDatabase(uri, "memory://root", 1.0)
    (finding,) = MongoDiagnosis(database).findings()
    database.close()
    assert Health.BROKEN is finding.health
    assert "certificate" in finding.detail
    assert "S3cret" not in finding.detail


def test_an_expired_certificate_is_said(tmp_path: Path) -> None:
    """Calls fail closed with an error that names the cause and no secret, and `doctor` says the same."""
    expired = certificates.self_signed(tmp_path, from_days=-30, to_days=-1)
    with _front(expired) as plain:
        uri = with_options(plain.replace("//", "//ada:S3cret@"), tls="true", tlsCAFile=str(expired))
        database = MongoDatabase(uri, "memory://root", 1.0)
        with pytest.raises(Unavailable, match="certificate of the MongoDB server was not accepted") as caught:
            stores_on(database).experiments.get("0")
        (finding,) = MongoDiagnosis(database).findings()
        database.close()
    assert (Health.BROKEN, caught.value.message) == (finding.health, finding.detail)
    assert "certificate has expired" in finding.detail
    assert "S3cret" not in finding.detail


def test_an_unchecked_certificate_is_a_warning(encrypted: str) -> None:
    """Encryption with whomever is no protection."""
    database = MongoDatabase(with_options(encrypted, tls="true", tlsAllowInvalidCertificates="true"), "memory://root")
    finding = found(database)["encryption"]
    assert (Health.WARNING, True) == (finding.health, "tlsallowinvalidcertificates" in finding.detail)
    database.close()


def test_no_encryption_is_fine_on_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain text to another machine is a warning."""
    database = open_database("plain")
    assert Health.OK is found(database)["encryption"].health
    monkeypatch.setattr(service_checks, "_LOOPBACK", frozenset())
    finding = found(database)["encryption"]
    assert (Health.WARNING, True) == (finding.health, "tls=true" in finding.detail)
    database.close()


@pytest.mark.parametrize(
    ("behind_s", "health", "words"),
    [(0, Health.OK, "from the server's"), (3_600, Health.WARNING, "3600 s behind"), (-90, Health.WARNING, "ahead of")],
)
def test_clocks_are_compared(monkeypatch: pytest.MonkeyPatch, behind_s: float, health: Health, words: str) -> None:
    """A clock that is more than a minute off is a warning that says in which direction."""
    database, real = open_database("clock"), service_checks.time.time
    monkeypatch.setattr(service_checks.time, "time", lambda: real() - behind_s)
    finding = found(database)["clock"]
    assert (health, True) == (finding.health, words in finding.detail)
    database.close()


@pytest.mark.parametrize(
    ("uri", "health", "words"),
    [
        ("mongodb://ada:S3cret@h/db", Health.OK, "user and password of the URI"),
        ("mongodb://ada:S3cret@h/db?authMechanism=SCRAM-SHA-256", Health.OK, "SCRAM-SHA-256"),
        ("mongodb://h/db?authMechanism=MONGODB-X509", Health.OK, "certificate"),
        ("mongodb+srv://h/db?authMechanism=MONGODB-OIDC", Health.OK, "identity"),
        ("mongodb://h/db", Health.WARNING, "whoever reaches the server"),
    ],
)
def test_credentials_are_named_and_not_shown(uri: str, health: Health, words: str) -> None:
    """Where they come from, never what they are."""
    finding = service_checks.credentials(uri)
    assert (health, True, False) == (finding.health, words in finding.detail, "S3cret" in finding.detail)


@pytest.mark.parametrize(
    ("option", "expected"), [("", []), ("?readPreference=primary", []), ("?readPreference=secondary", [Health.WARNING])]
)
def test_reads_that_may_be_stale_are_a_warning(option: str, expected: list[Health]) -> None:
    """Only the primary has everything that was acknowledged."""
    assert expected == [finding.health for finding in service_checks.stale_reads(f"mongodb://h/db{option}")]


def test_throughput_of_the_metered_tier() -> None:
    """`doctor` says how many request units a second were bought, and what the smallest read costs."""
    database = open_ru("doctor_units")
    findings = found(database)
    assert "100,000 RU/s, shared by the collections of the database" == findings["throughput"].detail
    assert findings["request units"].detail.startswith("the smallest read costs 3")
    drop(database)


@pytest.mark.parametrize(
    ("answer", "health", "words"),
    [
        ({"autoScaleSettings": {"maxThroughput": 4_000}}, Health.OK, "from 400 to 4,000 RU/s"),
        ({"provisionedThroughput": 400}, Health.OK, "400 RU/s"),
        ({}, Health.WARNING, "before its first use"),
    ],
)
def test_what_was_bought(answer: dict[str, Any], health: Health, words: str) -> None:
    """Fixed, scaling by itself, or nothing known."""
    finding = service_checks._bought(answer)
    assert (health, True) == (finding.health, words in finding.detail)


def test_retryable_writes_on_the_metered_tier_are_named() -> None:
    """A URI that asks for what the tier refuses is broken, and `doctor` says what to write instead."""
    tolerant = open_ru("doctor_retries")
    database = open_cosmos(with_options(tolerant.uri, retryWrites="true"), "memory://root")
    finding = found(database)["retryWrites"]
    assert (Health.BROKEN, True) == (finding.health, "retrywrites=false" in finding.detail)
    database.close()
    drop(tolerant)
