"""Bodies that do not fit into memory: files that come in, and files that go out."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import AsyncIterator
from functools import partial
from mimetypes import guess_type
from typing import Any, Final
from unicodedata import normalize
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from genesis_flow.api.rest.offload import Offload
from genesis_flow.api.rest.routes import Download
from genesis_flow.api.rest.wire import Refused
from genesis_flow.domain.errors import GenesisFlowError

_log: Final = logging.getLogger(__name__)

#: Bytes that are moved at once; a transfer holds a few times as many in memory.
PIECE_BYTES: Final = 256 << 10

#: Names and endings of files that people read; MLflow shows them as texts, too.
_TEXTS: Final = frozenset({
    "cf", "cfg", "cnf", "conf", "csv", "err", "hocon", "htm", "html", "ini", "ipynb", "js", "json", "log", "md", "mht",
    "mhtml", "mjs", "mlmodel", "mlproject", "prop", "properties", "py", "py3", "rst", "shtml", "toml", "tsv", "txt",
    "xht", "xhtml", "xml", "xsl", "xslt", "yaml", "yml",
})  # fmt: skip
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: One range; several at once, which hardly anybody asks for, are answered with everything.
_RANGE: Final = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")
_UNKNOWN: Final = "application/octet-stream"


class Incoming(io.RawIOBase):
    """
    The body of a request for a thread to read while it comes; made by the event loop.

    Args:
        piece_s: Seconds within which each `PIECE_BYTES` have to come.
    """

    def __init__(self, scope: Scope, receive: Receive, piece_s: float) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._stream = Request(scope, receive).stream()
        self._piece_s = piece_s
        self._left = memoryview(b"")
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """
        Fill `buffer`, or a part of it, with what comes; 0 at the end.

        Raises:
            Refused: Nothing comes any more.
        """
        if not self._left and not self._is_over:
            self._left = memoryview(self._next())
            self._is_over = not self._left
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._left))
        view[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def _next(self) -> bytes:
        coming = asyncio.run_coroutine_threadsafe(self._piece(), self._loop)
        try:
            # The loop keeps the time; it may have ended, though.
            return coming.result(self._piece_s + 10)
        except TimeoutError:
            coming.cancel()
            raise Refused(408, f"{PIECE_BYTES} bytes of the request took more than {self._piece_s:g} s.") from None
        except ClientDisconnect:
            raise Refused(400, "The request is incomplete.") from None

    async def _piece(self) -> bytes:
        found: list[bytes] = []
        size = 0
        async with asyncio.timeout(self._piece_s):
            while size < PIECE_BYTES and (chunk := await anext(self._stream, b"")):
                found.append(chunk)
                size += len(chunk)
        return b"".join(found)


class FileResponse(Response):
    """
    A file that is read by threads of a pool and sent as fast as the client takes it.

    It is never shown by a browser in its own right: whoever logged it may not have been well-meaning.

    Args:
        piece_s: Seconds within which a client has to take a piece.
    """

    def __init__(self, download: Download, offload: Offload, piece_s: float) -> None:
        super().__init__(headers={"content-type": media_type(download.name)})
        self._download, self._offload, self._piece_s = download, offload, piece_s
        self.raw_headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        if download.size_bytes is not None:
            self.headers["content-length"] = str(download.size_bytes)
            self.headers["accept-ranges"] = "bytes"
        self.headers["content-disposition"] = _attachment(download.name)
        self.headers["content-security-policy"] = "default-src 'none'; frame-ancestors 'self'; sandbox"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            left = await self._begin(scope, send)
            if left and scope["method"] != "HEAD":
                async for piece in self._pieces(gone, left):
                    async with asyncio.timeout(self._piece_s):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, GenesisFlowError) as error:
            # The server closes a connection whose response is not completed, so that clients see it.
            _log.warning("A file was not sent to its end: %s", error or "the client did not take it")
        finally:
            gone.cancel()
            self._download.file.close()

    async def _begin(self, scope: Scope, send: Send) -> float:
        """Send the headers; returns how many bytes are to follow, infinitely many for all that there are."""
        size, status, left = self._download.size_bytes, 200, float("inf")
        wanted = None if size is None else _wanted(scope, size)
        if wanted is not None:
            first, end = wanted
            left, status = max(0, end - first), 206 if first < end else 416
            self.headers["content-length"] = str(left)
            self.headers["content-range"] = f"bytes {first}-{end - 1}/{size}" if left else f"bytes */{size}"
            await self._offload(partial(self._download.file.seek, first))
        await send({"type": "http.response.start", "status": status, "headers": self.raw_headers})
        return left

    async def _pieces(self, gone: asyncio.Future[None], left: float) -> AsyncIterator[bytes]:
        while left and not gone.done():
            piece = await self._offload(partial(self._download.file.read, int(min(PIECE_BYTES, left))))
            if not piece:
                return
            left -= len(piece)
            yield piece


def _wanted(scope: Scope, size: int) -> tuple[int, int] | None:
    """The first byte that a request wants of `size`, and the end of what it wants; None for everything."""
    headers = dict(scope["headers"])
    # Files have no versions here, so nobody can know that it is still the one of which they have a part.
    match = None if b"if-range" in headers else _RANGE.fullmatch(headers.get(b"range", b""))
    if match is None or match[1] == match[2] == b"":
        return None
    if match[1] == b"":
        return max(0, size - int(match[2])), size
    return int(match[1]), min(size, int(match[2]) + 1) if match[2] else size


def media_type(name: str) -> str:
    """
    What a file is, by its name, as nothing that a browser would run.

    Source: MLflow 3.17 `_guess_mime_type`; HTML and XML are texts here.
    """
    if name.rpartition(".")[2].lower() in _TEXTS:
        return "text/plain"
    return guess_type(name, strict=False)[0] or _UNKNOWN


def _attachment(name: str) -> str:
    """What has a browser save a file under its name, also where that is not of ASCII."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    if not _TOKEN.fullmatch(plain):
        plain = '"' + re.sub(r'(["\\\\])', r"\\\1", plain) + '"'
    return f"attachment; filename={plain}" + ("" if name.isascii() else f"; filename*=UTF-8''{quote(name, safe='')}")


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
