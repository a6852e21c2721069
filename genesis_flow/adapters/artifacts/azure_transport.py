"""The driver's connections to Azure Storage: TLS 1.2 or newer, as many kept as there are threads, and its retries."""

from __future__ import annotations

import ssl
from typing import Any, Final

from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import ExponentialRetry
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from genesis_flow.domain.values.text import refused_certificate

#: A piece that was not answered is sent again, at most five times, after 0.4, 2.4, 4.4, 8.4 and 16.4 seconds; a server
#: that cannot be reached at all is given up after the second.
_RETRIES: Final = 5
_CONNECT_RETRIES: Final = 2
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


class Retries(ExponentialRetry):
    """The driver's, but not where there is no identity, or a certificate was refused: neither ends by waiting."""

    def __init__(self) -> None:
        super().__init__(
            initial_backoff=0.4, increment_base=2, random_jitter_range=0,  # type: ignore[arg-type]  # fractions work
            retry_total=_RETRIES, retry_connect=_CONNECT_RETRIES, retry_read=_RETRIES, retry_status=_RETRIES,
        )  # fmt: skip

    def increment(self, settings: Any, request: Any, response: Any = None, error: Any = None) -> bool:
        """Whether to try again."""
        is_refused = isinstance(error, ServiceRequestError) and refused_certificate(str(error))
        if is_refused or isinstance(error, ClientAuthenticationError):
            return False
        return super().increment(settings, request, response, error)
