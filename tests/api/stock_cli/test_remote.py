"""`mlflow artifacts` with the address of a server, as the clients for Java and R call it."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from genesis_flow.api.drop_in.finder import DIRECTORY
from tests.api.drop_in.conftest import ROOT, Workplace, workplace
from tests.api.rest.conftest import server
from tests.services.stock import stock_python
from tests.services.stock_server import stock_serving

__all__ = ["workplace"]

CLI = ("-m", "mlflow.store.artifact.cli")
PATHS = os.pathsep.join([str(ROOT), DIRECTORY])


@contextmanager
def stock_server(directory: Path) -> Iterator[str]:
    """The address of stock's own server, which serves artifacts itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "GENESIS_", "PYTHON"))}
    options = (
        "--backend-store-uri", f"sqlite:///{directory}/stock.db", "--artifacts-destination", str(directory / "served"),
    )  # fmt: skip
    environment = {**kept, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with stock_serving(stock_python("mlflow"), directory, *options, environment=environment) as address:
        yield address


def created_run(address: str) -> str:
    body = json.dumps({"experiment_id": "0"}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/api/2.0/mlflow/runs/create", body, headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return str(json.load(response)["run"]["info"]["run_id"])


@pytest.fixture(params=["ours", pytest.param("stock", marks=pytest.mark.stock)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A server whose clients read and write the files themselves, and one through which they pass."""
    opened = server(f"sqlite:///{tmp_path}/ours.db", tmp_path) if request.param == "ours" else stock_server(tmp_path)
    with opened as found:
        yield found


def test_artifacts_of_a_run_on_a_server(workplace: Workplace, address: str) -> None:
    """Files and directories are logged, listed and downloaded; the names are the server's, and so are the errors."""
    run_id = created_run(address)
    workplace.write("top.txt", "top")
    workplace.write("tree/leaf one.txt", "leaf")
    workplace.write("tree/deep/ü.txt", "deep")

    def call(command: str, *words: str, run: str = run_id) -> subprocess.CompletedProcess[str]:
        return workplace.run(*CLI, command, "-r", run, *words, PYTHONPATH=PATHS, MLFLOW_TRACKING_URI=address)

    for words in (["log-artifact", "-l", "top.txt"], ["log-artifacts", "-l", "tree", "-a", "in/tree"]):
        done = call(*words)
        assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    listed = [json.loads(call("list", *words).stdout) for words in ([], ["-a", "in/tree"], ["-a", "nothing"])]
    assert [
        [{"path": "in", "is_dir": True}, {"path": "top.txt", "is_dir": False, "file_size": 3}],
        [
            {"path": "in/tree/deep", "is_dir": True},
            {"path": "in/tree/leaf one.txt", "is_dir": False, "file_size": 4},
        ],
        [],
    ] == listed
    place = workplace.directory / "out"
    assert f"\n{place}/tree\n" == call("download", "-a", "in/tree", "-d", "out").stdout
    assert f"\n{place}/leaf one.txt\n" == call("download", "-a", "in/tree/leaf one.txt", "-d", "out").stdout
    assert ["deep", "leaf"] == [(place / name).read_text() for name in ("tree/deep/ü.txt", "leaf one.txt")]
    everything = Path(call("download").stdout.strip())
    assert "top" == (everything / "top.txt").read_text()
    missing = call("list", run="0" * 32)
    assert (1, "") == (missing.returncode, missing.stdout)
    assert f"Error: Run with id={'0' * 32} not found\n" == missing.stderr


class Unhelpful(BaseHTTPRequestHandler):
    """Answers with a page that is no JSON, and notes who asked."""

    seen: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers["Authorization"])
        self.send_response(502)
        self.end_headers()
        self.wfile.write(b"<html>")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_servers_that_do_not_help(workplace: Workplace) -> None:
    """A proxy's page and a closed port are one line; credentials of the environment are sent, and not shown."""
    with HTTPServer(("127.0.0.1", 0), Unhelpful) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{proxy.server_port}"
        secrets = {"MLFLOW_TRACKING_USERNAME": "user", "MLFLOW_TRACKING_PASSWORD": "hunter2"}
        given = {"PYTHONPATH": PATHS, "MLFLOW_TRACKING_URI": address}
        page = workplace.run(*CLI, "list", "-r", "x", **given, **secrets)
        workplace.run(*CLI, "list", "-r", "x", **given, MLFLOW_TRACKING_TOKEN="hunter3")
        proxy.shutdown()
        thread.join()
    closed = workplace.run(*CLI, "list", "-r", "x", **given, **secrets)

    assert (1, "Error: The server answered 502 Bad Gateway.\n") == (page.returncode, page.stderr)
    assert ["Basic dXNlcjpodW50ZXIy", "Bearer hunter3"] == Unhelpful.seen
    assert 1 == closed.returncode
    assert closed.stderr.startswith(f"Error: The server {address}/api/2.0/mlflow/runs/get?... cannot be reached: ")
    assert "hunter" not in page.stderr + closed.stderr
