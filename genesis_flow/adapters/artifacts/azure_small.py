"""
Requests for small blobs, and for pieces of others, without the driver's pipeline: it takes four times as much
processor time as they do.

Each is tried once. Whatever does not simply succeed is left to the driver: it asks again, waits and repeats where that
helps, and says what is wrong. So nothing here knows errors, and nothing is signed here: an account's key makes a shared
access signature for the container, an identity a token, and a given signature is used as it is.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import attrs
import urllib3
from requests.utils import get_environ_proxies

from genesis_flow.adapters.artifacts.azure_accounts import AccountAccess
from genesis_flow.adapters.artifacts.azure_transport import tls_context

#: How long a signature of ours works, and how long before its end the next one is made.
_SIGNED_S: Final = 3_600
_MARGIN_S: Final = 900
_SCOPE: Final = "https://storage.azure.com/.default"
_VERSION: Final = "2021-12-02"
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
        url: Of the container, without a query. credential: Of the identity of this process, if there is no secret.
    """

    def __init__(self, url: str, found: AccountAccess, credential: Any, pool: urllib3.PoolManager) -> None:
        self._url, self._pool = url, pool
        self._authorize = _authorization(url, found, credential)
        # A proxy is the driver's business.
        self._is_usable = not get_environ_proxies(url)

    def put(self, name: str, data: bytes, metadata: Mapping[str, str]) -> bool:
        """Store a blob; False if it has to be tried in another way."""
        md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        headers = {
            "x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream", "Content-MD5": md5,
            **{f"x-ms-meta-{key}": value for key, value in metadata.items()},
        }  # fmt: skip
        found = self._answer("PUT", name, headers, data)
        return found is not None and found.status == 201

    def get(self, name: str, start: int, most: int, version: str | None = None) -> Answer | None:
        """
        At most `most` bytes of a blob; None if it has to be tried in another way.

        Args:
            version: The ETag that it must have; None for any.

        Raises:
            NoSuchBlob: The service says so.
        """
        headers = {"x-ms-range": f"bytes={start}-{start + most - 1}"}
        found = self._answer("GET", name, headers if version is None else {**headers, "If-Match": version})
        if found is not None and found.headers.get("x-ms-error-code") == _NO_BLOB:
            raise NoSuchBlob(name)
        if found is None or found.status != 206:
            return None
        answered = found.headers
        metadata = {key[10:]: value for key, value in answered.items() if key.lower().startswith("x-ms-meta-")}
        total = int(answered["Content-Range"].rpartition("/")[2])
        if len(found.data) != min(total - start, most) or answered.get("ETag") != (version or answered.get("ETag")):
            return None
        return Answer(answered["ETag"], total, found.data, metadata, answered.get("x-ms-blob-content-md5"))

    def erase(self, name: str) -> bool:
        """Erase a blob; False if it has to be tried in another way, as one that has snapshots."""
        found = self._answer("DELETE", name, {})
        return found is not None and (found.status == 202 or found.headers.get("x-ms-error-code") == _NO_BLOB)

    def stream(self, name: str, start: int, length: int, version: str) -> Iterator[bytes]:
        """Bytes of one version of a blob in small pieces; it may end early, and the rest has to be had otherwise."""
        headers = {"x-ms-range": f"bytes={start}-{start + length - 1}", "If-Match": version}
        found = self._answer("GET", name, headers, is_read=False)
        if found is None:
            return
        try:
            if found.status == 206 and found.headers.get("ETag") == version:
                yield from found.stream(_CHUNK_BYTES)
        except urllib3.exceptions.HTTPError:
            return
        finally:
            found.close() if found.length_remaining else found.release_conn()

    def _answer(
        self, method: str, name: str, headers: dict[str, str], body: bytes | None = None, *, is_read: bool = True
    ) -> urllib3.BaseHTTPResponse | None:
        if not self._is_usable:
            return None
        try:
            query, authorization = self._authorize()
            url = f"{self._url}/{quote(name, safe='~/')}{query}"
            found = self._pool.request(method, url, body=body, headers=headers | authorization, preload_content=is_read)
        except Exception:  # a token that was refused, a connection that broke: the driver will say it
            return None
        if found.status in _REFUSED:
            self._is_usable = False
        return found


def new_pool(connections: int, *, connect_s: float, read_s: float) -> urllib3.PoolManager:
    """Connections of their own; each request is tried once."""
    timeout = urllib3.Timeout(connect=connect_s, read=read_s)
    return urllib3.PoolManager(
        maxsize=connections, retries=False, timeout=timeout, ssl_context=tls_context(), blocksize=1 << 16
    )


def _authorization(url: str, found: AccountAccess, credential: Any) -> Callable[[], tuple[str, dict[str, str]]]:
    if found.sas is not None:
        query = f"?{found.sas}"
        return lambda: (query, {})
    if found.key is None:
        return lambda: ("", {"Authorization": f"Bearer {credential.get_token(_SCOPE).token}", "x-ms-version": _VERSION})
    return _Signing(found.account, found.key, url.rpartition("/")[2])


@attrs.define
class _Signing:
    """Signatures for a container, made of the account's key."""

    _account: str
    _key: str = attrs.field(repr=False)
    _container: str
    _query: str = attrs.field(default="", init=False, repr=False)
    _until: float = attrs.field(default=0.0, init=False)

    def __call__(self) -> tuple[str, dict[str, str]]:
        if time.time() > self._until - _MARGIN_S:
            from azure.storage.blob import ContainerSasPermissions, generate_container_sas

            ends = datetime.now(UTC) + timedelta(seconds=_SIGNED_S)
            signature = generate_container_sas(
                self._account, self._container, account_key=self._key, expiry=ends,
                permission=ContainerSasPermissions(read=True, create=True, write=True, delete=True),
            )  # fmt: skip
            self._query, self._until = f"?{signature}", ends.timestamp()
        return self._query, {}
