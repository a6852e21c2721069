"""Blobs of one container: staged blocks, ranges of one version, digests in both directions."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import attrs
from azure.core.exceptions import HttpResponseError

from genesis_flow.adapters.artifacts import azure_uploads, digests, local_files
from genesis_flow.adapters.artifacts.azure_accounts import AccountAccess, account_access
from genesis_flow.adapters.artifacts.azure_authorization import authorization
from genesis_flow.adapters.artifacts.azure_clients import Accounts
from genesis_flow.adapters.artifacts.azure_errors import code_of, translating_azure_errors
from genesis_flow.adapters.artifacts.azure_links import azure_links
from genesis_flow.adapters.artifacts.azure_listing import Listing, is_marker
from genesis_flow.adapters.artifacts.azure_reads import Reading, begin_reading, reading_of
from genesis_flow.adapters.artifacts.azure_small import NoSuchBlob, SmallRequests
from genesis_flow.adapters.artifacts.bucket_uploads import BucketUploads
from genesis_flow.adapters.artifacts.buckets import Advance, Bucket, BucketAddress, StoredObject
from genesis_flow.adapters.artifacts.parallel import in_parallel, pumped
from genesis_flow.adapters.artifacts.partial_files import Whole, partial_file
from genesis_flow.adapters.artifacts.reading import RangedReader, read_exactly
from genesis_flow.domain.errors import Conflict, Unavailable
from genesis_flow.domain.values.storage import StorageAccess, Transfers

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient, ContainerClient

#: How often a download begins anew because the blob was replaced meanwhile.
_ATTEMPTS: Final = 3
_MISSING: Final = 404
#: Characters.
_LONGEST_NAME: Final = 1_024
#: The clients of this process; a pool of connections for each.
_ACCOUNTS: Final = Accounts()


def open_container(address: BucketAddress, access: StorageAccess) -> AzureBucket:
    """
    The blobs of the container of `address`; nothing is asked before it is needed.

    Raises:
        InvalidInput: The settings name no account, or are malformed.
    """
    found = account_access(address, access)
    transfers = access.transfers
    account = _ACCOUNTS.account(found, transfers)
    container = account.service.get_container_client(address.bucket)
    url = container.url.partition("?")[0]
    small = SmallRequests(url, account.connections, authorization(found, address.bucket, account.credential))
    return AzureBucket(account.service, container, small, Listing(container, small), transfers, found)


@attrs.frozen
class AzureBucket(Bucket):
    """
    The blobs of one container.

    Attributes:
        service: The client of its account. container: Its client. small: What small blobs are asked for with.
        listing: Its names. transfers: What moves at once.
        who: Asks. Its key signs URLs; without one, the identity of the process does, and a signature cannot.
    """

    _service: BlobServiceClient
    _container: ContainerClient
    _small: SmallRequests
    _listing: Listing
    transfers: Transfers
    _who: AccountAccess

    @property
    def access(self) -> str:
        return self._who.shown

    def can_hold(self, name: str) -> bool:
        return len(name) <= _LONGEST_NAME

    def size_of(self, name: str) -> int | None:
        with translating_azure_errors(name):
            try:
                found = self._container.get_blob_client(name).get_blob_properties()
            except HttpResponseError as error:
                if error.status_code != _MISSING or code_of(error) == "ContainerNotFound":
                    raise
                return None
        return None if is_marker(found.size, found.metadata) else found.size

    def has_below(self, name: str) -> bool:
        return next(self._listing.names(f"{name}/", is_flat=True, page=1), None) is not None

    def children(self, name: str) -> Iterator[tuple[str, int | None]]:
        for found in self._listing.names(f"{name}/" if name else "", is_flat=False):
            yield (found.name.removesuffix("/"), None) if found.is_directory else (found.name, found.size_bytes)

    def below(self, name: str) -> Iterator[StoredObject]:
        for found in self._listing.names(f"{name}/" if name else "", is_flat=True):
            stands_for_directory = found.is_directory or (not found.size_bytes and found.name.endswith("/"))
            yield StoredObject(found.name, found.size_bytes or 0, stands_for_directory)

    def write(self, name: str, source: BinaryIO, advance: Advance) -> None:
        first = read_exactly(source, self.transfers.block_bytes)
        if len(first) < self.transfers.block_bytes:
            metadata = {digests.KEY: digests.of_whole(first)}
            if not self._small.put(name, first, metadata):
                azure_uploads.put(self._container.get_blob_client(name), name, first, metadata)
            advance(len(first))
        else:
            blob = self._container.get_blob_client(name)
            azure_uploads.upload(blob, name, first, source, self.transfers, advance)

    def copy_to(self, name: str, final: Path, advance: Advance) -> bool:
        for attempts_left in reversed(range(_ATTEMPTS)):
            begun = self._begin(name)
            if begun is None:
                return False
            if begun.size_bytes <= len(begun.first):
                local_files.write_whole(final, io.BytesIO(begun.checked(name)), is_durable=False)
                advance(begun.size_bytes)
                return True
            try:
                self._copy_pieces(begun, final, advance)
                return True
            except Conflict:
                if not attempts_left:
                    raise
        raise AssertionError("unreachable")

    def _copy_pieces(self, begun: Reading, final: Path, advance: Advance) -> None:
        block = self.transfers.block_bytes
        whole = Whole(f"{self._container.url}/{begun.name}".partition("?")[0], begun.version, begun.size_bytes, block)

        def piece(index: int) -> bytes:
            length = whole.length(index)
            found = partial.kept(index)
            if found is None:
                found = partial.put(index, begun.chunks(index * block, length) if index else [begun.first])
            advance(length)
            return found

        with partial_file(final, whole) as partial:
            try:
                pieces = pumped(piece, range(whole.pieces), threads=self.transfers.threads)
            except Unavailable as error:
                raise Unavailable(
                    f"{error.message} What came is kept in '{partial.path}'; the same call continues from there."
                ) from None
            partial.check(pieces, begun.digest, begun.md5)
            partial.finish(final)

    def open(self, name: str) -> BinaryIO | None:
        begun = self._begin(name)
        if begun is None:
            return None
        if begun.size_bytes <= len(begun.first):
            return io.BytesIO(begun.checked(name))
        reader = RangedReader(begun.piece, begun.size_bytes, begun.first)
        return io.BufferedReader(reader, self.transfers.block_bytes)

    def _begin(self, name: str) -> Reading | None:
        block = self.transfers.block_bytes
        try:
            answer = self._small.get(name, block)
        except NoSuchBlob:
            return None
        if answer is not None:
            begun: Reading | None = reading_of(answer, self._container, self._small, name)
        else:
            begun = begin_reading(self._container, self._small, name, block)
        return None if begun is None or is_marker(begun.size_bytes, begun.metadata) else begun

    def erase(self, names: Sequence[str]) -> None:
        in_parallel(self._erase_one, names, threads=self.transfers.threads)

    def _erase_one(self, name: str) -> None:
        if not self._small.erase(name):
            with translating_azure_errors(name):
                try:
                    self._container.get_blob_client(name).delete_blob(delete_snapshots="include")
                except HttpResponseError as error:
                    if error.status_code != _MISSING or code_of(error) == "ContainerNotFound":
                        raise

    def download_url(self, name: str, expires_s: int) -> str:
        return azure_links(self._service, self._container, self._who).download_url(name, expires_s)

    def uploads(self) -> BucketUploads:
        return azure_links(self._service, self._container, self._who)

    def sweep(self, name: str, *, older_than_s: float) -> int:
        """What was staged and not committed is never listed; the service erases it after a week."""
        return 0
