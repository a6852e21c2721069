"""How files come to lie on a filesystem, where filesystems differ."""

from __future__ import annotations

import io
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import attrs

from genesis_flow.adapters.artifacts import local_files
from genesis_flow.adapters.artifacts.errors import name_is_taken, translating_errors


class Filesystem(Protocol):
    """The part of `fsspec.AbstractFileSystem` that artifact stores use; none of it expands `*` or `[`."""

    def info(self, path: str) -> dict[str, Any]: ...

    def ls(self, path: str, detail: bool = True) -> list[dict[str, Any]]: ...

    def find(self, path: str) -> list[str]: ...

    def cat_file(self, path: str) -> bytes: ...

    def pipe_file(self, path: str, value: bytes) -> None: ...

    def rm_file(self, path: str) -> None: ...


class Placement(ABC):
    """
    What each kind of filesystem does its own way.

    Paths are absolute, with `/`, and lie below the root unless a link says otherwise.
    """

    @abstractmethod
    def check(self, path: str) -> None:
        """Refuse (`UntrustedContent`) a path behind a link that leads outside the root."""

    @abstractmethod
    def write(self, path: str, source: BinaryIO) -> None:
        """Let `path` appear with what is left in `source`, whole or not at all."""

    @abstractmethod
    def read(self, path: str) -> tuple[BinaryIO, int]:
        """The file `path` for reading, and its size in bytes."""

    @abstractmethod
    def files_below(self, path: str) -> Iterator[tuple[str, ...]]:
        """The names on the way from directory `path` to each file below it."""

    @abstractmethod
    def erase(self, path: str) -> None:
        """Erase the file or directory `path`, if it is there."""

    @abstractmethod
    def local_path(self, path: str) -> Path | None:
        """`path` on this machine's disk, None if it is elsewhere."""

    @abstractmethod
    def sweep(self, *, older_than_s: float) -> int:
        """Erase what killed writers left; return how many files."""


@attrs.frozen
class LocalPlacement(Placement):
    """On a local disk: temporary name, flush, rename; links are resolved and checked."""

    _root: str

    def check(self, path: str) -> None:
        local_files.require_below(self._root, path)

    def write(self, path: str, source: BinaryIO) -> None:
        final = Path(path)
        self.check(str(final.parent))
        local_files.require_no_directory(final)
        try:
            local_files.write_whole(final, source)
        except BaseException:
            local_files.erase_empty_directories(final.parent, root=Path(self._root))
            raise

    def read(self, path: str) -> tuple[BinaryIO, int]:
        file = local_files.open_regular(Path(path))
        return file, os.fstat(file.fileno()).st_size

    def files_below(self, path: str) -> Iterator[tuple[str, ...]]:
        return local_files.files_below(Path(path), root=Path(self._root))

    def erase(self, path: str) -> None:
        place = Path(os.path.realpath(path) if path == self._root else path)
        if path != self._root:
            self.check(str(place.parent))
        if not os.path.lexists(place):
            return
        with translating_errors(path), suppress(FileNotFoundError):
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink()
        local_files.erase_empty_directories(place.parent, root=Path(self._root))

    def local_path(self, path: str) -> Path | None:
        return Path(path)

    def sweep(self, *, older_than_s: float) -> int:
        return local_files.sweep(Path(self._root), older_than_s=older_than_s)


@attrs.frozen
class MemoryPlacement(Placement):
    """In the memory of this process: a file is stored by one assignment, and read from a copy."""

    _files: Filesystem

    def check(self, path: str) -> None:
        """Memory has no links."""

    def write(self, path: str, source: BinaryIO) -> None:
        data = io.BytesIO()
        shutil.copyfileobj(source, data)
        with translating_errors(path):
            with suppress(FileNotFoundError):
                if self._files.info(path)["type"] == "directory":
                    raise name_is_taken(path)
            self._files.pipe_file(path, data.getvalue())

    def read(self, path: str) -> tuple[BinaryIO, int]:
        with translating_errors(path):
            data = self._files.cat_file(path)
        return io.BytesIO(data), len(data)

    def files_below(self, path: str) -> Iterator[tuple[str, ...]]:
        start = len(path.rstrip("/")) + 1
        return (tuple(name[start:].split("/")) for name in self._files.find(path))

    def erase(self, path: str) -> None:
        for name in self._files.find(path):
            with suppress(FileNotFoundError):
                self._files.rm_file(name)

    def local_path(self, path: str) -> Path | None:
        return None

    def sweep(self, *, older_than_s: float) -> int:
        return 0
