"""Which URI opens which store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.adapters.artifacts.locations import path_of_file_uri
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.paths import ROOT, ArtifactPath, artifact_path
from tests.contracts.artifacts import put, read

STORES = FsspecArtifactStores()


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///tmp/a%20b", "/tmp/a b"),
        ("file:///tmp/a b", "/tmp/a b"),
        ("file:/tmp/a", "/tmp/a"),
        ("FILE://localhost/tmp/a", "/tmp/a"),
        ("file:///tmp/%2520", "/tmp/%20"),
        ("file:///tmp/%23%3F%25", "/tmp/#?%"),
        ("file:///tmp/%C3%BC;x=y", "/tmp/ü;x=y"),
        ("file:///tmp//a/./", "/tmp/a"),
        ("/tmp/a%20b", "/tmp/a%20b"),
        ("/tmp/a#b?c", "/tmp/a#b?c"),
        ("/tmp/../etc/", "/etc"),
        ("/", "/"),
    ],
)
def test_local_uris_name_local_paths(uri: str, path: str) -> None:
    """Escapes are decoded once in file URIs, never in plain paths; the root is given as a file URI."""
    assert Path(path).as_uri() == STORES.open(uri).uri


@pytest.mark.parametrize("uri", ["sub dir", "./sub dir", "file:sub%20dir", "x/../sub dir", "sub dir/"])
def test_relative_paths_are_made_absolute(uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path counts from the working directory at the time of opening."""
    monkeypatch.chdir(tmp_path)
    store = STORES.open(uri)
    monkeypatch.chdir("/")
    put(store, "a", b"1")
    assert b"1" == (tmp_path / "sub dir" / "a").read_bytes()


@pytest.mark.parametrize(
    "uri",
    [
        "file://host/tmp/a", "file://host", "file://", "file:", "file:///tmp/a?b", "file:///tmp/a#b",
        "file:///tmp/../etc", "file:///tmp/%2e%2e/etc", "file:///tmp/%2E./etc", "file:///tmp/a%0Ab",
        "file:///tmp/%00", "file:///tmp/%ff", "/tmp/a\nb", "/tmp/\0", "/tmp/\ud800", "memory://a/../b",
        "memory://a\nb", "memory://a/%2e%2e/b",
    ],
)
def test_devious_uris_are_refused(uri: str) -> None:
    """Other hosts, queries, fragments, climbing and control characters are refused, plain or encoded."""
    for call in (STORES.open, STORES.locate):
        with pytest.raises(InvalidInput) as caught:
            call(uri)
        assert "artifact_uri" == caught.value.field


@pytest.mark.parametrize(
    "uri", ["ftp://user:hunter2@b/x", "foo:bar", "simplecache::file:///tmp/x", "http://x/y", "models:/m/1"]
)
def test_unknown_schemes_are_named(uri: str) -> None:
    """A scheme that nothing serves is named, with those that are; the rest of the URI stays secret."""
    scheme = uri.partition(":")[0]
    with pytest.raises(InvalidInput, match=f"scheme '{scheme}'.*Served are local paths and abfs:, abfss:, az:"):
        STORES.open(uri)
    with pytest.raises(InvalidInput) as caught:
        STORES.locate(uri)
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    ("uri", "root", "path"),
    [
        ("file:///tmp/a%20b/c%2520d", "file:///tmp/a%20b", "c%20d"),
        ("/tmp/a/b%20c", "file:///tmp/a", "b%20c"),
        ("/tmp/a/", "file:///tmp/a", ""),
        ("file:///tmp/a/b/", "file:///tmp/a/b", ""),
        ("/tmp", "file:///", "tmp"),
        ("/", "file:///", ""),
        ("memory://a/b/c", "memory://a/b", "c"),
        ("memory://a", "memory://", "a"),
        ("memory://", "memory://", ""),
    ],
)
def test_locate_splits_off_the_last_name(uri: str, root: str, path: str) -> None:
    """What a URI names lies in the store of the directory above it; with `/` at the end it is the store."""
    store, found = STORES.locate(uri)
    assert (root, ArtifactPath(path)) == (store.uri, found)


plain = st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/")


@given(st.text(plain, min_size=1, max_size=9))
def test_file_uris_round_trip(name: str) -> None:
    """The path that a quoted file URI names is the path that was quoted."""
    if name not in (".", ".."):
        assert f"/tmp/{name}" == path_of_file_uri(f"file:///tmp/{quote(name)}")


def test_memory_is_shared_by_uri() -> None:
    """Two stores of one memory URI hold the same artifacts, a store below sees its part, others see none."""
    root = f"memory://{uuid4().hex}"
    put(STORES.open(f"{root}/a"), "b/c", b"1")
    assert b"1" == read(STORES.open(f"{root}/a/"), "b/c")
    assert b"1" == read(STORES.open(f"{root}/a/b"), "c")
    assert () == tuple(STORES.open(f"{root}/b").find(ROOT))
    assert STORES.open(root).local_path(artifact_path("a")) is None


def test_no_driver_is_imported_before_a_store_is_opened() -> None:
    """Importing the table of schemes loads neither fsspec nor anything else that is slow."""
    script = (
        "import sys, genesis_flow.adapters.artifacts.fsspec_store, genesis_flow.domain.use_cases.artifacts;"
        "print([name for name in ('fsspec', 'numpy', 'urllib.request', 'asyncio') if name in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    assert "[]\n" == done.stdout
