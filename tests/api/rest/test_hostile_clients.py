"""Clients that want to keep the server busy: many connections, endless bodies, deep JSON, slow requests."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection

import pytest

from genesis_flow.api.rest import create_app
from genesis_flow.api.rest.service import Limits
from tests.api.rest.conftest import PREFIX, Server, in_thread, running, until

PATIENCE_S = 60
CONNECTIONS = 10_000
MOST_MB = 150
JSON = {"Content-Type": "application/json"}
EXPERIMENT = f"{PREFIX}/experiments/get?experiment_id=0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has answered a request."""
    directory = tmp_path_factory.mktemp("hostile")
    with running(f"sqlite:///{directory}/store.db", directory) as found:
        assert 200 == found.request("GET", EXPERIMENT)[0]
        yield found


def is_answering(server: Server) -> bool:
    """Whether a request gets its answer."""
    try:
        return server.request("GET", EXPERIMENT)[0] == 200
    except OSError:
        return False


def allowed_files() -> int:
    """How many files and connections this process may have open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def test_connections_that_are_opened_and_left(server: Server) -> None:
    """Thousands of silent connections take little memory, and give way to those that have something to say."""
    count = min(CONNECTIONS, allowed_files() - 1_000)
    with ExitStack() as stack:
        for _ in range(count):
            with_server = socket.socket()
            stack.enter_context(with_server)
            with_server.setblocking(False)
            with_server.connect_ex(("127.0.0.1", server.port))
        start = time.monotonic()
        assert until(lambda: is_answering(server))
        # They are all given up after 20 s; others need not wait for that.
        assert time.monotonic() - start < 15
        assert server.memory_mb("VmHWM") < MOST_MB
    assert is_answering(server)


def test_a_body_without_end(server: Server) -> None:
    """A gigabyte of JSON is refused after the first megabytes; nothing of it stays in memory."""
    with closing(server.connection()) as connection:
        connection.putrequest("POST", f"{PREFIX}/runs/log-batch")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(1 << 30))
        connection.endheaders()
        status = send_until_refused(connection, 1 << 30)
    assert status in (413, None)  # None: the connection was closed before the answer could be read
    assert server.memory_mb("VmHWM") < MOST_MB
    assert is_answering(server)


def send_until_refused(connection: HTTPConnection, size: int) -> int | None:
    """The status with which a body is refused, None if the connection is closed."""
    piece = b"[" * (1 << 20)
    try:
        for _ in range(size // len(piece)):
            connection.send(piece)
    except OSError:
        pass
    try:
        return connection.getresponse().status
    except OSError:
        return None


@pytest.mark.parametrize("opened", ["[", '{"a":', '[{"a":'])
def test_deep_json(server: Server, opened: str) -> None:
    """JSON that is nested a million times is no JSON."""
    status, body = server.request("POST", f"{PREFIX}/experiments/create", (opened * 1_000_000).encode(), **JSON)
    assert (400, True) == (status, b"Missing value for required parameter 'name'" in body)
    assert is_answering(server)


def test_long_numbers(server: Server) -> None:
    """A number of a million digits is refused at once."""
    body = f'{{"experiment_id": "0", "start_time": {"9" * 1_000_000}}}'.encode()
    start = time.monotonic()
    status, _ = server.request("POST", f"{PREFIX}/runs/create", body, **JSON)
    assert 400 == status
    assert time.monotonic() - start < 10


def test_a_body_that_comes_slowly(fresh: object) -> None:
    """Who sends a body byte by byte gets an error in time, and others are answered meanwhile."""
    app = create_app("memory://", limits=Limits(body_s=0.5, threads=1))
    head = f"POST {PREFIX}/runs/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with in_thread(app) as (host, port), socket.create_connection((host, port), timeout=PATIENCE_S) as slow:
        slow.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
        with closing(HTTPConnection(host, port, timeout=PATIENCE_S)) as other:
            other.request("GET", EXPERIMENT)
            assert 200 == other.getresponse().status
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
