"""
Sends to webhooks by HTTP, once, within a time, and only to where strangers may have things sent.

The address that is connected to is the one that was looked at, so a name that resolves to something else a moment
later changes nothing; the certificate is still that of the name.
"""

from __future__ import annotations

import functools
import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast
from urllib.parse import SplitResult, quote, urlsplit

import attrs

from genesis_flow.adapters.webhooks.addresses import Found, Lookups, NotPublic
from genesis_flow.domain.errors import InvalidInput, Throttled, Unavailable
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.webhooks import Answer, WebhookSender

#: More of an answer is not read.
_ANSWER_BYTES: Final = 64 << 10
#: Seconds for looking up the host of a webhook that is being made.
_LOOKUP_S: Final = 5.0
_PORTS: Final = {"http": 80, "https": 443}
_KEPT: Final = "/%?:@!$&'()*+,;=~-._"


@attrs.frozen
class HttpWebhookSender(WebhookSender):
    """
    Sends through sockets of its own.

    Attributes:
        allows_private: Whether any address will do. timeout_s: Seconds for all of one call.
        agent: What it calls itself.
    """

    _allows_private: Callable[[], bool]
    _timeout_s: Callable[[], float]
    _agent: str = "genesis-flow"
    _lookups: Lookups = attrs.field(factory=Lookups)

    def require_public(self, url: str) -> None:
        if self._allows_private():
            return
        host = urlsplit(url).hostname or ""
        try:
            self._lookups.public(_ascii(host), 443, _LOOKUP_S)
        except NotPublic as error:
            raise InvalidInput(
                "url",
                "Webhook URL must not resolve to a non-public IP address. "
                f"{shown(host)!r} resolves to {error.address}.",
            ) from None
        except Throttled:
            raise
        except Unavailable as error:
            raise InvalidInput(
                "url", f"Cannot resolve Webhook URL hostname {shown(host)!r}: {error.message}"
            ) from None

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        deadline = time.monotonic() + self._timeout_s()
        parts = urlsplit(url)
        try:
            with closing(self._connected(parts, deadline)) as connected:
                return _exchanged(connected, parts, {"User-Agent": self._agent, **headers}, body, deadline)
        except (TimeoutError, _TimeUp) as error:
            raise Unavailable(f"{shown(parts.hostname)!r} did not answer in time.") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = str(error) if isinstance(error, OSError) else type(error).__name__
            raise Unavailable(f"{shown(parts.hostname)!r} could not be told: {shown(why)}") from error

    def _connected(self, parts: SplitResult, deadline: float) -> socket.socket:
        host, port = _ascii(parts.hostname or ""), parts.port or _PORTS[parts.scheme]
        look = self._lookups.all if self._allows_private() else self._lookups.public
        connected = _connected_to(look(host, port, _left(deadline)), deadline)
        if parts.scheme == "http":
            return connected
        try:
            return _context().wrap_socket(connected, server_hostname=host)
        except BaseException:
            connected.close()
            raise


class _TimeUp(Exception):
    """A call took too long."""


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _TimeUp
    return left


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        raise Unavailable("it is not a name of a host") from None


def _connected_to(found: list[Found], deadline: float) -> socket.socket:
    """A socket that is connected to the first of the addresses that answers."""
    problem = OSError("it has no address")
    for family, kind, protocol, _, place in found:
        connected = socket.socket(family, kind, protocol)
        try:
            connected.settimeout(_left(deadline))
            connected.connect(place)
            connected.settimeout(_left(deadline))
            return connected
        except OSError as error:
            connected.close()
            problem = error
        except _TimeUp:
            connected.close()
            raise
    raise problem


@functools.cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchanged(
    connected: socket.socket, parts: SplitResult, headers: Mapping[str, str], body: bytes, deadline: float
) -> Answer:
    host, timely = _ascii(parts.hostname or ""), _Timely(connected, deadline)
    connection = http.client.HTTPConnection(host, parts.port)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, parts.port, context=_context())
    connection.sock = cast(socket.socket, timely)
    path = quote(parts.path or "/", safe=_KEPT)
    target = f"{path}?{quote(parts.query, safe=_KEPT)}" if parts.query else path
    connection.request("POST", target, body, dict(headers))
    response = connection.getresponse()
    text = response.read(_ANSWER_BYTES).decode("utf-8", "replace")
    return Answer(response.status, text, _seconds(response.headers.get("Retry-After")))


def _seconds(value: str | None) -> float | None:
    """The seconds of a header `Retry-After`: a number, or a date."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


@attrs.frozen
class _Timely:
    """A socket for `http.client` on which everything together ends in time, however slowly the other side answers."""

    _connected: socket.socket
    _deadline: float

    def sendall(self, data: bytes) -> None:
        self._connected.settimeout(_left(self._deadline))
        self._connected.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._connected, self._deadline))

    def close(self) -> None:
        """Nothing: an answer may still be read, and whoever connected closes."""


class _Incoming(io.RawIOBase):
    """What comes from a socket until the deadline."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._connected, self._deadline = connected, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connected.settimeout(_left(self._deadline))
        return self._connected.recv_into(buffer)
