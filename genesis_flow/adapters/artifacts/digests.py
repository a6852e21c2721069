"""Digests that are stored beside objects, and checked when their bytes come back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Final

from genesis_flow.domain.errors import CorruptRecord

#: Name of the metadata that hold the digest; Azure wants identifiers of C#.
KEY: Final = "genesisflow_digest"
_WHOLE: Final = "sha256"
_TREE: Final = "sha256-tree"


def of_piece(data: bytes | memoryview) -> bytes:
    """SHA-256 of one piece."""
    return hashlib.sha256(data).digest()


def of_whole(data: bytes) -> str:
    """The digest of an object in one piece: `sha256:HEX`."""
    return f"{_WHOLE}:{of_piece(data).hex()}"


def of_pieces(pieces: Iterable[bytes], block_bytes: int) -> str:
    """
    The digest of an object whose pieces have these digests: `sha256-tree:SIZE:HEX`.

    HEX is SHA-256 of the digests of all pieces, each of SIZE bytes but the last, so that pieces can be hashed at
    the same time, when they are sent and when they come back.
    """
    return f"{_TREE}:{block_bytes}:{of_piece(b''.join(pieces)).hex()}"


def block_bytes_of(digest: str | None) -> int | None:
    """The size of the pieces that a digest was made of; None for one of the whole, an unknown one, or none."""
    kind, _, rest = (digest or "").partition(":")
    size = rest.partition(":")[0]
    return int(size) if kind == _TREE and size.isdigit() and 0 < int(size) <= 1 << 32 else None


def require_whole(path: object, data: bytes, digest: str | None, md5: bytes | None) -> None:
    """
    Refuse `data` that is not what was stored.

    Args:
        digest: As `of_whole` made it. md5: What another writer or the storage noted; used without a digest.

    Raises:
        CorruptRecord: The digest differs.
    """
    if (digest or "").startswith(f"{_WHOLE}:"):
        if of_whole(data) != digest:
            raise corrupt(path)
    elif block := block_bytes_of(digest):
        pieces = [of_piece(data[start : start + block]) for start in range(0, len(data), block)]
        require_pieces(path, pieces, digest)
    elif md5 and hashlib.md5(data, usedforsecurity=False).digest() != bytes(md5):
        raise corrupt(path)


def require_pieces(path: object, pieces: Sequence[bytes], digest: str | None) -> None:
    """Refuse pieces that are not those that were stored; see `of_pieces`."""
    block = block_bytes_of(digest)
    if block is not None and of_pieces(pieces, block) != digest:
        raise corrupt(path)


def require_file(path: object, file: BinaryIO, size_bytes: int, digest: str | None, md5: bytes | None) -> None:
    """Refuse the first `size_bytes` of `file`, whose pieces were not hashed as they came, if they differ."""
    kind, _, expected = (digest or "").partition(":")
    if kind == _WHOLE:
        _require_hash(path, file, size_bytes, hashlib.sha256(), expected)
    elif md5 and not digest:
        _require_hash(path, file, size_bytes, hashlib.md5(usedforsecurity=False), bytes(md5).hex())


def _require_hash(path: object, file: BinaryIO, size_bytes: int, hasher: hashlib._Hash, expected: str) -> None:
    file.seek(0)
    while size_bytes > 0 and (chunk := file.read(min(size_bytes, 1 << 20))):
        hasher.update(chunk)
        size_bytes -= len(chunk)
    if hasher.hexdigest() != expected:
        raise corrupt(path)


def corrupt(path: object) -> CorruptRecord:
    """The error for bytes that are not those that were stored."""
    return CorruptRecord(
        f"'{path}' did not come back as it was stored: its digest differs. Try again; if it stays so, the stored bytes "
        "are damaged, and must be stored anew."
    )
