"""Connections to Azure Storage: TLS 1.2 or newer, and as many of them kept as there are threads."""

from __future__ import annotations

import ssl
from typing import Any, Final

from azure.core.pipeline.transport import RequestsTransport
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import Retry

#: Bytes of an answer that are taken at once; the driver's usual 4 KB cost more processor time than the rest of it.
_READ_BYTES: Final = 1 << 18


def private_transport(connections: int, *, connect_s: float, read_s: float) -> RequestsTransport:
    """A transport of its own session; the client does its own retries."""
    session = Session()
    adapter = PrivateAdapter(connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return RequestsTransport(
        session=session, connection_timeout=connect_s, read_timeout=read_s, connection_data_block_size=_READ_BYTES
    )


def tls_context() -> ssl.SSLContext:
    """What certificates are checked with; nothing older than TLS 1.2 is spoken."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class PrivateAdapter(HTTPAdapter):  # type: ignore[misc]  # requests has no types
    """Keeps `connections` connections to a host."""

    def __init__(self, connections: int) -> None:
        retries = Retry(total=False, redirect=False, raise_on_status=False)
        super().__init__(max_retries=retries, pool_connections=4, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool with our own idea of TLS."""
        super().init_poolmanager(*args, ssl_context=tls_context(), blocksize=1 << 16, **kwargs)
