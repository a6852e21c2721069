"""S3 and Google Cloud Storage: damaged bytes, broken uploads, links."""

from __future__ import annotations

import io
import os
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.domain.entities.artifact import UploadedPart
from genesis_flow.domain.errors import Conflict, CorruptRecord, GenesisFlowError, InvalidInput, NotFound
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.domain.values.storage import StorageAccess
from genesis_flow.ports.artifacts import ArtifactStore
from tests.contracts.artifact_machine import sizes
from tests.contracts.artifacts import put, read
from tests.services import objects

#: More than two of the parts that S3 allows.
LARGE = os.urandom(1 << 20) * 17


class _Failing(io.BytesIO):
    """A stream that fails after some bytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 1 << 24:
            raise ConnectionResetError("the line is dead")
        return super().read(size)


def _sent(url: str, data: bytes, headers: Mapping[str, str] | None = None) -> str:
    """The tag that the storage answers to a PUT."""
    sent = {"Content-Type": "application/octet-stream", **(headers or {})}
    with urllib.request.urlopen(urllib.request.Request(url, data, sent, method="PUT"), timeout=60) as answer:
        return str(answer.headers["ETag"])


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """An s3fs filesystem with the bucket "data"."""
    with objects.s3_endpoint() as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in objects.S3_ENVIRONMENT.items():
            patch.setenv(name, value)
        from s3fs import S3FileSystem

        files = S3FileSystem(endpoint_url=endpoint, use_listings_cache=False)
        files.mkdir("data")
        yield files


@pytest.fixture
def root() -> str:
    """A directory of its own."""
    return uuid4().hex


@pytest.fixture
def store(s3: Any, root: str) -> ArtifactStore:
    """An empty store in S3."""
    return FsspecArtifactStores(lambda: StorageAccess(s3_endpoint=s3.endpoint_url)).open(f"s3://data/{root}")


def test_damaged_bytes_do_not_appear(s3: Any, root: str, store: ArtifactStore, tmp_path: Path) -> None:
    """If the digest differs from the one that was stored, there is an error and no file."""
    put(store, "a", b"right")
    metadata = s3.call_s3("head_object", Bucket="data", Key=f"{root}/a")["Metadata"]
    s3.pipe_file(f"data/{root}/a", b"wrong", Metadata=metadata)
    with pytest.raises(CorruptRecord):
        store.fetch(artifact_path("a"), tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_broken_upload_is_not_there_and_swept(s3: Any, store: ArtifactStore) -> None:
    """A source that fails after two parts stores nothing; what a killed writer sent is erased by a sweep."""
    with pytest.raises(ConnectionResetError):
        store.put_stream(_Failing(LARGE), artifact_path("a"))
    assert {} == sizes(store)
    assert 0 == store.sweep(older_than_s=0)
    key = f"{store.uri.rpartition('/')[2]}/killed"
    s3.call_s3("create_multipart_upload", Bucket="data", Key=key)
    assert 0 == store.sweep(older_than_s=1e10)
    assert 1 == store.sweep(older_than_s=0)
    assert 0 == store.sweep(older_than_s=0)


def test_a_large_file_goes_both_ways(store: ArtifactStore, tmp_path: Path) -> None:
    """In parts; a reader seeks in it."""
    put(store, "a", LARGE)
    assert LARGE == store.fetch(artifact_path("a"), tmp_path).read_bytes()
    with store.open(artifact_path("a")) as file:
        file.seek(-5, io.SEEK_END)
        assert LARGE[-5:] == file.read()


def test_a_replaced_object_is_not_read_as_a_mix(store: ArtifactStore) -> None:
    """Whoever reads a large file while it is replaced gets an error, not bytes of both."""
    put(store, "a", LARGE)
    with store.open(artifact_path("a")) as file:
        assert LARGE[:10] == file.read(10)
        put(store, "a", LARGE[::-1])
        with pytest.raises(Conflict, match="Try again"):
            file.read()


def test_a_link_downloads_one_file(store: ArtifactStore) -> None:
    """Whoever has it needs no credentials."""
    put(store, "d/a b", b"bytes")
    with urllib.request.urlopen(store.download_link(artifact_path("d/a b"), expires_s=60).url) as answer:
        assert b"bytes" == answer.read()
    with pytest.raises(NotFound):
        store.download_link(artifact_path("d"), expires_s=60)


def test_a_link_stores_one_file(store: ArtifactStore) -> None:
    """By one request with the headers that come with it."""
    link = store.direct_uploads().link(artifact_path("d/a b.txt"), expires_s=60)
    assert {"Content-Type": "text/plain"} == link.headers
    assert "" != _sent(link.url, b"bytes", link.headers)
    assert b"bytes" == read(store, "d/a b.txt")


def test_parts_become_a_file(store: ArtifactStore) -> None:
    """Clients send parts to the storage, and say what it answered; in between there is nothing to be seen."""
    uploads, path = store.direct_uploads(), artifact_path("d/a")
    begun = uploads.begin(path, parts=2, expires_s=60)
    pieces = (bytes(5 << 20), b"end")  # moto reads parts as forms, and takes a minute for random bytes
    tags = [_sent(link.url, piece) for link, piece in zip(begun.links, pieces, strict=True)]
    assert {} == sizes(store)
    uploads.complete(path, begun.id, [UploadedPart(number, tag) for number, tag in enumerate(tags, 1)])
    assert b"".join(pieces) == read(store, "d/a")


def test_what_is_no_upload(store: ArtifactStore) -> None:
    """Unknown uploads, missing ids and tags, parts that were not sent or are small are said; giving up erases parts."""
    uploads, path = store.direct_uploads(), artifact_path("a")
    begun = uploads.begin(path, parts=2, expires_s=60)
    tags = [_sent(link.url, b"small") for link in begun.links]
    parts = [UploadedPart(number, tag) for number, tag in enumerate(tags, 1)]
    for id, given, kind in (
        (None, parts, InvalidInput), ("", parts, InvalidInput), (begun.id, [UploadedPart(1)], InvalidInput),
        (begun.id, [UploadedPart(1, '"nonsense"')], Conflict), (begun.id, parts, InvalidInput),
    ):  # fmt: skip
        with pytest.raises(kind):
            uploads.complete(path, id, given)
    uploads.abort(path, begun.id)
    with pytest.raises(NotFound, match="no such upload"):
        uploads.abort(path, begun.id)
    assert {} == sizes(store)


def test_a_missing_bucket_and_a_dead_server_are_said(s3: Any) -> None:
    """Errors are of the domain and name the path; those of the driver are not kept."""
    for endpoint in (s3.endpoint_url, "http://127.0.0.1:9"):
        store = FsspecArtifactStores(lambda endpoint=endpoint: StorageAccess(s3_endpoint=endpoint)).open(  # type: ignore[misc]
            "s3://no-such-bucket/x"
        )
        with pytest.raises(GenesisFlowError, match=r"no-such-bucket|x/a") as caught:
            put(store, "a")
        assert None is caught.value.__cause__
