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
    if len(columns[0]) < 2:
        for row in zip(*columns, strict=True):
            work(*row)
        return
    with ThreadPoolExecutor(min(threads, len(columns[0]))) as pool:
        list(pool.map(work, *columns))


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
