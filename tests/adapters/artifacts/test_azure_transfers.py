"""Azure Blob Storage: what killed, cut, damaged and competing transfers leave behind."""

from __future__ import annotations

import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from genesis_flow.adapters.artifacts import azure_listing, azure_small, azure_uploads, digests
from genesis_flow.adapters.artifacts.connections import Connections
from genesis_flow.adapters.artifacts.partial_files import PartialFile
from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.errors import (
    Conflict,
    CorruptRecord,
    Forbidden,
    InvalidInput,
    NotFound,
    Unauthenticated,
    Unavailable,
    UntrustedContent,
)
from genesis_flow.domain.values.paths import ROOT, artifact_path
from genesis_flow.domain.values.storage import Transfers
from genesis_flow.ports.artifacts import ArtifactStore
from tests.adapters.artifacts import azure
from tests.contracts.artifact_machine import read_tree, sizes, write_tree
from tests.contracts.artifacts import put, read

BLOCK = azure.SMALL.block_bytes
#: Seven blocks and a bit, all different.
DATA = random.Random(0).randbytes(7 * BLOCK + 1_000)
WRITER = """
import io, sys
from tests.adapters.artifacts import azure
from genesis_flow.domain.values.paths import artifact_path
store = azure.stores().open(sys.argv[1])
print("ready", flush=True)
for number in range(10_000):
    store.put_stream(io.BytesIO(bytes([number % 256]) * 1_000_000), artifact_path("d/a"))
"""
#: Says which pieces of the large file are on the disk, and goes on after so many only when it is killed.
READER = """
import sys, threading
from pathlib import Path
from genesis_flow.adapters.artifacts.partial_files import PartialFile
from genesis_flow.domain.values.paths import artifact_path
from tests.adapters.artifacts import azure
put, stored, saying = PartialFile.put, [], threading.Lock()
def slow(self, index, chunks):
    found = put(self, index, chunks)
    with saying:
        stored.append(index)
        print(index, flush=True)
        if len(stored) == int(sys.argv[3]):
            threading.Event().wait()
    return found
PartialFile.put = slow
azure.stores().open(sys.argv[1]).fetch(artifact_path("d"), Path(sys.argv[2]))
"""
LIMITED = """
import resource, sys
from pathlib import Path
from tests.adapters.artifacts import azure
from genesis_flow.domain.errors import Unavailable
from genesis_flow.domain.values.paths import artifact_path
store = azure.stores().open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
try:
    store.fetch(artifact_path("a"), Path(sys.argv[2]))
except Unavailable as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.fetch(artifact_path("a"), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def container() -> Iterator[Any]:
    """The driver's client of an empty container."""
    with azure.container("transfers") as client:
        yield client


@pytest.fixture
def root() -> str:
    """A directory of its own."""
    return uuid4().hex


@pytest.fixture
def uri(container: Any, root: str) -> str:
    """That of an empty store."""
    return f"azure://{container.container_name}/{root}"


@pytest.fixture
def store(uri: str) -> ArtifactStore:
    """An empty store."""
    return azure.stores().open(uri)


class _Failing(io.BytesIO):
    """A stream that fails after some bytes."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self.most:
            raise ConnectionResetError("the line is dead")
        return super().read(size)


def _python(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True)


def _count(monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> list[Any]:
    """The first argument of each call of a method of the driver."""
    calls: list[Any] = []
    real = getattr(kind, name)

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls.append(args[0] if args else None)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(kind, name, counted)
    return calls


@pytest.fixture
def by_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """All requests are the driver's, where they can be counted and broken."""
    monkeypatch.setattr(azure_small, "get_environ_proxies", lambda url: {"http": "proxy"})


def _blob_client() -> type:
    from azure.storage.blob import BlobClient

    return BlobClient


def test_a_killed_upload_shows_nothing(container: Any, uri: str, store: ArtifactStore) -> None:
    """After kill -9 at any moment the blob holds all bytes of one upload, or is not there at all."""
    chance = random.Random(0)
    for _ in range(6):
        with _python(WRITER, uri) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            writer.send_signal(signal.SIGKILL)
        if found := list(store.find(artifact_path("d"))):
            assert [ArtifactInfo("d/a", False, 1_000_000)] == found
            assert 1 == len(set(read(store, "d/a")))


