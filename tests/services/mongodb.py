"""
A MongoDB-compatible server for the tests.

`GENESIS_FLOW_TEST_MONGODB_URI` names one that runs already; else the DocumentDB engine is started on this
machine (see `documentdb/start`), which needs Debian and root to install it once.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.services.missing import missing

HERE = Path(__file__).parent / "documentdb"
URI_VARIABLE = "GENESIS_FLOW_TEST_MONGODB_URI"
PORT = 27117

#: Databases that this process named, and what their names have that no other process's have.
_named: set[str] = set()
_TOKEN = uuid.uuid4().hex[:8]

ADVICE = (
    f"no MongoDB-compatible server: set {URI_VARIABLE}=mongodb://HOST:PORT, or run the tests as root on Debian with "
    "tests/services/documentdb/start, which installs one"
)


@functools.cache
def server_uri() -> str | None:
    """The URI of a running server, started if need be; None where none can be had."""
    given = os.environ.get(URI_VARIABLE)
    if given:
        return given.rstrip("/")
    return start("--port", str(PORT))


def start(*arguments: str) -> str | None:
    """Start another front of the engine with `arguments` of `gateway.py`; None where that is impossible."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    done = subprocess.run(
        [str(HERE / "start"), *arguments], capture_output=True, text=True, timeout=900, check=False
    )
    lines = done.stdout.strip().splitlines()
    return lines[-1] if done.returncode == 0 and lines else None


def stop(*arguments: str) -> None:
    """Stop the engine as `arguments` say, such as `--crash`."""
    subprocess.run([str(HERE / "stop"), *arguments], capture_output=True, timeout=120, check=False)


def stop_front(port: int) -> None:
    """Stop the front at `port`, if there is one; the engine goes on."""
    noted = Path(f"/tmp/documentdb-gateway-{port}.pid")  # where `start` notes it
    if noted.exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(noted.read_text()), signal.SIGTERM)
        noted.unlink()
        while _answers(port):
            time.sleep(0.01)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def with_options(uri: str, **options: str) -> str:
    """`uri` with further options."""
    path, _, given = uri.partition("?")
    return f"{path}?{'&'.join(filter(None, (given, *(f'{key}={value}' for key, value in options.items()))))}"


def database_uri(name: str) -> str:
    """
    The URI of a database on the server; the test is skipped where there is none.

    Processes of tests get databases of their own.
    """
    uri = server_uri()
    if uri is None:
        missing(ADVICE)
    return named(uri, name)


def named(uri: str, name: str) -> str:
    """The URI of a database, of this test process alone, on the server with a URI; erased when the process ends."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    base, question, options = uri.partition("?")
    database = f"test_{name}_{worker}_{_TOKEN}"
    _named.add(database)
    return f"{base.rstrip('/')}/{database}{question and '?'}{options}"


def erase_databases() -> None:
    """Erase what tests of this process were given; a server that is gone by now has its databases taken along."""
    uri = server_uri() if _named else None
    if uri is None:
        return
    with MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=5_000) as client:
        for database in sorted(_named):
            with contextlib.suppress(PyMongoError):
                client.drop_database(database)
    _named.clear()
