"""Buckets that are reached by an fsspec filesystem: what S3 and Google Cloud Storage have in common."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

import attrs

from genesis_flow.adapters.artifacts import digests, local_files
from genesis_flow.adapters.artifacts.buckets import Advance, Bucket, StoredObject
from genesis_flow.adapters.artifacts.errors import no_such_artifact, translated
from genesis_flow.adapters.artifacts.parallel import pumped
from genesis_flow.adapters.artifacts.partial_files import Whole, partial_file
from genesis_flow.adapters.artifacts.reading import RangedReader, read_exactly
from genesis_flow.domain.errors import (
    Conflict,
    CorruptRecord,
    Forbidden,
    GenesisFlowError,
    Unauthenticated,
    Unavailable,
)
from genesis_flow.domain.values.storage import Transfers

#: How often reading begins anew because the object was replaced meanwhile.
_ATTEMPTS: Final = 10
#: Bytes of UTF-8.
_LONGEST_NAME: Final = 1_024
#: Classes of botocore and google-auth that mean that nobody is known here.
_NOBODY: Final = frozenset({
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError", "RefreshError",
    "DefaultCredentialsError", "InvalidConfigError", "SSOError", "UnauthorizedSSOTokenError",
})  # fmt: skip


@attrs.frozen
class Head:
    """What is known of an object: `version` changes with its bytes; `digest` and `md5` as `digests` has them."""

    version: str
    size_bytes: int
    digest: str | None = None
    md5: bytes | None = None


@attrs.frozen
class FsspecBucket(Bucket):
    """
    The objects of one bucket of `files`.

    The filesystems cannot ask for a version. So each piece is followed by a look at the version that is there: if it
    is still the one that was begun with, the piece belongs to it.

    Attributes:
        files: An fsspec filesystem without a cache of listings. bucket: Its name. scheme: For messages.
    """

    _files: Any
    _bucket: str
    _scheme: str
    transfers: Transfers

    @abstractmethod
    def head(self, name: str) -> Head | None:
        """What is known of an object, None if there is none."""

    @abstractmethod
    def metadata_option(self, metadata: dict[str, str]) -> dict[str, Any]:
        """How the filesystem is told what to store beside an object."""

    def can_hold(self, name: str) -> bool:
        return len(name.encode()) <= _LONGEST_NAME

    def size_of(self, name: str) -> int | None:
        head = self.head(name)
        return None if head is None else head.size_bytes

    def has_below(self, name: str) -> bool:
        return any(True for _ in self.children(name))

    def children(self, name: str) -> Iterator[tuple[str, int | None]]:
        with translating_cloud_errors(name):
            try:
                found = self._files.ls(self._place(name), detail=True)
            except FileNotFoundError:
                return
        for each in found:
            child = self._name(each["name"])
            if child.startswith(f"{name}/") or not name:
                is_directory = each["type"] == "directory"
                yield child.rstrip("/") if is_directory else child, None if is_directory else int(each["size"])

    def below(self, name: str) -> Iterator[StoredObject]:
        with translating_cloud_errors(name):
            try:
                found = self._files.find(self._place(name), detail=True)
            except FileNotFoundError:
                return
        for place, each in found.items():
            child = self._name(place)
            if child.startswith(f"{name}/") or not name:
                yield StoredObject(child, int(each["size"]), child.endswith("/") and not each["size"])

    def write(self, name: str, source: BinaryIO, advance: Advance) -> None:
        first = read_exactly(source, self.transfers.block_bytes)
        if len(first) < self.transfers.block_bytes:
            options = self.metadata_option({digests.KEY: digests.of_whole(first)})
            with translating_cloud_errors(name):
                self._files.pipe_file(self._place(name), first, **options)
            advance(len(first))
            return
        with translating_cloud_errors(name):
            file = self._files.open(self._place(name), "wb", block_size=self.transfers.block_bytes)
        try:
            while first:
                with translating_cloud_errors(name):
                    file.write(first)
                advance(len(first))
                first = read_exactly(source, self.transfers.block_bytes)
            with translating_cloud_errors(name):
                file.close()
        except BaseException:
            _discard(file)
            raise

    def copy_to(self, name: str, final: Path, advance: Advance) -> bool:
        for attempts_left in reversed(range(_ATTEMPTS)):
            head = self.head(name)
            if head is None:
                return False
            try:
                if head.size_bytes <= self.transfers.block_bytes:
                    local_files.write_whole(final, io.BytesIO(self._all(name, head)), is_durable=False)
                    advance(head.size_bytes)
                else:
                    self._copy_pieces(name, head, final, advance)
                return True
            except Conflict:
                if not attempts_left:
                    raise
        raise AssertionError("unreachable")

    def _copy_pieces(self, name: str, head: Head, final: Path, advance: Advance) -> None:
        block = self.transfers.block_bytes
        whole = Whole(f"{self._scheme}://{self._place(name)}", head.version, head.size_bytes, block)

        def piece(index: int) -> bytes:
            found = coming.kept(index)
            if found is None:
                found = coming.put(index, [self._piece(name, head, index * block, whole.length(index))])
            advance(whole.length(index))
            return found

        with partial_file(final, whole) as coming:
            pieces = pumped(piece, range(whole.pieces), threads=self.transfers.threads)
            coming.check(pieces, head.digest, head.md5)
            coming.finish(final)

    def open(self, name: str) -> BinaryIO | None:
        for attempts_left in reversed(range(_ATTEMPTS)):
            head = self.head(name)
            if head is None:
                return None
            if head.size_bytes > self.transfers.block_bytes:
                reader = RangedReader(partial(self._piece, name, head), head.size_bytes)
                return io.BufferedReader(reader, self.transfers.block_bytes)
            try:
                return io.BytesIO(self._all(name, head))
            except Conflict:
                if not attempts_left:
                    raise
        raise AssertionError("unreachable")

    def _all(self, name: str, head: Head) -> bytes:
        """
        A small object.

        Raises:
            Conflict: It was replaced by a large one, or erased. CorruptRecord: It has another digest, again and again:
                once it may have been replaced in between, even by bytes that it had before.
        """
        for attempts_left in reversed(range(_ATTEMPTS)):
            data = self._bytes(name, head)
            try:
                if len(data) != head.size_bytes:
                    raise digests.corrupt(name)
                digests.require_whole(name, data, head.digest, head.md5)
                return data
            except CorruptRecord:
                if not attempts_left:
                    raise
            found = self.head(name)
            if found is None or found.size_bytes > self.transfers.block_bytes:
                raise _replaced(name)
            head = found
        raise AssertionError("unreachable")

    def _bytes(self, name: str, head: Head) -> bytes:
        with translating_cloud_errors(name):
            try:
                return bytes(self._files.cat_file(self._place(name))) if head.size_bytes else b""
            except FileNotFoundError:
                raise _replaced(name) from None

    def _piece(self, name: str, head: Head, start: int, size: int) -> bytes:
        with translating_cloud_errors(name):
            data = bytes(self._files.cat_file(self._place(name), start=start, end=start + size))
        self._require_version(name, head)
        if len(data) != size:
            raise Unavailable(f"'{name}' was cut short on the way. Try again.")
        return data

    def _require_version(self, name: str, head: Head) -> None:
        now = self.head(name)
        if now is None or now.version != head.version:
            raise _replaced(name)

    def _place(self, name: str) -> str:
        return f"{self._bucket}/{name}" if name else self._bucket

    def _name(self, place: str) -> str:
        return place[len(self._bucket) + 1 :]


def _replaced(name: str) -> Conflict:
    return Conflict(f"'{name}' was replaced while it was read. Try again.")


def _discard(file: Any) -> None:
    """Give up an upload: closing the file, or losing it, would finish it."""
    with suppress(Exception):  # what cannot be erased now is swept later
        file.discard()
    file.forced = file.closed = True


@contextmanager
def translating_cloud_errors(path: object) -> Iterator[None]:
    """Raise what the filesystem, or what it stands on, raises for `path` as an error of the domain."""
    try:
        yield
    except (GenesisFlowError, TypeError, AttributeError):
        raise
    except OSError as error:
        raise translated(error, path) from None
    except Exception as error:  # drivers have no common root
        raise _by_name(error, path) from None


def _by_name(error: Exception, path: object) -> GenesisFlowError:
    kind, code = type(error).__name__, str(getattr(error, "code", "") or "")
    detail = f" ({kind}{f', {code}' if code else ''})"
    if kind in _NOBODY or code == "401":
        return Unauthenticated(f"There are no valid credentials for '{path}': set those of your cloud.{detail}")
    if code == "403":
        return Forbidden(f"The credentials do not allow this on '{path}'.{detail}")
    if code == "404":
        return no_such_artifact(path)
    return Unavailable(f"'{path}' cannot be reached at the moment. Try again.{detail}")
