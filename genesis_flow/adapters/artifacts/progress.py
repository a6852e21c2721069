"""Showing that a transfer goes on, where a person waits for it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from rich.progress import Progress

#: Seconds after which a transfer is long.
PATIENCE_S: Final = 1.0


def unseen(_: int) -> None:
    """The bytes that moved, for nobody."""


@attrs.frozen
class TransferProgress:
    """
    A bar on standard error for each transfer that takes longer than a second, if that is a terminal.

    Attributes:
        is_on: Whether the user wants bars.
    """

    _is_on: Callable[[], bool] = lambda: False

    @contextmanager
    def transfer(self, title: str, size_bytes: int | None) -> Iterator[Callable[[int], None]]:
        """
        A function that is to be called, by any thread, with the bytes that moved since its last call.

        Args:
            size_bytes: Of all that is to move; None if that is not known.
        """
        if not self._is_on() or not sys.stderr.isatty():
            yield unseen
            return
        bar = _Bar(title, size_bytes)
        try:
            yield bar.advance
        finally:
            bar.close()


class _Bar:
    def __init__(self, title: str, size_bytes: int | None) -> None:
        self._title, self._size, self._moved = title, size_bytes, 0
        self._lock = threading.Lock()
        self._shown_from = time.monotonic() + PATIENCE_S
        self._drawn: tuple[Progress, Any] | None = None

    def advance(self, moved: int) -> None:
        with self._lock:
            self._moved += moved
            if self._drawn is None and time.monotonic() >= self._shown_from:
                self._drawn = self._draw()
            if self._drawn is not None:
                bar, task = self._drawn
                bar.update(task, completed=self._moved)

    def _draw(self) -> tuple[Progress, Any]:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.start()
        return bar, bar.add_task(self._title, total=self._size)

    def close(self) -> None:
        with self._lock:
            if self._drawn is not None:
                self._drawn[0].stop()
