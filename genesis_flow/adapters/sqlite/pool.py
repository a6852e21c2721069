"""
Open connections, and what becomes of them when the process forks.

SQLite keeps the locks of a file in memory that a forked child inherits but whose locks it does not hold: a
child that used the file then could lose or damage data. So nothing is open while a process forks; parent
and child open what they need afterwards.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable
from typing import Final

import attrs

_MOST_IDLE: Final = 32
_POLL_S: Final = 0.0005


@attrs.define(eq=False)
class Connections:
    """
    One generation of connections: they are closed together, once nobody uses them any more.

    Attributes:
        write_lock: Held by whoever uses `writer`.
        gate: Guards `users` and `is_closed`.
    """

    write_lock: threading.Lock = attrs.field(factory=threading.Lock)
    writer: sqlite3.Connection | None = None
    gate: threading.Lock = attrs.field(factory=threading.Lock)
    users: int = 0
    is_closed: bool = False
    idle: list[sqlite3.Connection] = attrs.field(factory=list)
    opened: set[sqlite3.Connection] = attrs.field(factory=set)

    def enter(self) -> bool:
        """Begin to use these connections; False if they are closed."""
        with self.gate:
            if not self.is_closed:
                self.users += 1
            return not self.is_closed

    def leave(self) -> None:
        """End a use; the last one of a closed generation closes its connections."""
        with self.gate:
            self.users -= 1
            is_last = self.is_closed and self.users == 0
        if is_last:
            self._close_all()

    def close(self) -> None:
        """Close the connections now, or when their last user leaves."""
        with self.gate:
            is_unused = not self.is_closed and self.users == 0
            self.is_closed = True
        if is_unused:
            self._close_all()

    def borrow(self) -> sqlite3.Connection | None:
        """An idle reader, if there is one."""
        try:
            return self.idle.pop()
        except IndexError:
            return None

    def give_back(self, connection: sqlite3.Connection) -> None:
        """Keep a reader for the next one who needs it."""
        if len(self.idle) < _MOST_IDLE:
            self.idle.append(connection)
        else:
            self.discard(connection)

    def discard(self, connection: sqlite3.Connection) -> None:
        """Close a connection for good."""
        connection.close()
        self.opened.discard(connection)

    def _close_all(self) -> None:
        self.writer = None
        self.idle.clear()
        for connection in list(self.opened):
            self.discard(connection)


@attrs.define(eq=False)
class ConnectionPool:
    """
    The generation of connections in use.

    Attributes:
        timeout_s: How long a fork waits for those who use connections in other threads.
    """

    timeout_s: float
    # In a list, so that it can be closed when this pool is gone.
    _current: list[Connections] = attrs.field(factory=lambda: [Connections()], init=False)
    _renewing: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _inherited: list[Connections] = attrs.field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        weakref.finalize(self, _close_current, self._current)
        if hasattr(os, "register_at_fork"):
            reference = weakref.ref(self)
            os.register_at_fork(
                before=_calling(reference, ConnectionPool._before_fork),
                after_in_parent=_calling(reference, ConnectionPool._after_fork_in_parent),
                after_in_child=_calling(reference, ConnectionPool._after_fork_in_child),
            )

    def enter(self) -> Connections:
        """The connections to use now; the caller leaves them when it is done."""
        while not (connections := self._current[0]).enter():
            with self._renewing:
                if connections is self._current[0]:
                    self._current[0] = Connections()
        return connections

    def close(self) -> None:
        """Close all connections; a later use opens new ones."""
        self._current[0].close()

    def _before_fork(self) -> None:
        # Held until the fork is over, so that nobody opens anything meanwhile.
        self._renewing.acquire()
        current = self._current[0]
        current.close()
        deadline = time.monotonic() + self.timeout_s
        while current.opened and time.monotonic() < deadline:
            time.sleep(_POLL_S)

    def _after_fork_in_parent(self) -> None:
        self._renewing.release()

    def _after_fork_in_child(self) -> None:
        # What could not be closed in time belongs to the parent: kept, so that nothing closes it here.
        self._inherited.append(self._current[0])
        self._current[0] = Connections()
        self._renewing = threading.Lock()


def _close_current(current: list[Connections]) -> None:
    current[0].close()


def _calling(
    reference: weakref.ref[ConnectionPool], method: Callable[[ConnectionPool], None]
) -> Callable[[], None]:
    def call() -> None:
        pool = reference()
        if pool is not None:
            method(pool)

    return call
