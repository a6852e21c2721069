"""
One database file: a single writer per process, and as many readers as are needed at once.

Writers of one process wait for each other in memory, where waiting is cheap; only writers of different
processes meet at SQLite's file lock.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from genesis_flow.adapters.sqlite.errors import is_busy, translating_errors
from genesis_flow.adapters.sqlite.pool import ConnectionPool, Connections
from genesis_flow.adapters.sqlite.schema import migrate
from genesis_flow.domain.errors import Unavailable, Unsupported

_LONGEST_PAUSE_S: Final = 0.004
_OLDEST_SQLITE: Final = (3, 24, 0)


def _absolute(path: str | Path) -> Path:
    if str(path) in ("", ".", ":memory:"):
        raise Unsupported("SQLite in memory is not supported: give a file, or use the memory store.")
    return Path(path).absolute()


@attrs.define(eq=False)
class SqliteDatabase:
    """
    One database file, opened (and created) at first use; may be shared by threads and kept over a fork.

    Attributes:
        path: The file; its directory must exist.
        artifact_root: URI below which the default experiment of a new file keeps its artifacts.
        created_at: When a new file's default experiment was created, in milliseconds since the epoch (UTC).
        timeout_s: Longest wait for other writers before `Unavailable`.
        synchronous: "FULL" keeps acknowledged writes over a power failure; "NORMAL" only over a crash of
            the process, for a shorter wait at each write.
    """

    path: Path = attrs.field(converter=_absolute)
    artifact_root: str = attrs.field(kw_only=True)
    created_at: int = attrs.field(default=0, kw_only=True)
    timeout_s: float = attrs.field(default=5.0, kw_only=True)
    synchronous: Literal["FULL", "NORMAL"] = attrs.field(
        default="FULL", kw_only=True, validator=attrs.validators.in_(("FULL", "NORMAL"))
    )
    _pool: ConnectionPool = attrs.field(
        default=attrs.Factory(lambda self: ConnectionPool(self.timeout_s), takes_self=True),
        init=False, repr=False,
    )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the database, whoever writes meanwhile."""
        with translating_errors(str(self.path)), self._using() as connections:
            if connections.writer is None:
                with self._locked(connections, time.monotonic() + self.timeout_s):
                    pass  # a new file gets its tables
            reader = connections.borrow() or self._open(connections, busy_timeout_s=self.timeout_s)
            try:
                reader.execute("BEGIN")
                yield reader
                reader.execute("COMMIT")
            except BaseException as error:
                _end_after(error, connections, reader)
                raise
            connections.give_back(reader)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The writer in a transaction that is durable once this ends, and undone if it ends in an error."""
        deadline = time.monotonic() + self.timeout_s
        with (
            translating_errors(str(self.path)),
            self._using() as connections,
            self._locked(connections, deadline) as writer,
        ):
            self._patiently(writer, "BEGIN IMMEDIATE", deadline)
            try:
                yield writer
                writer.execute("COMMIT")
            except BaseException:
                _roll_back(writer)
                raise

    def close(self) -> None:
        """Close all connections; a later use opens new ones."""
        self._pool.close()

    @contextmanager
    def _using(self) -> Iterator[Connections]:
        connections = self._pool.enter()
        try:
            yield connections
        finally:
            connections.leave()

    @contextmanager
    def _locked(self, connections: Connections, deadline: float) -> Iterator[sqlite3.Connection]:
        if not connections.write_lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise Unavailable(
                f"Other threads kept the database file {self.path} busy for more than {self.timeout_s} s. "
                "The call may be repeated."
            )
        try:
            if connections.writer is None:
                connections.writer = self._open_writer(connections, deadline)
            yield connections.writer
        finally:
            connections.write_lock.release()

    def _open_writer(self, connections: Connections, deadline: float) -> sqlite3.Connection:
        writer = self._open(connections, busy_timeout_s=0.0)
        try:
            migrate(
                writer,
                lambda statement: self._patiently(writer, statement, deadline),
                path=str(self.path), artifact_root=self.artifact_root, created_at=self.created_at,
            )
        except BaseException:
            _roll_back(writer)
            connections.discard(writer)
            raise
        return writer

    def _open(self, connections: Connections, *, busy_timeout_s: float) -> sqlite3.Connection:
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise Unsupported(f"SQLite {sqlite3.sqlite_version} is too old: 3.24 or newer is needed.")
        connection = sqlite3.connect(
            str(self.path), timeout=busy_timeout_s, isolation_level=None, check_same_thread=False,
            cached_statements=256,
        )
        connections.opened.add(connection)
        for setting in (f"synchronous = {self.synchronous}", "foreign_keys = ON", "cache_size = -8192"):
            self._patiently(connection, f"PRAGMA {setting}", time.monotonic() + self.timeout_s)
        connection.create_function("matches", 2, _matcher(), deterministic=True)
        return connection

    def _patiently(self, connection: sqlite3.Connection, statement: str, deadline: float) -> list[Any]:
        """Execute what may find the file locked, again and again until the deadline; its rows."""
        pause_s = 0.0002
        while True:
            try:
                return connection.execute(statement).fetchall()
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
            time.sleep(pause_s)
            pause_s = min(1.5 * pause_s, _LONGEST_PAUSE_S)


def _matcher() -> Callable[[str, str | None], bool | None]:
    """The SQL function `matches(pattern, text)`, which keeps the patterns that it has compiled."""
    compiled = lru_cache(maxsize=64)(re.compile)

    def matches(pattern: str, text: str | None) -> bool | None:
        return None if text is None else compiled(pattern).search(text) is not None

    return matches


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _end_after(error: BaseException, connections: Connections, reader: sqlite3.Connection) -> None:
    """Take a reader back after an error; one whose own state is in doubt is closed."""
    if isinstance(error, sqlite3.Error) or not isinstance(error, Exception):
        connections.discard(reader)
        return
    _roll_back(reader)
    connections.give_back(reader)
