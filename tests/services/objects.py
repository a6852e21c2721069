"""Emulators of Amazon S3 (moto) and Google Cloud Storage for the tests, in processes of their own."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.services.missing import missing
from tests.services.ports import unused_port

#: Any credentials do for an emulator.
S3_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
_START_S = 60.0


@contextmanager
def s3_endpoint() -> Iterator[str]:
    """The URL of an empty S3; the test is skipped where there is none."""
    _require("moto", "s3fs", extra="moto[server] s3fs")
    with _served("moto.server", "-H", "127.0.0.1", "-p") as url:
        yield url


@contextmanager
def gcs_endpoint() -> Iterator[str]:
    """The URL of an empty Google Cloud Storage; the test is skipped where there is none."""
    _require("gcp_storage_emulator", "gcsfs", extra="gcp-storage-emulator gcsfs")
    with _served("gcp_storage_emulator", "start", "--in-memory", "--host", "127.0.0.1", "--port") as url:
        yield url


def _require(*modules: str, extra: str) -> None:
    lacking = [name for name in modules if importlib.util.find_spec(name) is None]
    if lacking:
        missing(f"no {', '.join(lacking)}: pip install {extra}")


@contextmanager
def _served(module: str, *arguments: str) -> Iterator[str]:
    port = unused_port()
    server = subprocess.Popen(
        [sys.executable, "-m", module, *arguments, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the emulator did not start ({server.poll()})")
