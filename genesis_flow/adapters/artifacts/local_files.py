"""
Files on a local disk: written whole or not at all, read without leaving a root.

A file is written under a passing name in its own directory, flushed to the disk and renamed, so that a
rename never outlives its bytes; the entry in the directory itself is not flushed: after a power failure a
file is there whole, or not there. Links are checked before use: who can replace a directory by a link *while*
a call runs can also write there by other means.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from genesis_flow.adapters.artifacts.errors import leads_outside, name_is_taken, translating_errors
from genesis_flow.domain.errors import InvalidInput, NotFound, Unavailable, UntrustedContent
from genesis_flow.domain.values.paths import ROOT, ArtifactPath

CHUNK_BYTES: Final = 1 << 20
_PASSING: Final = re.compile(r"\.genesis-flow-[0-9a-f]{32}\.partial")
_WRITE_NEW: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL
    | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


def is_passing(name: str) -> bool:
    """Whether `name` is one that unfinished files have."""
    return _PASSING.fullmatch(name) is not None


def storable_path(path: ArtifactPath) -> ArtifactPath:
    """
    `path` itself, if a file can have it.

    Raises:
        InvalidInput: The root, or a name that unfinished files have.
    """
    if path == ROOT or any(map(is_passing, path.parts)):
        raise InvalidInput("artifact_path", f"Invalid path: '{path}' is no name for a file.")
    return path


def write_whole(
    final: Path, source: BinaryIO, *, size_bytes: int | None = None, is_durable: bool = True
) -> None:
    """
    Copy what is left in `source` to `final`, which appears whole or not at all.

    Args:
        size_bytes: How much must come; None if that is not known.
        is_durable: Whether that also holds after a power failure; a copy of what is kept elsewhere need not wait.

    Raises:
        Unavailable: The disk is full, or `source` was shorter or longer than `size_bytes`.
    """
    with _appearing(final, is_durable) as write:
        copied = 0
        while chunk := source.read(CHUNK_BYTES):
            write(chunk)
            copied += len(chunk)
        if size_bytes not in (None, copied):
            raise Unavailable(f"'{final}' was cut short: {copied} of {size_bytes} bytes came. Try again.")


@contextmanager
def _appearing(final: Path, is_durable: bool) -> Iterator[Callable[[bytes], object]]:
    """A function that writes to what becomes `final` if the block ends well."""
    with translating_errors(final):
        passing, file = _new_neighbour(final)
    try:
        with file:
            yield _translating_writer(file, final)
            with translating_errors(final):
                file.flush()
                if is_durable:
                    os.fsync(file.fileno())
        with translating_errors(final):
            os.replace(passing, final)
    except BaseException:
        with suppress(OSError):
            passing.unlink()
        raise


def _new_neighbour(final: Path) -> tuple[Path, BinaryIO]:
    """A new file in the directory of `final`, which is made if it is missing."""
    passing = final.parent / f".genesis-flow-{uuid4().hex}.partial"
    for attempts_left in reversed(range(50)):
        try:
            # 0o666: the user's umask decides, as for any other file.
            return passing, os.fdopen(os.open(passing, _WRITE_NEW, 0o666), "wb", buffering=0)
        except FileNotFoundError:
            # Another writer may have erased the last file of the directory, and so the directory, again.
            if not attempts_left:
                raise
            with suppress(FileExistsError):
                final.parent.mkdir(parents=True, exist_ok=True)
    raise AssertionError("unreachable")


def _translating_writer(file: BinaryIO, final: Path) -> Callable[[bytes], object]:
    def write(chunk: bytes) -> None:
        view = memoryview(chunk)
        with translating_errors(final):
            while view:
                view = view[file.write(view):]

    return write


def open_regular(path: Path) -> BinaryIO:
    """
    The local file `path` for reading; a link is followed, as the caller named it.

    Raises:
        NotFound: No such file, or it is a directory or a device.
    """
    with translating_errors(path):
        try:
            # A pipe would block until somebody writes to it.
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except (FileNotFoundError, NotADirectoryError):
            raise no_such_file(path) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise no_such_file(path)
    return os.fdopen(handle, "rb")


def no_such_file(path: Path) -> NotFound:
    """The error for a local file that is not there."""
    return NotFound("local file", str(path), f"No such local file: '{path}'")


def require_below(root: str, path: str) -> None:
    """
    Refuse `path` if it lies outside `root` once symbolic links are resolved; it need not exist.

    Raises:
        UntrustedContent: It does.
    """
    real_root, real = os.path.realpath(root), os.path.realpath(path)
    if real != real_root and not real.startswith(real_root.rstrip(os.sep) + os.sep):
        raise leads_outside(path)


def files_below(top: Path, *, root: Path) -> Iterator[tuple[str, ...]]:
    """
    The names on the way from `top` to each file below it; unfinished files are left out.

    Links are followed where they stay below `root`.

    Raises:
        UntrustedContent: A link leads outside `root` or in a circle, or there is a pipe or device.
    """
    return _files_below(top, root, (os.path.realpath(top),))


def _files_below(directory: Path, root: Path, open_directories: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    with translating_errors(directory):
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    for entry in entries:
        path = directory / entry.name
        if entry.is_symlink():
            require_below(str(root), str(path))
        if entry.is_dir():
            real = os.path.realpath(path)
            if real in open_directories:
                raise UntrustedContent(f"The symbolic link '{path}' leads in a circle.")
            for names in _files_below(path, root, (*open_directories, real)):
                yield (entry.name, *names)
        elif entry.is_file():
            if not is_passing(entry.name):
                yield (entry.name,)
        elif not entry.is_symlink():
            raise UntrustedContent(f"'{path}' is neither a file nor a directory.")


def erase_empty_directories(directory: Path, *, root: Path) -> None:
    """Erase `directory` and what it lies in, up to `root`, as far as they hold nothing."""
    with suppress(OSError):
        while directory != root and directory.is_relative_to(root):
            directory.rmdir()
            directory = directory.parent


def sweep(root: Path, *, older_than_s: float) -> int:
    """Erase unfinished files below `root`, untouched for `older_than_s` seconds; return how many."""
    latest = time.time() - older_than_s
    erased = 0
    for directory, _, names in os.walk(root):
        for name in filter(is_passing, names):
            path = Path(directory, name)
            with suppress(FileNotFoundError), translating_errors(path):
                if path.stat().st_mtime <= latest:
                    path.unlink()
                    erased += 1
        erase_empty_directories(Path(directory), root=root)
    return erased


def require_no_directory(path: Path) -> None:
    """Refuse `path` if it is a directory, before its bytes are copied in vain."""
    if os.path.isdir(path):
        raise name_is_taken(path)
