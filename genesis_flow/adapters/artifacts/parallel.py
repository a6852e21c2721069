"""Work on many things at once, with bounds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(work: Callable[..., object], *columns: Sequence[Any], threads: int) -> None:
    """Do `work` on each row of `columns`; after a failure no other one begins."""
    rows = zip(*columns, strict=True)
    if len(columns[0]) < 2:
        for row in rows:
            work(*row)
        return
    taking = threading.Lock()
    is_over = threading.Event()

    def run() -> None:
        while not is_over.is_set():
            with taking:
                row = next(rows, None)
            if row is None:
                return
            try:
                work(*row)
            except BaseException:
                is_over.set()
                raise

    # One task a thread: a task for each row would cost more than what a row may take.
    with ThreadPoolExecutor(threads) as pool:
        try:
            for begun in [pool.submit(run) for _ in range(min(threads, len(columns[0])))]:
                begun.result()
        finally:
            is_over.set()


def pumped(work: Callable[[T], R], items: Iterable[T], *, threads: int) -> list[R]:
    """
    The results of `work` on `items`, in order; at most `threads` items exist at the same time.

    Items are taken by the calling thread. What they or `work` raise first is raised, once all that began has ended.
    """
    gate = threading.Semaphore(threads)
    has_failed = threading.Event()

    def run(item: T) -> R:
        try:
            return work(item)
        except BaseException:
            has_failed.set()
            raise
        finally:
            gate.release()

    begun: list[Future[R]] = []
    coming = iter(items)
    with ThreadPoolExecutor(threads) as pool:
        while gate.acquire() and not has_failed.is_set():
            try:
                begun.append(pool.submit(run, next(coming)))
            except StopIteration:
                break
    return [each.result() for each in begun]
