"""Files of a model cannot lie outside of its directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from genesis_flow.domain.errors import CorruptRecord, UntrustedContent
from genesis_flow.domain.values.containment import contained


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A model beside a secret."""
    (tmp_path / "secret").write_text("s")
    model = tmp_path / "model"
    (model / "data").mkdir(parents=True)
    (model / "data" / "a.bin").write_text("a")
    (model / "out").symlink_to(tmp_path / "secret")
    (model / "up").symlink_to(tmp_path)
    (model / "in").symlink_to(model / "data" / "a.bin")
    os.mkfifo(model / "pipe")
    return model


@pytest.mark.parametrize(
    "path",
    ["../secret", "data/../../secret", "/etc/passwd", "out", "up/secret", "..", "%2e%2e/secret", "a\\..\\secret", "file:///etc/passwd"],
)  # fmt: skip
def test_what_leaves_the_directory_is_refused(directory: Path, path: str) -> None:
    """By dots, encodings, absolute paths or links."""
    with pytest.raises(UntrustedContent):
        contained(directory, path)


@pytest.mark.parametrize("path", ["gone", "data", "pipe", "", None, 1, ["a"], {"a": 1}])
def test_what_is_no_file_is_refused(directory: Path, path: Any) -> None:
    """Nothing, a directory, something that is neither, and what is no text at all."""
    with pytest.raises(CorruptRecord):
        contained(directory, path)


def test_what_lies_inside_is_found(directory: Path) -> None:
    """Files, directories where they are asked for, and links that stay inside."""
    file = (directory / "data" / "a.bin").resolve()

    assert [file] * 3 == [contained(directory, path) for path in ("data/a.bin", "./data//a.bin", "in")]
    assert file.parent == contained(directory, "data", is_directory=True)
    assert [file, file.parent] == [contained(directory, path, is_directory=None) for path in ("data/a.bin", "data")]
    with pytest.raises(CorruptRecord):
        contained(directory, "data/a.bin", is_directory=True)
