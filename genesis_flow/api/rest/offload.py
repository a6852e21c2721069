"""Calls that block, in a bounded pool of threads, so that the event loop never waits for a store."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar

from genesis_flow.domain.errors import Throttled

T = TypeVar("T")


class Count(Protocol):
    """A number that goes up and down."""

    def inc(self) -> None: ...

    def dec(self) -> None: ...


class Offload:
    """
    A pool of threads for calls that block.

    Args:
        threads: Calls that run at the same time. most_waiting: Calls that wait for a thread; more are refused.
        count: What counts the calls that run or wait.
    """

    def __init__(self, threads: int, most_waiting: int, count: Count | None = None) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="genesis-flow-rest")
        self._most = threads + most_waiting
        self._pending = 0

    async def __call__(self, call: Callable[[], T]) -> T:
        """
        What `call` returns; it sees the context variables of the caller. Called by one event loop.

        Raises:
            Throttled: Too many calls wait already.
        """
        if self._pending >= self._most:
            raise Throttled("The server has too many requests to answer. Repeat the request later.")
        context = contextvars.copy_context()
        future = asyncio.get_running_loop().run_in_executor(self._pool, partial(context.run, call))
        self._pending += 1
        if self._count is not None:
            self._count.inc()
        # A client that goes away does not end the call: its thread stays in use until it is done.
        future.add_done_callback(self._end)
        return await asyncio.shield(future)

    def _end(self, _: object) -> None:
        self._pending -= 1
        if self._count is not None:
            self._count.dec()

    def close(self) -> None:
        """Wait for the calls that run, and end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)
