"""Artifacts on a local disk: killed writers, full disks, planted links."""

from __future__ import annotations

import errno
import io
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from genesis_flow.adapters.artifacts import local_files
from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    Unavailable,
    UntrustedContent,
)
from genesis_flow.domain.values.paths import ROOT, ArtifactPath, artifact_path
from genesis_flow.ports.artifacts import ArtifactStore
from tests.contracts.artifact_machine import read_tree, sizes, write_tree
from tests.contracts.artifacts import put, read

LEFTOVER = ".genesis-flow-" + "0" * 32 + ".partial"
WRITER = """
import io, sys
from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.domain.values.paths import artifact_path
store = FsspecArtifactStores().open(sys.argv[1])
print("ready", flush=True)
for number in range(10_000):
    data = bytes([number % 256]) * 3_000_000
    store.put_stream(io.BytesIO(data), artifact_path("d/a"))
"""
LIMITED = """
import io, resource, sys
from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.domain.errors import Unavailable
from genesis_flow.domain.values.paths import artifact_path
store = FsspecArtifactStores().open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
try:
    store.put_stream(io.BytesIO(bytes(2_000_000)), artifact_path("d/a"))
except Unavailable as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.put_stream(io.BytesIO(bytes(2_000_000)), artifact_path("d/b"))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The directory of the store; not made yet."""
    return tmp_path / "root"


