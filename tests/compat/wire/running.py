"""The servers that are compared, as processes of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.api.rest.conftest import running
from tests.compat.wire.requests import Server
from tests.services.guest_site import guest_environment
from tests.services.ports import unused_port

_START_S = 180.0


@contextlib.contextmanager
def stock_server(python: Path, directory: Path, *options: str, **variables: str) -> Iterator[Server]:
    """The real `mlflow server` on SQLite."""
    port, log, root = unused_port(), directory / "log", directory / "artifacts"
    command = [
        str(python), "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{directory}/stock.db",
        "--default-artifact-root", str(root), "--artifacts-destination", str(directory / "served"),
        "--workers", "1", "--port", str(port), *options,
    ]  # fmt: skip
    environment = guest_environment(MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false", **variables)
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=directory, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + _START_S
            while not _is_healthy(address):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"no server: {log.read_text()[-3000:]}")
                time.sleep(0.1)
            with contextlib.closing(Server("stock", address, root)) as server:
                yield server
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def our_server(name: str, uri: str, directory: Path, *options: str, **variables: str) -> Iterator[Server]:
    """`genesis-flow server` on a store."""
    root = directory / "artifacts"
    with (
        running(
            uri,
            directory,
            "--default-artifact-root",
            str(root),
            "--artifacts-destination",
            str(directory / "served"),
            *options,
            **variables,
        ) as found,
        contextlib.closing(Server(name, found.address, root)) as server,
    ):
        yield server


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
            return bool(answer.read() == b"OK")
    except (urllib.error.URLError, OSError):
        return False
