"""Connections to one server that stay open, for requests that are tried once."""

from __future__ import annotations

import os
import ssl
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

import attrs
from urllib3.util import wait_for_read


@attrs.frozen
class Reply:
    """What a server said; nothing that it says is an error here."""

    status: int
    headers: HTTPMessage
    data: bytes


class Connections:
    """
    As many connections as there are requests at the same time, at most `most` of which are kept.

    Requests raise `OSError` or `HTTPException` where no answer came. Redirections are not followed. A child process
    makes connections of its own.

    Args:
        endpoint: A URL; only its scheme, host and port are used. connect_s, read_s: Seconds to wait at most.
    """

    def __init__(self, endpoint: str, context: ssl.SSLContext, *, most: int, connect_s: float, read_s: float) -> None:
        self._server, self._context = urlsplit(endpoint), context
        self._most, self._connect_s, self._read_s = most, connect_s, read_s
        self._idle: deque[HTTPConnection] = deque()
        self._process = os.getpid()

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """The whole answer to a request; `target` is path and query."""
        with self.answer(method, target, headers, body) as answer:
            return Reply(answer.status, answer.headers, answer.read())

    @contextmanager
    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[HTTPResponse]:
        """The answer to a request, to be read as it comes; it may end early."""
        connection = self._connection()
        answer: HTTPResponse | None = None
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            yield answer
        finally:
            is_whole = answer is not None and answer.isclosed() and not answer.length
            self._keep(connection) if is_whole else connection.close()

    def close(self) -> None:
        """Let go of what is kept; the next request connects again."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self) -> HTTPConnection:
        if self._process != os.getpid():
            self.close()
            self._process = os.getpid()
        while True:
            try:
                kept = self._idle.pop()
            except IndexError:
                return self._connected()
            # Servers close what is idle; that is seen as an end that can be read.
            if not wait_for_read(kept.sock, timeout=0):
                return kept
            kept.close()

    def _connected(self) -> HTTPConnection:
        host, port = str(self._server.hostname), self._server.port
        if self._server.scheme == "https":
            made: HTTPConnection = HTTPSConnection(host, port, timeout=self._connect_s, context=self._context)
        else:
            made = HTTPConnection(host, port, timeout=self._connect_s)
        made.connect()
        made.sock.settimeout(self._read_s)
        return made

    def _keep(self, connection: HTTPConnection) -> None:
        # There is no socket any more if the server said that it closes.
        if connection.sock is not None and len(self._idle) < self._most:
            self._idle.append(connection)
        else:
            connection.close()
