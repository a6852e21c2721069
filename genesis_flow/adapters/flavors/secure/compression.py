"""Compressed files, expanded within limits."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.limits import Limits, too_much
from genesis_flow.adapters.flavors.secure.refusals import corrupt
from genesis_flow.domain.errors import Unsupported

_CHUNK: Final = 1 << 20


def _lz4() -> Any:
    try:
        import lz4.frame
    except ImportError as error:
        raise Unsupported("The file is compressed with LZ4. Install the package lz4 to read it.") from error
    return lz4.frame.LZ4FrameDecompressor()


#: How each kind of compression begins, and what expands it.
_KINDS: Final[tuple[tuple[bytes, Callable[[], Any]], ...]] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(31)),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ)),
    (b"\x5d\x00", lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE)),
    (b"\x04\x22\x4d\x18", _lz4),
    # All that can follow, so that no text which begins with "x", such as "xgboost==3.0", is taken for compressed.
    *((bytes((0x78, level)), lambda: zlib.decompressobj(15)) for level in (0x01, 0x5E, 0x9C, 0xDA)),
)


def is_compressed(head: bytes) -> bool:
    """Whether a file that begins like this is compressed."""
    return any(head.startswith(magic) for magic, _ in _KINDS)


def expanded(content: bytes | memoryview, limits: Limits, source: str) -> bytes | bytearray | memoryview:
    """`content` itself, or what it expands to if it is compressed."""
    head = bytes(content[:8])
    for magic, maker in _KINDS:
        if head.startswith(magic):
            return _expand(content, maker(), limits.expanded_bytes(len(content)), source)
    return content


def _expand(content: bytes | memoryview, expander: Any, most: int, source: str) -> bytearray:
    result = bytearray()
    try:
        rest: bytes | memoryview = memoryview(content)
        while not expander.eof:
            piece = expander.decompress(rest[:_CHUNK] if len(rest) else b"", _CHUNK)
            used = getattr(expander, "unconsumed_tail", None)
            if used is not None:
                rest = _behind(rest, used)
            elif getattr(expander, "needs_input", True):
                rest = rest[_CHUNK:]
            result += piece
            if len(result) > most:
                raise too_much(source, "bytes when expanded", most)
            if not piece and not len(rest):
                raise corrupt(source, "its compression is cut short")
    except (zlib.error, OSError, lzma.LZMAError, EOFError, RuntimeError, ValueError) as error:
        raise corrupt(source, f"its compression is damaged: {error}") from error
    return result


def _behind(rest: Any, tail: bytes) -> Any:
    consumed = min(len(rest), _CHUNK) - len(tail)
    return rest[consumed:]
