"""The real `mlflow server`, as a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.services.ports import unused_port

_START_S = 180.0


@contextlib.contextmanager
def stock_serving(python: Path, directory: Path, *options: str, environment: Mapping[str, str]) -> Iterator[str]:
    """
    The address of a server with one worker that works in `directory`.

    Args:
        options: Of `mlflow server`, the store among them.
    """
    port = unused_port()
    log = directory / f"server-{port}.log"
    command = [str(python), "-m", "mlflow", "server", "--port", str(port), "--workers", "1", *options]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=directory, env=dict(environment), stdout=output, stderr=output, start_new_session=True
        )
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + _START_S
            while not _is_healthy(address):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"no server: {log.read_text()[-3000:]}")
                time.sleep(0.1)
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
            return bool(answer.read() == b"OK")
    except (urllib.error.URLError, OSError):
        return False
