"""Protocols of uvicorn that do not wait for ever."""

from __future__ import annotations

import asyncio
import socket
from asyncio.trsock import TransportSocket
from importlib.util import find_spec
from typing import Any, Final, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

#: Seconds within which the headers of a request have to arrive, from the first byte or the connection on.
HEADERS_S: Final = 20.0
HEADERS_BYTES: Final = 64 << 10
#: Connections of a process at the same time; for another one, that which has been silent longest is closed.
MOST_CONNECTIONS: Final = 2_000


class Corked(asyncio.Transport):
    """
    A transport that sends what is written in one turn of the event loop at once.

    uvicorn writes the headers of a response and its body one after the other. As one packet they take a fifth less
    time (measured), for the client is woken up once.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport, self._loop = transport, loop
        self._waiting: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(bytes(data))

    def _flush(self) -> None:
        if self._waiting:
            self._transport.write(self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting))
            self._waiting.clear()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()


class Patience(asyncio.Protocol):
    """
    What makes a protocol of uvicorn end its patience.

    Who sends no whole header in time and size is cut off, and earlier if others need the connection.
    """

    headers_s = HEADERS_S
    headers_bytes = HEADERS_BYTES
    most_connections = MOST_CONNECTIONS

    connections: set[Any]
    server_state: Any
    cycle: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Those of uvloop are transports, too, though not by their class.
        super().connection_made(Corked(cast(asyncio.Transport, transport), self.loop))
        _send_at_once(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._received_bytes = 0
        # Of the connections of this server, those that wait for a request, the most patient first.
        self._silent: dict[Patience, None] = vars(self.server_state).setdefault("silent_connections", {})
        if len(self.connections) > self.most_connections and self._silent:
            next(iter(self._silent))._give_up()
        self._watch(0)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Called by uvicorn, which goes on with the next request if that has come already."""
        super().on_response_complete()  # type: ignore[misc]
        self._watch(0)

    def _watch(self, size: int) -> None:
        if self._is_answering():
            self._stop()
            self._received_bytes = 0
            return
        self._silent.pop(self, None)
        self._silent[self] = None
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.headers_s, self._give_up)
        is_in_headers = self.cycle is None or not self.cycle.more_body
        self._received_bytes += size if is_in_headers else 0
        if self._received_bytes > self.headers_bytes:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _stop(self) -> None:
        self._silent.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if not self._is_answering():
            self._silent.pop(self, None)
            self.transport.close()


class PatientH11(Patience, H11Protocol):
    """HTTP/1.1 in Python, with an end to patience."""


#: The fastest that is there: with `httptools`, answering a request takes a third less time (measured).
PatientProtocol: type[asyncio.Protocol] = PatientH11

if find_spec("httptools") is not None:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    class PatientHttpTools(Patience, HttpToolsProtocol):
        """HTTP/1.1 in C, with an end to patience."""

    PatientProtocol = PatientHttpTools


def _send_at_once(transport: asyncio.BaseTransport) -> None:
    """Have a body not wait for the acknowledgement of its headers: clients delay that by 40 ms."""
    connection = transport.get_extra_info("socket")
    # uvloop does it by itself. asyncio does it only for sockets that were made with the number of the protocol, which
    # uvicorn's are not.
    if isinstance(connection, TransportSocket) and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
