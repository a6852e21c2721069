"""`mlflow server` on a store of ours, as a process."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from tests.compat.guest.conftest import Guest
from tests.services.guest_site import guest_environment

_START_S = 180.0


@contextlib.contextmanager
def serving(guest: Guest, store_uri: str) -> Iterator[str]:
    """The URL of a server on a store; its artifacts are below the directory of `guest`."""
    port = _free_port()
    log = guest.directory / f"server-{port}.log"
    command = [
        str(guest.python), "-m", "mlflow", "server", "--backend-store-uri", store_uri, "--port", str(port),
        "--artifacts-destination", str(guest.directory / "served"), "--workers", "1",
    ]  # fmt: skip
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=guest.directory, env=guest_environment(guest.site), stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + _START_S
            while not _is_healthy(url):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"no server: {log.read_text()[-3000:]}")
                time.sleep(0.1)
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
            return bool(answer.read() == b"OK")
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
