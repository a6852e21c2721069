"""Azure Blob Storage over HTTPS, by the identity of the process: the real azure-identity and its requests."""

from __future__ import annotations

import logging
import re
import ssl
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from genesis_flow.adapters.artifacts import azure_small
from genesis_flow.adapters.artifacts.azure_clients import Accounts
from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.domain.entities.artifact import UploadedPart
from genesis_flow.domain.errors import Unauthenticated, Unavailable
from genesis_flow.domain.values.paths import ROOT, artifact_path
from genesis_flow.domain.values.storage import StorageAccess
from genesis_flow.ports.artifacts import ArtifactStore
from tests.adapters.artifacts import azure
from tests.contracts.artifact_machine import read_tree, sizes, write_tree
from tests.contracts.artifacts import put, read
from tests.services import azure_blobs, certificates, identities
from tests.services.azure_blobs import EMULATOR_ACCOUNT
from tests.services.identities import Issuer

CONTAINER = "data"


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """An Azurite that speaks HTTPS, with its certificate and a container."""
    pytest.importorskip("azure.identity")
    certificate = certificates.self_signed(tmp_path_factory.mktemp("tls"))
    options = ("--cert", str(certificate), "--key", str(certificate.with_name("key.pem")))
    with azure_blobs.own(*options) as text, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate))
        from azure.storage.blob import BlobServiceClient

        with BlobServiceClient.from_connection_string(text, connection_verify=str(certificate)) as service:
            service.create_container(CONTAINER)
            yield SimpleNamespace(endpoint=service.url.rstrip("/"), certificate=certificate, connection_string=text)


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """Who gives tokens to this process; clients of earlier tests are forgotten."""
    accounts = Accounts()
    monkeypatch.setattr("genesis_flow.adapters.artifacts.azure_blobs._ACCOUNTS", accounts)
    for name in identities.OTHERS:
        monkeypatch.delenv(name, raising=False)
    with identities.managed_identity() as (found, variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield found
    accounts.close()


@pytest.fixture
def store(https: SimpleNamespace, issuer: Issuer) -> ArtifactStore:
    """An empty store that is reached by the identity."""
    access = StorageAccess(azure_account=EMULATOR_ACCOUNT, azure_endpoint=https.endpoint, transfers=azure.SMALL)
    return FsspecArtifactStores(lambda: access).open(f"azure://{CONTAINER}/{uuid4().hex}")


@pytest.mark.parametrize("way", ["own", "driver"])
def test_an_identity_is_all_it_takes(
    store: ArtifactStore, issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Everything works by tokens over HTTPS, with the driver and without; each asks for one token."""
    if way == "driver":
        monkeypatch.setattr(azure_small.SmallRequests, "_target", lambda *_: 1 / 0)
    files = {"small": b"abc", "d/large": bytes(3 * azure.SMALL.block_bytes + 1), "empty": b""}
    write_tree(tmp_path / "in", files)
    store.put_tree(tmp_path / "in", ROOT)
    assert {path: len(data) for path, data in files.items()} == sizes(store)
    assert files == read_tree(store.fetch(ROOT, tmp_path / "out"))
    assert b"abc" == read(store, "small")
    store.remove(ROOT)
    assert {} == sizes(store)
    assert "the identity of this process (DefaultAzureCredential)" in store.access
    assert 2 >= len(issuer.given)


def test_an_identity_makes_links(store: ArtifactStore, https: SimpleNamespace) -> None:
    """They are signed by a user delegation key, and work without credentials."""
    put(store, "d/a", b"bytes")
    url = store.download_link(artifact_path("d/a"), expires_s=60).url
    context = ssl.create_default_context(cafile=str(https.certificate))
    with urllib.request.urlopen(url, context=context) as answer:
        assert b"bytes" == answer.read()
    assert {"skoid", "sktid", "sig", "spr"} <= set(re.findall(r"(\w+)=", url.partition("?")[2]))


def test_an_identity_takes_parts(store: ArtifactStore, https: SimpleNamespace) -> None:
    """Links to parts are signed for the identity, and hold no token of it."""
    uploads, path = store.direct_uploads(), artifact_path("d/a")
    begun = uploads.begin(path, parts=2, expires_s=60)
    context = ssl.create_default_context(cafile=str(https.certificate))
    for link in begun.links:
        assert ("skoid=" in link.url, "Bearer" in link.url) == (True, False)
        with urllib.request.urlopen(urllib.request.Request(link.url, b"x", method="PUT"), context=context) as answer:
            assert 201 == answer.status
    uploads.complete(path, None, [UploadedPart(number, url=link.url) for number, link in enumerate(begun.links, 1)])
    assert b"xx" == read(store, "d/a")


def test_a_token_that_ends_is_renewed(store: ArtifactStore, issuer: Issuer) -> None:
    """Tokens that are near their end are not used for further requests."""
    issuer.valid_s = 60
    for number in range(3):
        put(store, str(number))
    assert 3 <= len(issuer.given)


def test_no_identity_is_said(store: ArtifactStore, issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    """Without a token the error says that there is no identity, and neither it nor the log holds a secret."""
    caplog.set_level(logging.DEBUG)
    issuer.is_down = True
    begin = time.monotonic()
    said: list[str] = []
    calls: list[Callable[[], object]] = [lambda: put(store, "a"), lambda: store.find(ROOT)]
    for call in calls:
        with pytest.raises(Unauthenticated, match="no identity that this process could use") as caught:
            call()
        said += traceback.format_exception(caught.value)
    assert time.monotonic() - begin < 10  # nothing is waited for
    issuer.is_down = False
    put(store, "a")
    everything = "\n".join([*said, *(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)])
    assert [] == [each for each in (identities.SECRET, *issuer.given) if each in everything]


@pytest.mark.parametrize("has_key", [True, False])
def test_an_expired_certificate_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issuer: Issuer, has_key: bool
) -> None:
    """Calls fail closed, at once, with an error that names the cause; neither token nor signature is sent."""
    expired = certificates.self_signed(tmp_path, from_days=-30, to_days=-1)
    monkeypatch.setenv("SSL_CERT_FILE", str(expired))
    with certificates.https_server(expired) as (url, received):
        key = "a2V5" if has_key else None
        access = StorageAccess(azure_account="account", azure_key=key, azure_endpoint=f"{url}/account")
        store = FsspecArtifactStores(lambda: access).open("azure://data/a")
        calls: list[Callable[[], object]] = [lambda: put(store, "a"), lambda: store.find(ROOT)]
        for call in calls:
            with pytest.raises(Unavailable, match="was not accepted: certificate has expired"):
                call()
    assert [] == received
