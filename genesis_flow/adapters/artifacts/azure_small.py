"""
Requests for small blobs, for pieces of others and for pages of listings, without the driver's pipeline: it takes five
times as much processor time as they do.

Each is tried once. Whatever does not simply succeed is left to the driver: it asks again, waits and repeats where that
helps, and says what is wrong. So nothing here knows errors, and nothing is signed here: an account's key makes a shared
access signature for the container, an identity a token, and a given signature is used as it is.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import attrs
from requests.utils import get_environ_proxies

from genesis_flow.adapters.artifacts.azure_authorization import Authorization
from genesis_flow.adapters.artifacts.connections import Connections, Reply

#: Small enough to stay in the processor's cache from the socket to the digest and the file.
_CHUNK_BYTES: Final = 1 << 18
_NO_BLOB: Final = "BlobNotFound"
_REFUSED: Final = frozenset({401, 403})


@attrs.frozen
class Answer:
    """Bytes of a blob; `total` is the size of all of it."""

    version: str
    total: int
    data: bytes
    metadata: dict[str, str]
    md5: str | None


class NoSuchBlob(Exception):
    """There is no blob with this name."""


class SmallRequests:
    """
    Requests for the blobs of one container.

    Args:
        url: Of the container, without a query.
    """

    def __init__(self, url: str, connections: Connections, authorize: Authorization) -> None:
        self._path, self._connections, self._authorize = urlsplit(url).path, connections, authorize
        # A proxy is the driver's business.
        self._is_usable = not get_environ_proxies(url)

    def put(self, name: str, data: bytes, metadata: Mapping[str, str]) -> bool:
        """Store a blob; False if it has to be tried in another way."""
        md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        headers = {
            "x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream", "Content-MD5": md5,
            **{f"x-ms-meta-{key}": value for key, value in metadata.items()},
        }  # fmt: skip
        found = self._reply("PUT", name, headers, data)
        return found is not None and found.status == 201

    def get(self, name: str, most: int) -> Answer | None:
        """
        The first bytes of a blob, at most `most`; None if it has to be tried in another way.

        Raises:
            NoSuchBlob: The service says so.
        """
        found = self._reply("GET", name, {"x-ms-range": f"bytes=0-{most - 1}"})
        if found is not None and found.headers.get("x-ms-error-code") == _NO_BLOB:
            raise NoSuchBlob(name)
        if found is None or found.status != 206:
            return None
        answered = found.headers
        metadata = {key[10:]: value for key, value in answered.items() if key.lower().startswith("x-ms-meta-")}
        total = int(answered["Content-Range"].rpartition("/")[2])
        if len(found.data) != min(total, most):
            return None
        return Answer(answered["ETag"], total, found.data, metadata, answered.get("x-ms-blob-content-md5"))

    def erase(self, name: str) -> bool:
        """Erase a blob; False if it has to be tried in another way, as one that has snapshots."""
        found = self._reply("DELETE", name, {})
        return found is not None and (found.status == 202 or found.headers.get("x-ms-error-code") == _NO_BLOB)

    def page(self, **options: str) -> bytes | None:
        """One answer of a listing, as XML; None if it has to be tried in another way."""
        query = urlencode({"restype": "container", "comp": "list", **options}, quote_via=quote)
        found = self._reply("GET", "", {}, query=query)
        return found.data if found is not None and found.status == 200 else None

    def stream(self, name: str, start: int, length: int, version: str) -> Iterator[bytes]:
        """Bytes of one version of a blob in small pieces; it may end early, and the rest has to be had otherwise."""
        if not self._is_usable:
            return
        headers = {"x-ms-range": f"bytes={start}-{start + length - 1}", "If-Match": version}
        try:
            target, authorization = self._target(name)
            with self._connections.answer("GET", target, headers | authorization) as answer:
                if answer.status == 206 and answer.headers.get("ETag") == version:
                    while chunk := answer.read(_CHUNK_BYTES):
                        yield chunk
        except Exception:  # see `_reply`
            return

    def _reply(
        self, method: str, name: str, headers: dict[str, str], body: bytes | None = None, *, query: str = ""
    ) -> Reply | None:
        if not self._is_usable:
            return None
        try:
            target, authorization = self._target(name, query)
            found = self._connections.ask(method, target, headers | authorization, body)
        except Exception:  # a token that was refused, a connection that broke: the driver will say it
            return None
        if found.status in _REFUSED:
            self._is_usable = False
        return found

    def _target(self, name: str, query: str = "") -> tuple[str, dict[str, str]]:
        """Path and query of a request for a blob, or for the container if `name` is empty, and headers."""
        permit, headers = self._authorize()
        path = f"{self._path}/{quote(name, safe='~/')}" if name else self._path
        return "?".join(filter(None, (path, "&".join(filter(None, (query, permit)))))), headers
