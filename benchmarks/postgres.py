"""A PostgreSQL server of our own, that is gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import Failed


def binaries() -> Path | None:
    """Where PostgreSQL's commands are, None if it is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextmanager
def cluster(commands: Path, directory: Path) -> Iterator[str]:
    """
    A server with its own settings, as they come; the URI of an empty database in it.

    As root, it runs as the user `postgres`, since it refuses to run as root.
    """
    directory.mkdir()
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(directory, user.pw_uid, user.pw_gid)
        for parent in directory.parents[:-1]:
            parent.chmod(parent.stat().st_mode | 0o011)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = directory / "data"
    _run(directory, commands / "initdb", "-D", data, "-A", "trust", "-U", "postgres")
    options = f"-p {port} -k {directory} -h 127.0.0.1"
    _run(directory, commands / "pg_ctl", "-D", data, "-o", options, "-l", directory / "log", "-w", "start")
    try:
        yield f"postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run(directory, commands / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(directory: Path, *command: object) -> None:
    user = "postgres" if os.geteuid() == 0 else None
    words = [str(word) for word in command]
    with (directory / "commands.log").open("a") as log:
        done = subprocess.run(
            words, cwd=directory, stdout=log, stderr=log, timeout=120, check=False,
            user=user, group=user, extra_groups=[] if user else None,
        )  # fmt: skip
    if done.returncode:
        raise Failed(f"{words[0]} failed, see {directory / 'commands.log'}")
