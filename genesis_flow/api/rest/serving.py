"""The REST API as a server of its own."""

from __future__ import annotations

import asyncio
import socket
from asyncio.trsock import TransportSocket
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds within which the headers of a request have to arrive, from the first byte or the connection on.
HEADERS_S: Final = 20.0
HEADERS_BYTES: Final = 64 << 10
#: Connections at the same time; further ones are answered 503.
MOST_CONNECTIONS: Final = 2_000
#: Seconds for which requests may go on when the server is told to stop.
SHUTDOWN_S: Final = 30


class Patience(asyncio.Protocol):
    """What makes a protocol of uvicorn end its patience: who sends no whole header in time and size is cut off."""

    headers_s = HEADERS_S
    headers_bytes = HEADERS_BYTES

    cycle: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        _send_at_once(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._received_bytes = 0
        self._watch(0)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _watch(self, size: int) -> None:
        if self._is_answering():
            self._stop()
            self._received_bytes = 0
            return
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.headers_s, self._give_up)
        is_in_headers = self.cycle is None or not self.cycle.more_body
        self._received_bytes += size if is_in_headers else 0
        if self._received_bytes > self.headers_bytes:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if not self._is_answering():
            self.transport.close()


class PatientH11(Patience, H11Protocol):
    """HTTP/1.1 in Python, with an end to patience."""


def patient_protocol() -> type[asyncio.Protocol]:
    """The fastest protocol that is there: with `httptools`, answering a request takes a third less time (measured)."""
    if find_spec("httptools") is None:
        return PatientH11
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    class PatientHttpTools(Patience, HttpToolsProtocol):
        """HTTP/1.1 in C, with an end to patience."""

    return PatientHttpTools


def _send_at_once(transport: asyncio.BaseTransport) -> None:
    """Have a body not wait for the acknowledgement of its headers: clients delay that by 40 ms."""
    connection = transport.get_extra_info("socket")
    # uvloop does it by itself. asyncio does it only for sockets that were made with the number of the protocol, which
    # uvicorn's are not.
    if isinstance(connection, TransportSocket) and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def serve(app: ASGIApp, *, host: str, port: int, announce: Callable[[int], object]) -> None:
    """
    Serve `app` until the process is told to stop.

    Args:
        port: 0 for a free one. announce: Called with the port when clients can connect.
    """
    # What a proxy says of who asks is not believed: see `principal`.
    config = uvicorn.Config(
        app, host=host, port=port, http=patient_protocol(), ws="none", proxy_headers=False, server_header=False,
        access_log=False, log_level="warning", h11_max_incomplete_event_size=HEADERS_BYTES,
        limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=SHUTDOWN_S,
    )  # fmt: skip
    with config.bind_socket() as listener:
        listener.listen(config.backlog)
        announce(listener.getsockname()[1])
        uvicorn.Server(config).run(sockets=[listener])
