"""Manifests: what files hold is listed, and whatever was changed is noticed before it is read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.errors import CorruptRecord, UntrustedContent
from genesis_flow.domain.values.manifests import (
    MANIFEST_FILE,
    Manifest,
    read_verified,
    verify_directory,
    write_manifest,
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory of files, some of them in others."""
    (tmp_path / "model.bin").write_bytes(b"\0" * 100)
    (tmp_path / "MLmodel").write_text("flavors: {}")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "ü.py").write_text("x = 1")
    return tmp_path


def _swap(directory: Path) -> None:
    one, other = directory / "MLmodel", directory / "model.bin"
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)


def _link(directory: Path) -> None:
    (directory / "model.bin").rename(directory.parent / "elsewhere.bin")
    (directory / "model.bin").symlink_to(directory.parent / "elsewhere.bin")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a byte": lambda at: (at / "model.bin").write_bytes(b"\0" * 99 + b"\1"),
    "truncated": lambda at: (at / "model.bin").write_bytes(b"\0" * 99),
    "appended": lambda at: (at / "model.bin").write_bytes(b"\0" * 101),
    "emptied": lambda at: (at / "MLmodel").write_bytes(b""),
    "added": lambda at: (at / "code" / "more.py").write_text("import os"),
    "removed": lambda at: (at / "MLmodel").unlink(),
    "renamed": lambda at: (at / "code").rename(at / "kode"),
    "swapped": _swap,
    "a link": _link,
    "a link beside": lambda at: (at / "more").symlink_to(at / "MLmodel"),
    "a linked directory": lambda at: (at / "more").symlink_to(at.parent),
    "a pipe": lambda at: os.mkfifo(at / "pipe"),
}


def test_what_was_sealed_is_verified(directory: Path) -> None:
    """The manifest lists every file with its digest, and what was verified is what is parsed."""
    sealed = write_manifest(directory)
    found = verify_directory(directory, sealed.digest)

    assert {"MLmodel", "code/ü.py", "model.bin"} == set(sealed.files)
    assert sealed == found
    assert found is not None
    assert b"x = 1" == found.contents["code/ü.py"]
    assert b"x = 1" == read_verified(directory, found, "code/ü.py")


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_was_changed_is_noticed(directory: Path, change: str) -> None:
    """Bytes, lengths, names, links: nothing of it is read."""
    write_manifest(directory)
    CHANGES[change](directory)

    with pytest.raises(UntrustedContent):
        verify_directory(directory)


@given(at=st.integers(0, 99), byte=st.integers(1, 255))
def test_every_byte_counts(tmp_path_factory: pytest.TempPathFactory, at: int, byte: int) -> None:
    """Wherever a byte is changed."""
    directory = tmp_path_factory.mktemp("m")
    data = bytearray(100)
    (directory / "f").write_bytes(data)
    write_manifest(directory)
    data[at] = byte
    (directory / "f").write_bytes(data)

    with pytest.raises(UntrustedContent, match="f was changed"):
        verify_directory(directory)


def test_a_manifest_of_its_own_does_not_help(directory: Path) -> None:
    """Whoever changes files and seals them again is found out by the digest that is kept elsewhere."""
    digest = write_manifest(directory).digest
    (directory / "MLmodel").write_text("evil: 1")
    write_manifest(directory)

    assert verify_directory(directory) is not None
    with pytest.raises(UntrustedContent, match="not those that were logged"):
        verify_directory(directory, digest)


def test_a_manifest_cannot_be_left_out(directory: Path) -> None:
    """Only a directory that never had one goes without."""
    digest = write_manifest(directory).digest
    (directory / MANIFEST_FILE).unlink()

    assert verify_directory(directory) is None
    with pytest.raises(UntrustedContent, match="was removed"):
        verify_directory(directory, digest)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "{", '{"version": 2, "files": {}}', '{"version": 1, "files": {"a": 1}}', "[" * 100_000]
)
def test_a_damaged_manifest_is_refused(directory: Path, text: str) -> None:
    """What cannot be read verifies nothing."""
    (directory / MANIFEST_FILE).write_text(text)

    with pytest.raises(CorruptRecord, match=MANIFEST_FILE):
        verify_directory(directory)


def test_a_manifest_that_is_a_link_is_refused(directory: Path) -> None:
    """It is read where it should be, and nowhere else."""
    write_manifest(directory)
    (directory / MANIFEST_FILE).rename(directory.parent / "moved.json")
    (directory / MANIFEST_FILE).symlink_to(directory.parent / "moved.json")

    with pytest.raises(UntrustedContent):
        verify_directory(directory)


def test_what_others_leave_behind_is_no_matter(directory: Path) -> None:
    """Compiled code, notes of a download and signatures are never read, so they may come later."""
    write_manifest(directory)
    (directory / "code" / "__pycache__").mkdir()
    (directory / "code" / "__pycache__" / "x.pyc").write_bytes(b"evil")
    (directory / "registered_model_meta").write_text("model_name: m")
    (directory / "genesis_signature.json").write_text("{}")

    assert verify_directory(directory) is not None


def test_files_without_a_manifest_are_read_as_they_are(directory: Path) -> None:
    """Where they lie in the directory; and with one, a file that it does not list is not read."""
    empty = Manifest({}, "sha256:0")

    assert b"flavors: {}" == read_verified(directory, None, "MLmodel")
    with pytest.raises(UntrustedContent, match="MLmodel was changed"):
        read_verified(directory, empty, "MLmodel")


def test_large_files_are_verified_in_pieces(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not kept is read again, and compared again."""
    monkeypatch.setattr("genesis_flow.domain.values.manifests._MOST_KEPT", 50)
    write_manifest(directory)
    found = verify_directory(directory)
    assert found is not None
    assert "model.bin" not in found.contents
    assert b"\0" * 100 == read_verified(directory, found, "model.bin")

    (directory / "model.bin").write_bytes(b"\1" * 100)
    with pytest.raises(UntrustedContent, match=r"model\.bin was changed"):
        read_verified(directory, found, "model.bin")


def test_the_same_files_have_the_same_digest(directory: Path, tmp_path: Path) -> None:
    """It depends on names and contents alone, and is plain JSON with SHA-256."""
    one, other = write_manifest(directory), write_manifest(directory)
    content = json.loads((directory / MANIFEST_FILE).read_text())

    assert one.digest == other.digest
    assert 1 == content["version"]
    assert {"sha256", "size"} == set(content["files"]["MLmodel"])
