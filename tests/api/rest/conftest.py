"""The REST API in this process, and as a server that the real MLflow client talks to."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import attrs
import pytest
import uvicorn
from starlette.testclient import TestClient

from genesis_flow.api.rest import create_app
from genesis_flow.api.rest.protocols import PatientProtocol

PREFIX = "/api/2.0/mlflow"
HERE = ("127.0.0.1", 50_000)
PATIENCE_S = 90


@attrs.frozen
class Wire:
    """Sends requests to an application in this process, from this machine unless it says otherwise."""

    client: TestClient

    def post(self, path: str, content: Any = None, **options: Any) -> tuple[int, Any]:
        """Status and JSON of a POST below the prefix of the API."""
        return self.send("POST", path, json={} if content is None else content, **options)

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        """Status and JSON of a GET below the prefix of the API."""
        return self.send("GET", path, params=query)

    def send(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and JSON of a request."""
        response = self.client.request(method, f"{PREFIX}/{path}", **options)
        return response.status_code, response.json()

    def refusal(self, path: str, content: Any = None, **options: Any) -> tuple[int, str, str]:
        """Status, code and message of a POST that is refused."""
        status, body = self.post(path, content, **options)
        return status, body["error_code"], body["message"]

    def run_id(self) -> str:
        """A new run of the default experiment."""
        return str(self.post("runs/create", {"experiment_id": "0"})[1]["run"]["info"]["run_id"])


@contextmanager
def wire_to(peer: tuple[str, int] = HERE, **options: Any) -> Iterator[Wire]:
    """An application on a store in memory, with its client at `peer`."""
    app = create_app("memory://", **options)
    with TestClient(app, base_url="http://localhost:5000", client=peer, raise_server_exceptions=False) as client:
        yield Wire(client)


@pytest.fixture
def wire(fresh: Path) -> Iterator[Wire]:
    """An application on a store in memory."""
    with wire_to(artifact_root=str(fresh / "artifacts")) as found:
        yield found


@attrs.frozen
class Server:
    """`genesis-flow server`, as a process of its own."""

    address: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        """Where it listens, on this machine."""
        return int(self.address.rpartition(":")[2])

    def connection(self, timeout_s: float = 60) -> HTTPConnection:
        """A connection to it."""
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Status and content of a request; `body` are bytes, or pieces of them."""
        with closing(self.connection()) as connection:
            connection.request(method, path, body, headers, encode_chunked=True)
            response = connection.getresponse()
            return response.status, response.read()

    def post(self, path: str, content: Any) -> tuple[int, Any]:
        """Status and JSON of a POST below the prefix of the API."""
        body = json.dumps(content).encode()
        status, answer = self.request("POST", f"{PREFIX}/{path}", body, **{"Content-Type": "application/json"})
        return status, json.loads(answer)

    def memory_mb(self, field: str = "VmRSS") -> float:
        """What it has in memory, or the most that it ever had (`VmHWM`)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{field}:"))


@contextmanager
def running(uri: str, directory: Path, *options: str, **variables: str) -> Iterator[Server]:
    """`genesis-flow server` on a store, in a working directory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "GENESIS_", "COV_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "genesis_flow", "server", "--backend-store-uri", uri, "--port", "0", *options],
        cwd=directory, env=kept | {"PYTHONPATH": str(Path(__file__).parents[3])} | variables,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("Listening on http://127.0.0.1:"), line + process.stderr.read()
        yield Server(line.removeprefix("Listening on ").strip(), process)
    finally:
        process.terminate()
        process.communicate(timeout=60)


@contextmanager
def server(uri: str, directory: Path) -> Iterator[str]:
    """The address of `genesis-flow server` on a store, which serves artifacts, too."""
    with running(uri, directory, "--artifacts-destination", str(directory / "files")) as found:
        yield found.address


@contextmanager
def in_thread(app: Any, protocol: type[asyncio.Protocol] = PatientProtocol) -> Iterator[tuple[str, int]]:
    """The address of an application that is served by a thread of this process."""
    found = uvicorn.Server(uvicorn.Config(app, http=protocol, ws="none", log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=found.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            found.should_exit = True
            thread.join(30)


def until(is_so: Callable[[], bool]) -> bool:
    """Whether it is so, sooner or later."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()
