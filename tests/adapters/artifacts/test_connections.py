"""Connections that stay open."""

from __future__ import annotations

import http.client
import multiprocessing
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from urllib3.util import wait_for_read

from genesis_flow.adapters.artifacts.connections import Connections


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    opened: list[int]

    def setup(self) -> None:
        super().setup()
        self.opened.append(1)

    def do_GET(self) -> None:
        if self.path == "/moved":
            self._answer(302, b"", {"Location": "/there"})
        elif self.path == "/cut":
            self._answer(200, b"1234", {"Content-Length": "10"})
            self.close_connection = True
        elif self.path == "/idle":
            self._answer(200, b"1234", {})
            self.close_connection = True
        elif self.path == "/last":
            self._answer(200, b"1234", {"Connection": "close"})
        elif self.path == "/chunked":
            self._answer(200, b"2\r\n12\r\n2\r\n34\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"})
        else:
            self._answer(200, b"1234", {})

    def do_PUT(self) -> None:
        self._answer(201, self.rfile.read(int(self.headers["Content-Length"])), {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        if "Transfer-Encoding" not in headers:
            headers = {"Content-Length": str(len(body)), **headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A server that counts the connections to it."""
    handler = type("Handler", (_Handler,), {"opened": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        made.daemon_threads = True
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield made
        made.shutdown()


@pytest.fixture
def connections(server: ThreadingHTTPServer) -> Iterator[Connections]:
    """Connections to it, of which two are kept."""
    endpoint = f"http://127.0.0.1:{server.server_port}/account"
    made = Connections(endpoint, ssl.create_default_context(), most=2, connect_s=5, read_s=30)
    yield made
    made.close()


def _opened(server: ThreadingHTTPServer) -> int:
    return len(server.RequestHandlerClass.opened)  # type: ignore[attr-defined]  # of `_Handler`


def test_one_connection_serves_many_requests(server: ThreadingHTTPServer, connections: Connections) -> None:
    """Answers that were read to their end leave it open, whatever they say; redirections are not followed."""
    for _ in range(3):
        put = connections.ask("PUT", "/", {}, b"body")
        assert (201, b"body") == (put.status, put.data)
        assert [b"1234", b"1234"] == [connections.ask("GET", path, {}).data for path in ("/", "/chunked")]
        assert 302 == connections.ask("GET", "/moved", {}).status
        with connections.answer("GET", "/", {}) as answer:
            assert [b"12", b"34", b""] == [answer.read(2) for _ in range(3)]
    assert 1 == _opened(server)


def test_what_was_not_read_is_not_kept(server: ThreadingHTTPServer, connections: Connections) -> None:
    """The rest of an answer is never taken for the next one."""
    with connections.answer("GET", "/", {}) as answer:
        assert b"12" == answer.read(2)
    assert b"1234" == connections.ask("GET", "/", {}).data
    assert 2 == _opened(server)


def test_a_short_answer_is_an_error(server: ThreadingHTTPServer, connections: Connections) -> None:
    """Fewer bytes than were announced are not passed for all, and the connection is not used again."""
    with pytest.raises(http.client.IncompleteRead):
        connections.ask("GET", "/cut", {})
    with connections.answer("GET", "/cut", {}) as answer:
        assert [b"1234", b""] == [answer.read(5) for _ in range(2)]
    assert b"1234" == connections.ask("GET", "/", {}).data
    assert 3 == _opened(server)


def test_a_connection_that_the_server_closes_is_not_kept(server: ThreadingHTTPServer, connections: Connections) -> None:
    """`Connection: close` is heeded."""
    for _ in range(2):
        assert b"1234" == connections.ask("GET", "/last", {}).data
    assert 2 == _opened(server)


def test_a_connection_that_was_closed_while_idle_is_not_used(
    server: ThreadingHTTPServer, connections: Connections
) -> None:
    """Servers close connections on which nothing happens; the next request has a new one and does not fail."""
    for _ in range(2):
        assert b"1234" == connections.ask("GET", "/idle", {}).data
        assert wait_for_read(connections._idle[-1].sock, timeout=30)
    assert 2 == _opened(server)


def test_only_so_many_are_kept(server: ThreadingHTTPServer, connections: Connections) -> None:
    """More requests at the same time have connections that are closed afterwards."""
    for expected in (3, 4):
        with ExitStack() as stack:
            for answer in [stack.enter_context(connections.answer("GET", "/", {})) for _ in range(3)]:
                answer.read()
        assert expected == _opened(server)


def test_a_child_process_has_connections_of_its_own(server: ThreadingHTTPServer, connections: Connections) -> None:
    """Two processes never read from one connection."""
    connections.ask("GET", "/", {})
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_ask, args=(connections,)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(30)
    assert [0, 0] == [child.exitcode for child in children]
    assert b"1234" == connections.ask("GET", "/", {}).data
    assert 3 == _opened(server)


def _ask(connections: Connections) -> None:
    assert [b"1234"] * 2 == [connections.ask("GET", "/", {}).data for _ in range(2)]
    connections.close()


def test_silence_is_an_error() -> None:
    """A server that says nothing is given up after a while."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = Connections(
            f"http://127.0.0.1:{silent.getsockname()[1]}", ssl.create_default_context(), most=1, connect_s=5, read_s=0.1
        )
        with pytest.raises(TimeoutError):
            made.ask("GET", "/", {})
