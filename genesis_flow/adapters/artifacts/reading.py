"""Reading: sources in pieces of one size, and one version of an object from any position."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO


class RangedReader(io.RawIOBase):
    """
    An object that is asked for piece by piece.

    Args:
        fetch: Bytes from a position, of a length. size_bytes: Of the object. first: How it begins, if that is known.
    """

    def __init__(self, fetch: Callable[[int, int], bytes], size_bytes: int, first: bytes = b"") -> None:
        super().__init__()
        self._fetch, self._size, self._first = fetch, size_bytes, first
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"negative position {start + offset}")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self._size - self._position))
        if not wanted:
            return 0
        known = self._first[self._position : self._position + wanted]
        data = known or self._fetch(self._position, wanted)
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


def read_exactly(source: BinaryIO, size: int) -> bytes:
    """
    The next `size` bytes of `source`, fewer at its end.

    Raises:
        TypeError: It holds text.
    """
    data = _required_bytes(source.read(size))
    if not data or len(data) == size:
        return data
    parts, missing = [data], size - len(data)
    while missing and (data := _required_bytes(source.read(missing))):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)


def _required_bytes(data: object) -> bytes:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"an artifact is made of bytes, the source gave {type(data).__name__}")
    return bytes(data)