def test_an_upload_that_broke_off_is_continued(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that were staged are not sent again, and until all are there nothing is listed."""
    with pytest.raises(ConnectionResetError):
        store.put_stream(_Failing(DATA, 4 * BLOCK), artifact_path("a"))
    assert {} == sizes(store)
    sent = _count(monkeypatch, _blob_client(), "stage_block")
    put(store, "a", DATA)
    assert 4 == len(sent)
    assert DATA == read(store, "a")


def test_blocks_of_other_bytes_are_not_reused(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another upload staged for the same blob counts only where the bytes are the same."""
    other = bytes(BLOCK) + DATA[BLOCK:]
    with pytest.raises(ConnectionResetError):
        store.put_stream(_Failing(other, 4 * BLOCK), artifact_path("a"))
    sent = _count(monkeypatch, _blob_client(), "stage_block")
    put(store, "a", DATA)
    assert 5 == len(sent)
    assert DATA == read(store, "a")


def test_an_upload_is_repeated_when_another_one_was_committed(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit throws away the blocks of others; who can read the source again sends them again, and wins."""
    real = _blob_client().commit_block_list  # type: ignore[attr-defined]  # of the driver
    rivals = [b"1" * len(DATA), b"2" * 10]

    def late(self: Any, blocks: Any, **kwargs: Any) -> Any:
        if rivals:
            put(store, "a", rivals.pop())
        return real(self, blocks, **kwargs)

    monkeypatch.setattr(_blob_client(), "commit_block_list", late)
    put(store, "a", DATA)
    assert DATA == read(store, "a")


def test_a_stream_that_lost_its_blocks_is_a_conflict(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be read again is not stored, and the other writer's bytes stay whole."""

    class Once(io.BytesIO):
        def seekable(self) -> bool:
            return False

    real = _blob_client().commit_block_list  # type: ignore[attr-defined]  # of the driver
    rivals = [DATA[::-1]]

    def late(self: Any, blocks: Any, **kwargs: Any) -> Any:
        if rivals:
            put(store, "a", rivals.pop())
        return real(self, blocks, **kwargs)

    monkeypatch.setattr(_blob_client(), "commit_block_list", late)
    with pytest.raises(Conflict, match="Try again"):
        store.put_stream(Once(DATA), artifact_path("a"))
    assert DATA[::-1] == read(store, "a")


def test_a_commit_whose_answer_was_lost_is_repeated(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes stored twice are a success, and there is one blob."""
    from azure.core.exceptions import ServiceResponseError

    real = _blob_client().commit_block_list  # type: ignore[attr-defined]  # of the driver

    def lost(self: Any, blocks: Any, **kwargs: Any) -> Any:
        real(self, blocks, **kwargs)
        raise ServiceResponseError("no answer")

    monkeypatch.setattr(_blob_client(), "commit_block_list", lost)
    with pytest.raises(Unavailable):
        put(store, "a", DATA)
    monkeypatch.undo()
    put(store, "a", DATA)
    assert DATA == read(store, "a")


def test_a_transfer_holds_few_pieces(store: ArtifactStore, tmp_path: Path) -> None:
    """Neither direction needs memory for the whole file."""
    import tracemalloc

    (tmp_path / "f").write_bytes(bytes(60 * BLOCK))
    put(store, "warm", bytes(3 * BLOCK))
    store.fetch(artifact_path("warm"), tmp_path / "out")
    tracemalloc.start()
    store.put(tmp_path / "f", artifact_path("a"))
    store.fetch(artifact_path("a"), tmp_path / "out")
    with store.open(artifact_path("a")) as file:
        while file.read(BLOCK):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * (azure.SMALL.threads + 1) * BLOCK


def test_a_download_that_broke_off_is_continued(
    by_driver: None, store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came is kept under a passing name; the next call asks only for the rest, and nothing else stays."""
    from azure.core.exceptions import ServiceResponseError

    put(store, "a", DATA)
    real = _blob_client().download_blob  # type: ignore[attr-defined]  # of the driver

    def failing(self: Any, offset: int | None = None, *args: Any, **kwargs: Any) -> Any:
        if offset is not None and offset >= 5 * BLOCK:
            raise ServiceResponseError("no answer")
        return real(self, offset, *args, **kwargs)

    monkeypatch.setattr(_blob_client(), "download_blob", failing)
    with pytest.raises(Unavailable, match="continues from there"):
        store.fetch(artifact_path("a"), tmp_path)
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".partial")
    monkeypatch.setattr(_blob_client(), "download_blob", real)
    asked = _count(monkeypatch, _blob_client(), "download_blob")
    assert DATA == store.fetch(artifact_path("a"), tmp_path).read_bytes()
    assert ["a"] == os.listdir(tmp_path)
    assert 4 >= len(asked)


def test_a_killed_download_is_continued_with_what_the_disk_kept(
    by_driver: None, store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pieces of which the disk lost bytes are asked for again."""
    put(store, "a", DATA)
    whole = store.fetch(artifact_path("a"), tmp_path / "other").read_bytes()
    real = _blob_client().download_blob  # type: ignore[attr-defined]  # of the driver

    def failing(self: Any, offset: int | None = None, *args: Any, **kwargs: Any) -> Any:
        if offset is not None and offset >= 6 * BLOCK:
            raise KeyboardInterrupt
        return real(self, offset, *args, **kwargs)

    monkeypatch.setattr(_blob_client(), "download_blob", failing)
    with pytest.raises(KeyboardInterrupt):
        store.fetch(artifact_path("a"), tmp_path)
    monkeypatch.undo()
    (left,) = tmp_path.glob("*.partial")
    with left.open("r+b") as file:
        file.seek(BLOCK + 5)
        file.write(b"lost")
    assert whole == store.fetch(artifact_path("a"), tmp_path).read_bytes()
    assert ["a", "other"] == sorted(os.listdir(tmp_path))


@pytest.mark.parametrize("pieces", [1, 3, 6])
def test_a_download_that_is_killed_shows_nothing_half(
    store: ArtifactStore, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int
) -> None:
    """After kill -9 what is there is whole, and what is missing has no name; the next call asks for the rest only."""
    files = {"large": DATA, **{f"s/{number}": bytes([number]) * 1_000 for number in range(20)}}
    write_tree(tmp_path / "in", files)
    store.put_tree(tmp_path / "in", artifact_path("d"))
    with _python(READER, uri, str(tmp_path / "out"), str(pieces)) as reader:
        assert reader.stdout is not None
        kept = [int(reader.stdout.readline()) for _ in range(pieces)]
        reader.send_signal(signal.SIGKILL)
    there = read_tree(tmp_path / "out" / "d")
    (left,) = [path for path in there if path.endswith(".partial")]
    assert "large" not in there
    assert {path: files[path] for path in there if path != left} == {
        path: data for path, data in there.items() if path != left
    }
    came = _count(monkeypatch, PartialFile, "put")
    assert files == read_tree(store.fetch(artifact_path("d"), tmp_path / "out"))
    assert set() == set(kept) & set(came)


def test_what_is_left_of_another_version_is_not_used(
    store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the blob was replaced, the download begins anew."""
    put(store, "a", DATA)
    monkeypatch.setattr("genesis_flow.adapters.artifacts.partial_files.PartialFile.finish", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.fetch(artifact_path("a"), tmp_path)
    monkeypatch.undo()
    put(store, "a", DATA[::-1])
    assert DATA[::-1] == store.fetch(artifact_path("a"), tmp_path).read_bytes()


def _interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("size", [500, len(DATA)])
def test_damaged_bytes_do_not_appear(
    container: Any, root: str, store: ArtifactStore, tmp_path: Path, size: int
) -> None:
    """If the digest differs from the one that was stored, there is an error and no file."""
    put(store, "a", DATA[:size])
    blob = container.get_blob_client(f"{root}/a")
    blob.upload_blob(b"?" + DATA[1:size], overwrite=True, metadata=blob.get_blob_properties().metadata)
    with pytest.raises(CorruptRecord, match="digest"):
        store.fetch(artifact_path("a"), tmp_path)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [500, len(DATA)])
def test_blobs_of_others_are_checked_by_their_md5(
    container: Any, root: str, store: ArtifactStore, tmp_path: Path, size: int
) -> None:
    """Without a digest of ours, the MD5 of the blob counts; without that, its length."""
    from azure.storage.blob import ContentSettings

    data = DATA[:size]
    right, wrong = (bytearray(hashlib.md5(each).digest()) for each in (data, b""))
    for name, md5 in (("none", None), ("right", right), ("wrong", wrong)):
        container.upload_blob(f"{root}/{name}", data)
        container.get_blob_client(f"{root}/{name}").set_http_headers(ContentSettings(content_md5=md5))
    for name in ("none", "right"):
        assert data == store.fetch(artifact_path(name), tmp_path).read_bytes()
    with pytest.raises(CorruptRecord):
        store.fetch(artifact_path("wrong"), tmp_path)
    assert ["none", "right"] == sorted(os.listdir(tmp_path))


def test_a_digest_in_other_pieces_is_checked(uri: str, store: ArtifactStore, tmp_path: Path) -> None:
    """What was stored in pieces of one size comes back in those of another, small or large."""
    put(store, "a", DATA)
    other = azure.stores(transfers=Transfers(block_bytes=BLOCK // 2, threads=2)).open(uri)
    large = azure.stores(transfers=Transfers(block_bytes=64 * BLOCK, threads=2)).open(uri)
    for number, each in enumerate((other, large)):
        assert DATA == each.fetch(artifact_path("a"), tmp_path / str(number)).read_bytes()
        assert DATA == read(each, "a")


def test_a_replaced_blob_is_not_read_as_a_mix(store: ArtifactStore) -> None:
    """Whoever reads a large blob in pieces while it is replaced gets an error, not bytes of both."""
    put(store, "a", DATA)
    with store.open(artifact_path("a")) as file:
        assert DATA[:10] == file.read(10)
        put(store, "a", DATA[::-1])
        with pytest.raises(Conflict, match="Try again"):
            file.read()


def test_a_download_begins_anew_when_the_blob_is_replaced(
    by_driver: None, store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the new version that arrives, whole."""
    put(store, "a", DATA)
    real = _blob_client().download_blob  # type: ignore[attr-defined]  # of the driver
    rivals = [DATA[::-1]]

    def late(self: Any, offset: int | None = None, *args: Any, **kwargs: Any) -> Any:
        if offset and rivals:
            put(store, "a", rivals.pop())
        return real(self, offset, *args, **kwargs)

    monkeypatch.setattr(_blob_client(), "download_blob", late)
    assert DATA[::-1] == store.fetch(artifact_path("a"), tmp_path).read_bytes()
    assert ["a"] == os.listdir(tmp_path)


def test_one_member_is_read_in_pieces(by_driver: None, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader seeks and asks for what is read, not for the whole file."""
    put(store, "a", DATA)
    asked = _count(monkeypatch, _blob_client(), "download_blob")
    with store.open(artifact_path("a")) as file:
        file.seek(-5, io.SEEK_END)
        assert DATA[-5:] == file.read()
        file.seek(3)
        assert DATA[3:9] == file.read(6)
    assert 2 == len(asked)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are POSIX")
def test_a_full_disk_is_said_and_cleaned_up(uri: str, store: ArtifactStore, tmp_path: Path) -> None:
    """When no more bytes can be written, the error names the path, nothing stays, and the next call works."""
    put(store, "a", DATA)
    with _python(LIMITED, uri, str(tmp_path)) as done:
        assert done.stdout is not None
        said = done.stdout.read()
    assert f"'{tmp_path}/a' cannot be written: the disk or a quota is full. Free some space.\n" == said
    assert {"a": DATA} == read_tree(tmp_path)


@pytest.mark.parametrize("name", ["../x", "a/../../x", "a\\..\\x", "/abs", "a//b", "%2e%2e/x", "a\tb", "C:/x", ".."])
def test_names_that_would_leave_the_directory_are_refused(
    container: Any, root: str, store: ArtifactStore, tmp_path: Path, name: str
) -> None:
    """A blob whose name is no relative path stops the download of its directory before a file is written."""
    put(store, "good", b"1")
    full = f"{root}/{name}"
    _raw_put(container, full)
    stored = {blob.name for blob in container.list_blobs(f"{root}/")}
    if full not in stored:
        pytest.skip("this service stores the blob under another name")
    with pytest.raises(UntrustedContent, match="no name for a local file"):
        store.fetch(ROOT, tmp_path / "out")
    assert {} == read_tree(tmp_path)


def _raw_put(container: Any, name: str) -> None:
    """Store a blob whose name the driver would change."""
    import urllib.error
    import urllib.request
    from datetime import UTC, datetime, timedelta
    from urllib.parse import quote

    from azure.storage.blob import ContainerSasPermissions, generate_container_sas

    signature = generate_container_sas(
        container.account_name, container.container_name, account_key=container.credential.account_key,
        permission=ContainerSasPermissions(write=True, create=True), expiry=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    request = urllib.request.Request(
        f"{container.url}/{quote(name, safe='')}?{signature}", data=b"x", method="PUT",
        headers={"x-ms-blob-type": "BlockBlob"},
    )  # fmt: skip
    try:
        urllib.request.urlopen(request).close()
    except urllib.error.HTTPError as error:
        error.close()


def test_markers_of_directories_are_no_files(container: Any, root: str, store: ArtifactStore, tmp_path: Path) -> None:
    """Empty blobs that other tools write for directories are neither listed nor fetched, and are erased with them."""
    put(store, "d/a", b"1")
    container.upload_blob(f"{root}/d", b"", metadata={"hdi_isfolder": "true"})
    container.upload_blob(f"{root}/empty", b"", metadata={"Hdi_isfolder": "true"})
    container.upload_blob(f"{root}/slash/", b"")
    found = {info.path: info.is_dir for info in store.find(ROOT)}
    assert {"d": True, "empty": True, "slash": True} == found
    assert {"d/a": b"1"} == read_tree(store.fetch(ROOT, tmp_path / "out"))
    with pytest.raises(NotFound):
        store.open(artifact_path("d"))
    put(store, "d/b", b"2")
    store.remove(ROOT)
    assert [] == [blob.name for blob in container.list_blobs(f"{root}/")]


def test_neighbours_are_not_touched(container: Any, store: ArtifactStore, root: str) -> None:
    """A directory whose name begins like the root's is not listed, and stays when the root is erased."""
    put(store, "a", b"1")
    container.upload_blob(f"{root}2/a", b"2")
    container.upload_blob(f"{root}.txt", b"3")
    assert {"a": 1} == sizes(store)
    store.remove(ROOT)
    assert [f"{root}.txt", f"{root}2/a"] == sorted(blob.name for blob in container.list_blobs(root))


@pytest.mark.parametrize("way", ["own", "driver"])
def test_more_than_a_page_is_listed_and_erased(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Listings go on beyond one answer, and erasing beyond one batch; the driver goes on where ours failed."""
    monkeypatch.setattr(azure_listing, "PAGE", 100)
    store = azure.stores().open(uri)
    if way == "driver":
        _fail_after_first_page(monkeypatch)
    (tmp_path / "d").mkdir()
    for number in range(320):
        (tmp_path / "d" / f"{number:04d}").write_bytes(b"")
    store.put_tree(tmp_path, ROOT)
    assert [f"d/{number:04d}" for number in range(320)] == [info.path for info in store.find(artifact_path("d"))]
    assert 320 == len(read_tree(store.fetch(ROOT, tmp_path / "out")))
    store.remove(artifact_path("d"))
    assert () == tuple(store.find(ROOT))


def _fail_after_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    real = azure_small.SmallRequests.page

    def page(self: Any, **options: Any) -> bytes | None:
        return None if "marker" in options else real(self, **options)

    monkeypatch.setattr(azure_small.SmallRequests, "page", page)


def test_a_missing_container_is_said() -> None:
    """Nothing is created that somebody may have named by mistake; the error says what to do."""
    store = azure.stores().open("azure://no-such-container/x")
    calls: list[Callable[[], object]] = [
        lambda: put(store, "a"), lambda: put(store, "a", DATA), lambda: store.find(ROOT),
        lambda: store.open(artifact_path("a")), lambda: store.remove(ROOT),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(NotFound, match="no such container") as caught:
            call()
        assert "container" == caught.value.entity
        assert "/no-such-container" in caught.value.message


def test_a_name_that_no_blob_can_have_is_refused(store: ArtifactStore) -> None:
    """1,024 characters are the limit, the directories above included."""
    with pytest.raises(InvalidInput, match="cannot hold the name"):
        put(store, "x" * 1_000)


def test_too_many_blocks_are_refused(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source with more blocks than a blob can have ends in an error that names the setting, and stores nothing."""
    monkeypatch.setattr(azure_uploads, "MOST_BLOCKS", 3)
    with pytest.raises(InvalidInput, match="GENESIS_FLOW_ARTIFACT_BLOCK_BYTES"):
        put(store, "a", DATA)
    assert {} == sizes(store)


def test_wrong_keys_are_unauthenticated(uri: str) -> None:
    """A key that is not the account's is said to be wrong, and is not shown."""
    import base64

    from tests.services import azure_blobs

    wrong = base64.b64encode(b"wrong" * 12).decode()
    endpoint = azure_blobs.required_connection_string().partition("BlobEndpoint=")[2].partition(";")[0]
    if not endpoint:
        pytest.skip("the account of the tests has no endpoint in its connection string")
    text = f"AccountName={azure_blobs.EMULATOR_ACCOUNT};AccountKey={wrong};BlobEndpoint={endpoint}"
    store = azure.stores(azure_connection_string=text).open(uri)
    for call in (lambda: put(store, "a"), lambda: store.find(ROOT)):
        with pytest.raises((Unauthenticated, Forbidden)) as caught:
            call()
        assert wrong not in str(caught.value)


def test_trees_with_files_of_all_sizes_go_both_ways(store: ArtifactStore, tmp_path: Path) -> None:
    """Small files move at the same time, large ones in pieces; all of them arrive."""
    files = {f"d{number % 3}/{number}": DATA[:number] for number in (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, len(DATA))}
    write_tree(tmp_path / "in", files)
    store.put_tree(tmp_path / "in", artifact_path("t"))
    assert files == read_tree(store.fetch(artifact_path("t"), tmp_path / "out"))
    assert {f"t/{path}": len(data) for path, data in files.items()} == sizes(store)


def test_digests_are_stored(container: Any, root: str, store: ArtifactStore) -> None:
    """SHA-256 of the file, or of the digests of its pieces, is in the metadata; small ones have an MD5, too."""
    put(store, "small", b"abc")
    put(store, "large", DATA)
    small, large = (container.get_blob_client(f"{root}/{name}").get_blob_properties() for name in ("small", "large"))
    pieces = [hashlib.sha256(DATA[start : start + BLOCK]).digest() for start in range(0, len(DATA), BLOCK)]
    assert f"sha256:{hashlib.sha256(b'abc').hexdigest()}" == small.metadata[digests.KEY]
    assert hashlib.md5(b"abc").digest() == bytes(small.content_settings.content_md5)
    assert f"sha256-tree:{BLOCK}:{hashlib.sha256(b''.join(pieces)).hexdigest()}" == large.metadata[digests.KEY]


@pytest.mark.parametrize("broken", ["nothing", "half", "cut", "lost", "other"])
def test_what_the_quick_way_cannot_do_the_driver_does(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Requests without the driver that fail or end too early change nothing but the time it takes."""
    files = {"small": b"abc", "large": DATA, "empty": b"", "d/a": b"1"}
    write_tree(tmp_path / "in", files)
    answered = Connections.answer

    @contextmanager
    def answer(self: Connections, *args: Any) -> Iterator[Any]:
        if broken == "nothing":
            raise ConnectionRefusedError
        with answered(self, *args) as found:
            whole, cut = found.read, {"half": 10, "cut": 1}.get(broken)
            is_other = broken == "other" and "comp=list" in args[1]
            parts = [whole()[:cut], b""] if cut else [whole() and b"<html/>", b""] if is_other else None
            found.read = lambda *size: parts.pop(0) if parts else whole(*size)
            yield found
        if broken == "lost":
            raise ConnectionResetError

    monkeypatch.setattr(Connections, "answer", answer)
    store = azure.stores().open(uri)
    store.put_tree(tmp_path / "in", ROOT)
    assert files == read_tree(store.fetch(ROOT, tmp_path / "out"))
    assert ["d", "empty", "large", "small"] == [each.path for each in store.find(ROOT)]
    store.remove(ROOT)
    assert () == tuple(store.find(ROOT))
