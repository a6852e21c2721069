"""Links to blobs, and secrets that show nowhere."""

from __future__ import annotations

import io
import logging
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from azure.core.exceptions import HttpResponseError

from genesis_flow.adapters.artifacts.azure_accounts import AccountAccess
from genesis_flow.adapters.artifacts.azure_links import AzureLinks
from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.domain.errors import GenesisFlowError, NeedsCredentials, NotFound, Unsupported
from genesis_flow.domain.values.paths import ROOT, artifact_path
from genesis_flow.domain.values.storage import StorageAccess
from genesis_flow.ports.artifacts import ArtifactStore
from tests.adapters.artifacts import azure
from tests.contracts.artifacts import put, read
from tests.services import azure_blobs


@pytest.fixture(scope="module")
def container() -> Iterator[Any]:
    """The driver's client of an empty container."""
    with azure.container("links") as client:
        yield client


@pytest.fixture
def store(container: Any) -> ArtifactStore:
    """An empty store."""
    return azure.stores().open(f"azure://{container.container_name}/{uuid4().hex}")


@pytest.fixture
def signature(container: Any) -> str:
    """A shared access signature for the container."""
    from azure.storage.blob import ContainerSasPermissions, generate_container_sas

    return str(
        generate_container_sas(
            container.account_name, container.container_name, account_key=container.credential.account_key,
            permission=ContainerSasPermissions(read=True, write=True, create=True, list=True, delete=True),
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )
    )  # fmt: skip


def _by_signature(container: Any, signature: str) -> StorageAccess:
    endpoint = container.url.partition("?")[0].rpartition("/")[0]
    return StorageAccess(
        azure_account=container.account_name, azure_sas=signature, azure_endpoint=endpoint, transfers=azure.SMALL
    )


@pytest.mark.parametrize("name", ["a", "d/a b#?%25.txt"])
def test_a_link_downloads_one_file(store: ArtifactStore, name: str) -> None:
    """Whoever has it needs no credentials; it is for that file only."""
    put(store, name, b"bytes")
    url = store.download_link(artifact_path(name), expires_s=60).url
    with urllib.request.urlopen(url) as answer:
        assert b"bytes" == answer.read()
    place, _, query = url.partition("?")
    put(store, str(artifact_path(name).parent / "other"), b"secret")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{place.rpartition('/')[0]}/other?{query}")
    assert 403 == caught.value.code
    caught.value.close()


def test_a_link_cannot_write(store: ArtifactStore) -> None:
    """It lets nobody change the file."""
    put(store, "a", b"bytes")
    url = store.download_link(artifact_path("a"), expires_s=60).url
    request = urllib.request.Request(url, data=b"x", method="PUT", headers={"x-ms-blob-type": "BlockBlob"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    caught.value.close()
    assert b"bytes" == read(store, "a")


def test_there_are_no_links_to_what_is_no_file(store: ArtifactStore) -> None:
    """Missing files and directories are not found."""
    put(store, "d/a")
    for path in ("", "d", "b"):
        with pytest.raises(NotFound):
            store.download_link(artifact_path(path), expires_s=60)


def test_a_signature_makes_no_links(container: Any, signature: str) -> None:
    """It would have to be given away itself."""
    store = FsspecArtifactStores(lambda: _by_signature(container, signature)).open(
        f"azure://{container.container_name}/{uuid4().hex}"
    )
    put(store, "a")
    with pytest.raises(Unsupported, match="shared access signature"):
        store.download_link(artifact_path("a"), expires_s=60)


def test_an_identity_that_may_not_make_links_is_told_what_it_lacks(container: Any) -> None:
    """Emulators allow everybody everything, so what the service says to such an identity is made up here."""

    class Service:
        def get_user_delegation_key(self, *_: object) -> None:
            error = HttpResponseError("refused")
            error.status_code = 403
            raise error

    who = AccountAccess(container.account_name, container.url)
    links = AzureLinks(Service(), container, who)  # type: ignore[arg-type]  # a part of it
    with pytest.raises(NeedsCredentials, match="Storage Blob Delegator"):
        links.begin("a", parts=1, expires_s=60)


@pytest.mark.parametrize("uri", ["memory://links", "{tmp_path}"])
def test_other_stores_make_no_links(uri: str, tmp_path: Path) -> None:
    """Local files and memory have none to give."""
    store = FsspecArtifactStores().open(uri.format(tmp_path=tmp_path))
    put(store, "a")
    with pytest.raises(Unsupported, match="object storage"):
        store.download_link(artifact_path("a"), expires_s=60)


def test_no_secret_is_emitted(
    container: Any, signature: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Neither keys nor signatures are in logs at any level, in output, errors, tracebacks, reprs or URIs."""
    caplog.set_level(logging.DEBUG)
    key = container.credential.account_key
    emitted: list[str] = []

    def tried(call: Callable[[], object]) -> None:
        try:
            emitted.append(repr(call()))
        except GenesisFlowError as error:
            emitted.extend([str(error), repr(error), repr(error.__dict__), "".join(traceback.format_exception(error))])

    dead = f"AccountName={container.account_name};AccountKey={key};BlobEndpoint=http://127.0.0.1:9/x"
    ways = [azure_blobs.access(transfers=azure.SMALL), _by_signature(container, signature)]
    ways += [StorageAccess(azure_connection_string=dead), _by_signature(container, f"{signature}broken")]
    for access in ways:
        opened = FsspecArtifactStores(lambda access=access: access)  # type: ignore[misc]  # bound now
        for name in (container.container_name, "no-such-container"):
            if access is ways[2] and name == "no-such-container":
                continue
            there = opened.open(f"azure://{name}/{uuid4().hex}")
            emitted += [repr(opened), repr(there), repr(access), there.uri]
            calls: list[Callable[[], object]] = [
                lambda there=there: put(there, "d/a"), lambda there=there: there.find(ROOT),  # type: ignore[misc]
                lambda there=there: put(there, "b", bytes(300_000)),  # type: ignore[misc]
                lambda there=there: there.fetch(ROOT, tmp_path / uuid4().hex),  # type: ignore[misc]
                lambda there=there: there.open(artifact_path("d/a")).close(),  # type: ignore[misc]
                lambda there=there: there.direct_uploads().begin(artifact_path("p"), parts=2, expires_s=60),  # type: ignore[misc]
                lambda there=there: there.direct_uploads().link(artifact_path("p"), expires_s=60),  # type: ignore[misc]
                lambda there=there: there.download_link(artifact_path("d/a"), expires_s=60),  # type: ignore[misc]
                lambda there=there: there.remove(ROOT),  # type: ignore[misc]
            ]  # fmt: skip
            for call in calls[: 1 if access is ways[2] else None]:
                tried(call)
    logged = io.StringIO()
    for record in caplog.records:
        logged.write(f"{record.getMessage()} {record.__dict__}\n")
    assert "urllib3.connectionpool" in logged.getvalue()
    everything = "\n".join([*emitted, logged.getvalue(), *capfd.readouterr()])
    secret = signature.partition("sig=")[2].partition("&")[0]
    assert [] == [each for each in (key, secret, key[:20], secret[:20]) if each in everything]
