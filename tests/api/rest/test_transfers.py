"""Files that are larger than memory, and clients that are slow or go away, against real servers."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path

import pytest

from genesis_flow.api.rest import create_app
from genesis_flow.api.rest.service import Limits
from tests.api.rest.conftest import PREFIX, Server, in_thread, running, until

FILES = "/api/2.0/mlflow-artifacts/artifacts"
PIECE = bytes(range(256)) * 4096
PIECES = 160
SIZE = len(PIECE) * PIECES
PATIENCE_S = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A server of artifacts, and the directory where it keeps them."""
    directory = tmp_path_factory.mktemp("served")
    uri = f"sqlite:///{directory}/store.db"
    with running(uri, directory, "--artifacts-destination", str(directory / "files")) as server:
        yield server, directory / "files"


def start_upload(connection: socket.socket, path: str, size: int) -> None:
    """Send the headers of an upload, and the first piece of it."""
    connection.sendall(f"PUT {FILES}/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode())
    connection.sendall(PIECE)


def is_open(path: Path, process: int) -> bool:
    """Whether a process has a file open."""
    handles = Path(f"/proc/{process}/fd").iterdir()
    return any(handle.is_symlink() and handle.readlink() == path for handle in handles)


def files_below(directory: Path) -> list[Path]:
    """Every file, finished or not."""
    return [path for path in directory.rglob("*") if path.is_file()]


def test_memory_and_other_clients(served: tuple[Server, Path]) -> None:
    """A large file takes little memory in both directions, and others are answered meanwhile."""
    server, _ = served
    assert 200 == server.request("PUT", f"{FILES}/warm", PIECE)[0]
    before = server.memory_mb("VmHWM")
    waits: list[float] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            start = time.monotonic()
            assert 200 == server.request("GET", f"{PREFIX}/experiments/get?experiment_id=0")[0]
            waits.append(time.monotonic() - start)

    other = threading.Thread(target=ask)
    other.start()
    try:
        assert 200 == server.request("PUT", f"{FILES}/large", (PIECE for _ in range(PIECES)))[0]
        with closing(server.connection()) as connection:
            connection.request("GET", f"{FILES}/large")
            found = digest(connection.getresponse())
    finally:
        done.set()
        other.join()
    expected = hashlib.sha256()
    for _ in range(PIECES):
        expected.update(PIECE)
    assert expected.hexdigest() == found
    assert server.memory_mb("VmHWM") - before < 40 < SIZE / (1 << 20)
    assert waits
    assert max(waits) < 10


def digest(response: HTTPResponse) -> str:
    """The digest of a response that is not held in memory."""
    found = hashlib.sha256()
    while piece := response.read(1 << 20):
        found.update(piece)
    return found.hexdigest()


def test_an_upload_that_is_broken_off_shows_nothing(served: tuple[Server, Path]) -> None:
    """When the client goes away, what came is erased, and what was there before stays."""
    server, directory = served
    assert 200 == server.request("PUT", f"{FILES}/cut/f", b"old")[0]
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        start_upload(connection, "cut/f", SIZE)
        assert until(lambda: len(files_below(directory / "cut")) == 2)
        assert b'"f"' in server.request("GET", f"{FILES}?path=cut")[1]
        assert (200, b"old") == server.request("GET", f"{FILES}/cut/f")
    assert until(lambda: len(files_below(directory / "cut")) == 1)
    assert (200, b"old") == server.request("GET", f"{FILES}/cut/f")


def test_a_server_that_is_killed_shows_nothing(tmp_path: Path) -> None:
    """What a killed server had of a file is no artifact of the next one."""
    uri, options = f"sqlite:///{tmp_path}/store.db", ("--artifacts-destination", str(tmp_path / "files"))
    with (
        running(uri, tmp_path, *options) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection,
    ):
        start_upload(connection, "d/f", SIZE)
        assert until(lambda: len(files_below(tmp_path / "files")) == 1)
        server.process.kill()
    with running(uri, tmp_path, *options) as server:
        assert (200, b"{}") == server.request("GET", f"{FILES}?path=d")
        assert 404 == server.request("GET", f"{FILES}/d/f")[0]


def test_who_takes_no_more_lets_go_of_the_file(served: tuple[Server, Path]) -> None:
    """When the client goes away in the midst of a download, the file is closed."""
    server, directory = served
    assert 200 == server.request("PUT", f"{FILES}/big", (PIECE for _ in range(32)))[0]

    with closing(server.connection()) as connection:
        connection.request("GET", f"{FILES}/big")
        connection.getresponse().read(1000)
        assert is_open(directory / "big", server.process.pid)
    assert until(lambda: not is_open(directory / "big", server.process.pid))


@pytest.mark.parametrize("path", ["a/../../x", "../x", "/etc/passwd"])
def test_paths_that_clients_send_as_they_are(served: tuple[Server, Path], path: str) -> None:
    """Most clients resolve `..` before they send it; what they do not resolve is refused."""
    server, _ = served
    assert {400} == {server.request(method, f"{FILES}/{path}", b"x")[0] for method in ("PUT", "DELETE")}
    assert 400 == server.request("GET", f"{FILES}/{path}")[0]


def test_slow_uploads_are_given_up(fresh: Path) -> None:
    """Who sends too little of a file in time is refused; nothing of it stays."""
    app = create_app("memory://", artifacts_destination=str(fresh / "files"), limits=Limits(body_s=0.2))
    with (
        in_thread(app) as address,
        socket.create_connection(address, timeout=PATIENCE_S) as connection,
    ):
        start_upload(connection, "f", SIZE)
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
    assert until(lambda: files_below(fresh / "files") == [])


def test_slow_downloads_are_given_up(fresh: Path) -> None:
    """Who takes nothing of a file is cut off in time."""
    (fresh / "files").mkdir()
    with (fresh / "files/f").open("wb") as file:
        file.truncate(64 << 20)
    app = create_app("memory://", artifacts_destination=str(fresh / "files"), limits=Limits(body_s=0.2))
    with in_thread(app) as address, closing(HTTPConnection(*address, timeout=PATIENCE_S)) as connection:
        connection.request("GET", f"{FILES}/f")
        response = connection.getresponse()
        assert until(lambda: not is_open(fresh / "files/f", os.getpid()))
        with pytest.raises((IncompleteRead, ConnectionError)):
            response.read()
