"""A network between client and server that can be cut, can swallow what is sent, and can be down for a while."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import attrs

from tests.services.mongodb import with_options

_CHUNK = 65_536


@attrs.define(eq=False)
class Link:
    """One connection of a client through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    is_swallowed: bool = False

    def abort(self) -> None:
        """Reset both ends."""
        self.client.transport.abort()
        self.server.transport.abort()


@attrs.define(eq=False)
class Proxy:
    """
    Forwards bytes to a server, from a thread of its own.

    Attributes:
        port: Where clients connect, on 127.0.0.1.
    """

    host: str
    server_port: int
    port: int = 0
    _links: set[Link] = attrs.field(factory=set, init=False)
    _is_down: bool = attrs.field(default=False, init=False)
    _stopped: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)
    _loop: asyncio.AbstractEventLoop = attrs.field(factory=asyncio.new_event_loop, init=False)

    def cut(self) -> None:
        """Reset all connections."""
        self._loop.call_soon_threadsafe(self._cut)

    def swallow(self) -> None:
        """Leave all connections open, but let nothing through any more; later ones work."""
        self._loop.call_soon_threadsafe(self._swallow)

    def go_down(self, seconds: float) -> None:
        """Reset all connections, and new ones too, for so long."""
        self._loop.call_soon_threadsafe(self._go_down, seconds)

    def _cut(self) -> None:
        for link in self._links:
            link.abort()

    def _swallow(self) -> None:
        for link in self._links:
            link.is_swallowed = True

    def _go_down(self, seconds: float) -> None:
        self._is_down = True
        self._cut()
        self._loop.call_later(seconds, self._come_back)

    def _come_back(self) -> None:
        self._is_down = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down:
            writer.transport.abort()
            return
        server_reader, server_writer = await asyncio.open_connection(self.host, self.server_port)
        link = Link(writer, server_writer)
        self._links.add(link)
        try:
            await asyncio.gather(_pump(reader, server_writer, link), _pump(server_reader, writer, link))
        finally:
            self._links.discard(link)

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stopped.wait()
        server.close()
        self._cut()
        await asyncio.sleep(0.05)  # lets the pumps see that their connections are gone

    def run(self, ready: threading.Event) -> None:
        """Serve until `stop`; sets `ready` when there is a port."""
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    def stop(self) -> None:
        """Reset all connections and end `run`."""
        self._loop.call_soon_threadsafe(self._stopped.set)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            if not link.is_swallowed:
                writer.write(data)
                await writer.drain()
    link.abort()


@contextmanager
def proxy_to(uri: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy to the server of a `mongodb://` URI, and the URI that leads through it."""
    parts = urlsplit(uri)
    proxy, ready = Proxy(parts.hostname or "127.0.0.1", parts.port or 27017), threading.Event()
    thread = threading.Thread(target=proxy.run, args=(ready,), daemon=True)
    thread.start()
    ready.wait()
    address = parts._replace(netloc=f"127.0.0.1:{proxy.port}").geturl()
    try:
        yield proxy, with_options(address, directConnection="true")
    finally:
        proxy.stop()
        thread.join()
