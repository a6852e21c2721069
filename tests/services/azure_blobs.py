"""
Azure Blob Storage for the tests.

`GENESIS_FLOW_TEST_AZURE_CONNECTION_STRING` names an account whose containers tests may make and erase; else Azurite is
started on this machine (see `azurite/start`), which needs npm, or Debian and root to install it once.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from genesis_flow.domain.values.storage import StorageAccess
from tests.services.missing import missing
from tests.services.ports import unused_port

HERE: Final = Path(__file__).parent / "azurite"
VARIABLE: Final = "GENESIS_FLOW_TEST_AZURE_CONNECTION_STRING"
PORT: Final = 27310
#: Of Azurite, as Microsoft documents it.
EMULATOR_ACCOUNT: Final = "devstoreaccount1"

ADVICE: Final = (
    f"no Azure Blob Storage: set {VARIABLE} to that of an account for tests, or install npm (Debian as root does it by "
    "itself), with which tests/services/azurite/start gets Azurite"
)


@functools.cache
def connection_string() -> str | None:
    """That of an account, started if need be; None where none can be had."""
    return os.environ.get(VARIABLE) or start("--port", str(PORT))


def start(*arguments: str) -> str | None:
    """Start another Azurite; None where that is impossible."""
    can_install = shutil.which("apt-get") is not None and os.geteuid() == 0
    if shutil.which("bash") is None or not (shutil.which("npm") or can_install):
        return None
    done = subprocess.run([str(HERE / "start"), *arguments], capture_output=True, text=True, timeout=900, check=False)
    lines = done.stdout.strip().splitlines()
    return lines[-1] if done.returncode == 0 and lines else None


@contextmanager
def own(*arguments: str) -> Iterator[str]:
    """The connection string of an Azurite of its own, in memory; the test is skipped without one."""
    port = str(unused_port())
    text = start("--port", port, "--memory", *arguments)
    if text is None:
        missing(ADVICE)
    try:
        yield text
    finally:
        subprocess.run([str(HERE / "stop"), "--wipe", "--port", port], timeout=60, check=True)


def required_connection_string() -> str:
    """That of an account; the test is skipped, or fails, where there is none."""
    found = connection_string()
    if found is None:
        missing(ADVICE)
    return found


def access(**changes: object) -> StorageAccess:
    """Access to that account."""
    return StorageAccess(**{"azure_connection_string": required_connection_string(), **changes})  # type: ignore[arg-type]


def container_name(name: str) -> str:
    """A name for a container that belongs to this process alone."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return f"test-{name}-{worker}-{os.getpid()}"
