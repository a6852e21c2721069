"""Requests on many connections at once, each of which sends its next one when it has an answer."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

API = "/api/2.0/mlflow"
#: Makes the next request of the connection with a number.
Make = Callable[[int], bytes]


@dataclass(frozen=True)
class Load:
    """What a server did: requests per second, and the milliseconds that each took, sorted."""

    per_second: float
    milliseconds: Sequence[float]

    def quantile(self, part: float) -> float:
        """The milliseconds that a part of the requests took at most."""
        return self.milliseconds[min(len(self.milliseconds) - 1, int(part * len(self.milliseconds)))]


def post(address: str, path: str, content: Any) -> Any:
    """The JSON that a server answers."""
    body = json.dumps(content).encode()
    request = urllib.request.Request(f"{address}{API}/{path}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def request(method: str, path: str, content: Any = None) -> bytes:
    """A request as it is sent."""
    body = b"" if content is None else json.dumps(content, separators=(",", ":")).encode()
    head = f"{method} {API}/{path} HTTP/1.1\r\nHost: localhost\r\n"
    if content is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def measure(port: int, make: Make, connections: int, seconds: float) -> Load:
    """Send requests for some seconds; answers other than 200 are an error."""
    return asyncio.run(_measure(port, make, connections, seconds))


async def _measure(port: int, make: Make, connections: int, seconds: float) -> Load:
    loop = asyncio.get_running_loop()
    users = [_User(make, number, loop.create_future()) for number in range(connections)]
    for user in users:
        await loop.create_connection(lambda user=user: user, "127.0.0.1", port)
    start = time.perf_counter()
    await asyncio.sleep(seconds)
    took, count = time.perf_counter() - start, sum(len(user.milliseconds) for user in users)
    for user in users:
        user.is_last = True
    await asyncio.gather(*(user.done for user in users))
    return Load(count / took, sorted(each for user in users for each in user.milliseconds))


@dataclass
class _User(asyncio.Protocol):
    """One connection. What it reads is just enough of HTTP: this process shares the machine with who is measured."""

    make: Make
    number: int
    done: asyncio.Future[None]
    milliseconds: list[float] = field(default_factory=list)
    is_last: bool = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._received = transport, b""
        self._send()

    def _send(self) -> None:
        self._start = time.perf_counter()
        self._transport.write(self.make(self.number))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        _, name, rest = head.lower().partition(b"content-length: ")
        if not name or len(body) < int(rest.partition(b"\r\n")[0]):
            return
        if not self._received.startswith(b"HTTP/1.1 200"):
            self._fail(self._received[:500].decode(errors="replace"))
            return
        self._received = b""
        self.milliseconds.append((time.perf_counter() - self._start) * 1000)
        if not self.is_last:
            self._send()
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("the connection was closed")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))
            self._transport.close()