@pytest.fixture
def store(root: Path) -> ArtifactStore:
    """A store on a local disk."""
    return FsspecArtifactStores().open(str(root))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A directory beside the root, with a secret."""
    write_tree(tmp_path, {"outside/secret": b"secret", "root-twin/secret": b"secret"})
    return tmp_path / "outside"


def _python(script: str, root: Path) -> list[str]:
    return [sys.executable, "-c", script, root.as_uri()]


def test_a_killed_writer_leaves_a_whole_file_or_none(root: Path, store: ArtifactStore) -> None:
    """After kill -9 at any moment the file holds all bytes of one write, and nothing else is listed."""
    chance = random.Random(0)
    for _ in range(8):
        with subprocess.Popen(_python(WRITER, root), stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.02))
            writer.send_signal(signal.SIGKILL)
        if found := list(store.find(artifact_path("d"))):
            assert [ArtifactInfo("d/a", False, 3_000_000)] == found
            assert 1 == len(set(read(store, "d/a")))
    store.sweep(older_than_s=0)
    assert {"a"} >= {place.name for place in root.rglob("*") if place.is_file()}


def test_leftovers_are_hidden_and_swept(root: Path, store: ArtifactStore, tmp_path: Path) -> None:
    """Unfinished files are not listed, read, fetched or copied, and are erased once they are old enough."""
    write_tree(root, {f"d/{LEFTOVER}": b"half", "d/a": b"1", f"e/{LEFTOVER}": b"half"})
    assert [ArtifactInfo("d/a", False, 1)] == list(store.find(artifact_path("d")))
    with pytest.raises(NotFound):
        store.open(artifact_path(f"d/{LEFTOVER}"))
    assert {"d/a": b"1"} == read_tree(store.fetch(ROOT, tmp_path / "out"))
    store.put_tree(root / "d", artifact_path("copy"))
    assert {"d/a": 1, "copy/a": 1} == sizes(store)
    assert 0 == store.sweep(older_than_s=60)
    assert 2 == store.sweep(older_than_s=0)
    assert {"d/a": b"1", "copy/a": b"1"} == read_tree(root)
    assert not (root / "e").exists()


def test_the_name_of_an_unfinished_file_is_reserved(store: ArtifactStore) -> None:
    """An artifact cannot have a name that would hide it."""
    with pytest.raises(InvalidInput, match="no name for a file"):
        put(store, f"d/{LEFTOVER}")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are POSIX")
def test_no_space_left_is_said_and_cleaned_up(root: Path, store: ArtifactStore) -> None:
    """When no more bytes can be written, the error names the path, nothing stays, and the next call works."""
    done = subprocess.run(_python(LIMITED, root), capture_output=True, text=True, check=True)
    assert f"'{root}/d/a' cannot be written: the disk or a quota is full. Free some space.\n" == done.stdout
    assert {"d/b": 2_000_000} == sizes(store)
    assert ["b"] == os.listdir(root / "d")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_download_that_fails_leaves_nothing(
    store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A full or broken disk on the way down is a typed error that names the path; no partial file stays."""
    put(store, "d/a")

    def failing(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(Unavailable, match=str(tmp_path / "out" / "a")):
        store.fetch(artifact_path("d/a"), tmp_path / "out")
    monkeypatch.undo()
    assert [] == list((tmp_path / "out").iterdir())
    assert b"x" == store.fetch(artifact_path("d/a"), tmp_path / "out").read_bytes()


def test_a_download_that_is_cut_short_leaves_nothing(tmp_path: Path) -> None:
    """If fewer bytes come than the file has, it does not appear under its name."""
    with pytest.raises(Unavailable, match="3 of 4 bytes"):
        local_files.write_whole(tmp_path / "a", io.BytesIO(b"123"), size_bytes=4)
    assert [] == list(tmp_path.iterdir())


_READS: list[tuple[str, Callable[[ArtifactStore, ArtifactPath, Path], object]]] = [
    ("open", lambda store, path, target: store.open(path / "secret")),
    ("fetch", lambda store, path, target: store.fetch(path, target)),
    ("fetch below", lambda store, path, target: store.fetch(path / "secret", target)),
    ("fetch above", lambda store, path, target: store.fetch(ROOT, target)),
    ("find", lambda store, path, target: store.find(path)),
    ("find above", lambda store, path, target: store.find(ROOT)),
    ("local_path", lambda store, path, target: store.local_path(path)),
    ("put", lambda store, path, target: put(store, f"{path}/secret")),
    ("put below", lambda store, path, target: put(store, f"{path}/new/file")),
    ("remove", lambda store, path, target: store.remove(path / "secret")),
]


@pytest.mark.parametrize("goal", ["{outside}", "../outside", "../root-twin", "d/../../outside"])
@pytest.mark.parametrize(("name", "call"), _READS, ids=[name for name, _ in _READS])
def test_planted_links_lead_nowhere(
    store: ArtifactStore, root: Path, outside: Path, tmp_path: Path, goal: str, name: str,
    call: Callable[[ArtifactStore, ArtifactPath, Path], object],
) -> None:
    """No method reads, lists or writes through a link that leads outside the root, however it is spelled."""
    write_tree(root, {"d/a": b"1"})
    (root / "link").symlink_to(goal.format(outside=outside))
    before = read_tree(tmp_path / "outside") | read_tree(tmp_path / "root-twin")
    with pytest.raises(UntrustedContent, match="outside of its root"):
        call(store, artifact_path("link"), tmp_path / "target")
    assert before == read_tree(tmp_path / "outside") | read_tree(tmp_path / "root-twin")
    assert {} == {path: data for path, data in read_tree(tmp_path / "target").items() if data == b"secret"}


def test_a_planted_link_to_a_file_leads_nowhere(
    store: ArtifactStore, root: Path, outside: Path, tmp_path: Path
) -> None:
    """A link to a file outside cannot be read; writing and erasing affect the link, not the file."""
    root.mkdir()
    (root / "link").symlink_to(outside / "secret")
    with pytest.raises(UntrustedContent):
        store.open(artifact_path("link"))
    with pytest.raises(UntrustedContent):
        store.fetch(artifact_path("link"), tmp_path / "target")
    with pytest.raises(UntrustedContent):
        store.find(ROOT)
    put(store, "link", b"mine")
    assert (b"mine", b"secret") == (read(store, "link"), (outside / "secret").read_bytes())
    (root / "link").unlink()
    (root / "link").symlink_to(outside)
    store.remove(artifact_path("link"))
    assert [] == list(root.iterdir())
    assert b"secret" == (outside / "secret").read_bytes()


def test_links_within_the_root_are_followed(store: ArtifactStore, root: Path, tmp_path: Path) -> None:
    """A link that stays below the root is what it leads to; one that leads to nothing is not there."""
    write_tree(root, {"d/a": b"1"})
    (root / "file").symlink_to("d/a")
    (root / "directory").symlink_to("d")
    (root / "dangling").symlink_to("nothing")
    assert [
        ArtifactInfo("d", True, None), ArtifactInfo("directory", True, None), ArtifactInfo("file", False, 1)
    ] == list(store.find(ROOT))
    assert b"1" == read(store, "directory/a")
    assert {"d/a": b"1", "directory/a": b"1", "file": b"1"} == read_tree(store.fetch(ROOT, tmp_path / "out"))


def test_links_in_a_circle_are_refused(store: ArtifactStore, root: Path, tmp_path: Path) -> None:
    """A directory that links to itself is not fetched for ever."""
    write_tree(root, {"d/a": b"1"})
    (root / "d" / "up").symlink_to("..")
    with pytest.raises(UntrustedContent, match="circle"):
        store.fetch(ROOT, tmp_path / "out")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are POSIX")
def test_pipes_are_no_artifacts(store: ArtifactStore, root: Path, tmp_path: Path) -> None:
    """A pipe is neither listed nor read, and refused where a tree is copied: nothing waits for a writer."""
    write_tree(root, {"d/a": b"1"})
    os.mkfifo(root / "d" / "pipe")
    assert [ArtifactInfo("d/a", False, 1)] == list(store.find(artifact_path("d")))
    with pytest.raises(NotFound):
        store.open(artifact_path("d/pipe"))
    with pytest.raises(NotFound):
        store.put(root / "d" / "pipe", artifact_path("a"))
    with pytest.raises(UntrustedContent, match="neither a file nor a directory"):
        store.put_tree(root / "d", artifact_path("copy"))


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are POSIX")
def test_new_files_have_the_permissions_of_the_umask(store: ArtifactStore, root: Path) -> None:
    """Other users may read what the umask lets them read."""
    before = os.umask(0o027)
    try:
        put(store, "a")
    finally:
        os.umask(before)
    assert 0o640 == stat.S_IMODE((root / "a").stat().st_mode)


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may read and write anything")
def test_missing_permissions_are_forbidden(store: ArtifactStore, root: Path) -> None:
    """What the operating system does not allow is Forbidden."""
    put(store, "d/a")
    (root / "d").chmod(0)
    try:
        for call in (lambda: read(store, "d/a"), lambda: put(store, "d/b")):
            with pytest.raises(Forbidden):
                call()
    finally:
        (root / "d").chmod(0o700)


def test_local_path_is_where_the_file_lies(store: ArtifactStore, root: Path) -> None:
    """What lies on this machine can be used in place; what is not there has no place."""
    put(store, "d/a")
    assert root / "d" / "a" == store.local_path(artifact_path("d/a"))
    assert root == store.local_path(ROOT)
    assert store.local_path(artifact_path("d/b")) is None
