"""
Storing one blob: small ones in one request, others as blocks that are staged and then committed.

A block's id is its place and the digest of its bytes. So the blocks that a killed or failed upload staged are not sent
again, two writers of the same bytes help each other, and a commit whose answer was lost can be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO, Final

import attrs

from genesis_flow.adapters.artifacts import digests
from genesis_flow.adapters.artifacts.azure_errors import code_of, translating_azure_errors
from genesis_flow.adapters.artifacts.buckets import Advance
from genesis_flow.adapters.artifacts.parallel import pumped
from genesis_flow.adapters.artifacts.reading import read_exactly
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.storage import Transfers

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient

#: The service's limit.
MOST_BLOCKS: Final = 50_000
#: How often an upload begins anew because another writer's commit threw away its blocks.
_ATTEMPTS: Final = 4
#: Blocks that were staged are not there any more.
LOST: Final = frozenset({"InvalidBlockList"})


def upload(blob: BlobClient, name: str, first: bytes, source: BinaryIO, transfers: Transfers, advance: Advance) -> None:
    """
    Let the blob appear with the block `first`, and with what is left in `source`.

    Raises:
        Conflict: Another writer stored the same blob meanwhile, and `source` cannot be read again.
    """
    start = _position(source, len(first))
    for attempts_left in reversed(range(_ATTEMPTS)):
        staging = _Staging(blob, name, transfers, advance, _staged_before(blob, name))
        if staging.commit(_blocks(first, source, transfers.block_bytes), is_last=start is None or not attempts_left):
            return
        source.seek(start or 0)
        first = read_exactly(source, transfers.block_bytes)


def _position(source: BinaryIO, read: int) -> int | None:
    """Where `source` was before `read` bytes were taken; None if it cannot go back there."""
    try:
        return source.tell() - read if source.seekable() else None
    except (AttributeError, OSError):
        return None


def _blocks(first: bytes, source: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    index = 0
    while first:
        if index == MOST_BLOCKS:
            raise InvalidInput(
                "artifact",
                f"An artifact can have {MOST_BLOCKS:,} blocks of {size:,} bytes at most; set "
                "GENESIS_FLOW_ARTIFACT_BLOCK_BYTES to more.",
            )
        yield index, first
        first, index = read_exactly(source, size), index + 1


def put(blob: BlobClient, name: str, data: bytes, metadata: dict[str, str]) -> None:
    """Let the blob appear with `data`, in one request."""
    with translating_azure_errors(name):
        blob.upload_blob(data, overwrite=True, validate_content=True, metadata=metadata)


def _staged_before(blob: BlobClient, name: str) -> Mapping[str, int]:
    """Ids and sizes of the blocks that are staged and not committed."""
    from azure.core.exceptions import ResourceNotFoundError

    with translating_azure_errors(name):
        try:
            _, staged = blob.get_block_list("uncommitted")
        except ResourceNotFoundError as error:
            if code_of(error) == "ContainerNotFound":
                raise
            return {}
    return {each.id: each.size for each in staged}


@attrs.frozen
class _Staging:
    """One attempt."""

    _blob: BlobClient
    _name: str
    _transfers: Transfers
    _advance: Advance
    _staged: Mapping[str, int]

    def commit(self, blocks: Iterator[tuple[int, bytes]], *, is_last: bool) -> bool:
        """Stage and commit; False if another writer threw our blocks away and this is not the last attempt."""
        from azure.core.exceptions import HttpResponseError
        from azure.storage.blob import BlobBlock

        pieces = pumped(self._stage, blocks, threads=self._transfers.threads)
        metadata = {digests.KEY: digests.of_pieces(pieces, self._transfers.block_bytes)}
        ids = [BlobBlock(block_id=block_id(index, piece)) for index, piece in enumerate(pieces)]
        with translating_azure_errors(self._name):
            try:
                self._blob.commit_block_list(ids, metadata=metadata)
            except HttpResponseError as error:
                if code_of(error) not in LOST or is_last:
                    raise
                return False
        return True

    def _stage(self, block: tuple[int, bytes]) -> bytes:
        index, data = block
        piece = digests.of_piece(data)
        if self._staged.get(block_id(index, piece)) != len(data):
            with translating_azure_errors(self._name):
                self._blob.stage_block(block_id(index, piece), data, len(data), validate_content=True)
        self._advance(len(data))
        return piece


def block_id(index: int, mark: bytes) -> str:
    """The id of a block, by its place and what else tells it apart; those of a blob all have the same length."""
    return f"{index:05d}-{mark.hex()[:48]}"
