"""
A large download on its way: pieces in any order, in a file that can be continued after a crash.

Behind its own bytes the file has a journal: for each piece its SHA-256 once it is written, then what the whole
is. Whoever continues reads and hashes the pieces again that the journal has, as the disk may have lost them.
The journal is cut off before the file gets its final name.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

import attrs

from genesis_flow.adapters.artifacts import digests
from genesis_flow.adapters.artifacts.errors import translating_errors
from genesis_flow.domain.errors import Unavailable

_RECORD_BYTES: Final = 32
_NOTHING: Final = bytes(_RECORD_BYTES)
_FLAGS: Final = (
    os.O_RDWR | os.O_CREAT
    | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)  # fmt: skip


@attrs.frozen
class Whole:
    """
    What is downloaded.

    Attributes:
        source: Its URI. version: Changes with its bytes. size_bytes: Of all pieces. block_bytes: Of each but the last.
    """

    source: str
    version: str
    size_bytes: int
    block_bytes: int

    @property
    def pieces(self) -> int:
        """How many."""
        return -(-self.size_bytes // self.block_bytes)

    @property
    def mark(self) -> bytes:
        """Tells one whole from another."""
        text = f"{self.source}\0{self.version}\0{self.size_bytes}\0{self.block_bytes}"
        return hashlib.sha256(text.encode()).digest()

    def length(self, index: int) -> int:
        """Bytes of a piece."""
        return min(self.block_bytes, self.size_bytes - index * self.block_bytes)


class PartialFile:
    """The pieces of one whole that are here."""

    def __init__(self, file: BinaryIO, path: Path, whole: Whole) -> None:
        self.path = path
        self._file, self._whole = file, whole
        self._lock = threading.Lock()  # position and access are two calls
        if not self._is_continued():
            self._file.truncate(0)
            self._file.truncate(self._journal(whole.pieces + 1))
            self._write(self._journal(whole.pieces), whole.mark)

    def _journal(self, index: int) -> int:
        return self._whole.size_bytes + index * _RECORD_BYTES

    def _is_continued(self) -> bool:
        pieces = self._whole.pieces
        has_length = os.fstat(self._file.fileno()).st_size == self._journal(pieces + 1)
        return has_length and self._read(self._journal(pieces), _RECORD_BYTES) == self._whole.mark

    def kept(self, index: int) -> bytes | None:
        """The digest of a piece that is here, None if it has to come."""
        noted = self._read(self._journal(index), _RECORD_BYTES)
        if noted == _NOTHING:
            return None
        found = digests.of_piece(self._read(index * self._whole.block_bytes, self._whole.length(index)))
        return found if found == noted else None

    def put(self, index: int, chunks: Iterable[bytes]) -> bytes:
        """
        Write a piece as it comes; returns its digest.

        Raises:
            Unavailable: It has not its length, or the disk is full.
        """
        hasher, begin = hashlib.sha256(), index * self._whole.block_bytes
        position = begin
        for chunk in chunks:
            hasher.update(chunk)
            self._write(position, chunk)
            position += len(chunk)
        if position - begin != self._whole.length(index):
            raise Unavailable(f"'{self._whole.source}' was cut short on the way. Try again.")
        digest = hasher.digest()
        self._write(self._journal(index), digest)
        return digest

    def check(self, pieces: list[bytes], digest: str | None, md5: bytes | None) -> None:
        """Refuse the whole if it is not what was stored; see `digests`."""
        if digests.block_bytes_of(digest) == self._whole.block_bytes:
            digests.require_pieces(self._whole.source, pieces, digest)
        else:
            digests.require_file(self._whole.source, self._file, self._whole.size_bytes, digest, md5)

    def finish(self, final: Path) -> None:
        """Let it appear as `final`; a power failure soon afterwards may cost it, as what is kept elsewhere can wait."""
        self._file.truncate(self._whole.size_bytes)
        os.replace(self.path, final)

    def _read(self, position: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(position)
            return self._file.read(size)

    def _write(self, position: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = self._write_some(position, view)
            view, position = view[written:], position + written

    def _write_some(self, position: int, view: memoryview) -> int:
        if hasattr(os, "pwrite"):
            return os.pwrite(self._file.fileno(), view, position)
        with self._lock:
            self._file.seek(position)
            return self._file.write(view)


@contextmanager
def partial_file(final: Path, whole: Whole) -> Iterator[PartialFile]:
    """
    The file in which `whole` comes together beside `final`: the one that a process left, or a new one.

    It stays where the way there failed (`Unavailable`), and is erased after every other error.
    """
    with translating_errors(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        file, path = _continued(final, whole) or _new(final)
    with file:
        try:
            with translating_errors(final):
                yield PartialFile(file, path, whole)
        except Unavailable as error:
            if "disk" in error.message:
                _erase(path)
            raise
        except BaseException as error:
            if not isinstance(error, KeyboardInterrupt):
                _erase(path)
            raise


def _erase(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _new(final: Path) -> tuple[BinaryIO, Path]:
    path = final.parent / f".genesis-flow-{uuid4().hex}.partial"
    return os.fdopen(os.open(path, _FLAGS | os.O_EXCL, 0o666), "r+b", buffering=0), path


def _continued(final: Path, whole: Whole) -> tuple[BinaryIO, Path] | None:
    """The file that everyone uses who downloads `whole` to `final`; None if another process does so right now."""
    try:
        import fcntl
    except ImportError:
        return None
    name = hashlib.blake2b(f"{whole.source}\0{final.name}".encode(), digest_size=16).hexdigest()
    path = final.parent / f".genesis-flow-{name}.partial"
    file = os.fdopen(os.open(path, _FLAGS, 0o666), "r+b", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found, there = os.fstat(file.fileno()), os.lstat(path)
        is_ours = found.st_uid == os.geteuid() and found.st_nlink == 1 and stat.S_ISREG(found.st_mode)
        if is_ours and (found.st_ino, found.st_dev) == (there.st_ino, there.st_dev):
            return file, path
    except OSError:
        pass  # locked, or finished by another process in this moment
    file.close()
    return None
