"""The REST API in this process, and as a server that the real MLflow client talks to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from starlette.testclient import TestClient

from genesis_flow.api.rest import create_app

PREFIX = "/api/2.0/mlflow"
HERE = ("127.0.0.1", 50_000)


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


@contextmanager
def server(uri: str, directory: Path) -> Iterator[str]:
    """The address of `genesis-flow server` on a store, as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "GENESIS_", "COV_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "genesis_flow", "server", "--backend-store-uri", uri, "--port", "0",
         "--default-artifact-root", str(directory / "artifacts")],
        cwd=directory, env=kept | {"PYTHONPATH": str(Path(__file__).parents[3])}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("Listening on http://127.0.0.1:"), line + process.stderr.read()
        yield line.removeprefix("Listening on ").strip()
    finally:
        process.terminate()
        process.communicate(timeout=60)
