"""
Logging in the background: one queue and one thread for each store.

Writes keep their order. Neighbouring writes to one run are merged into batches as large as the store takes, so
a training loop that logs faster than the store answers is slowed by memory only.
"""

from __future__ import annotations

import logging
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final

import attrs

from genesis_flow.api.run_operations import RunOperations
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.errors import Unavailable
from genesis_flow.domain.values import limits

_log = logging.getLogger(__name__)

#: Queued writes beyond this many make the caller wait.
MOST_QUEUED: Final = 100_000


@attrs.define
class _Batch:
    run_id: str
    metrics: list[Metric]
    params: list[tuple[str, str]]
    tags: list[tuple[str, str]]
    future: Future[None]

    def copy(self) -> _Batch:
        """The same writes in lists of their own."""
        return _Batch(self.run_id, list(self.metrics), list(self.params), list(self.tags), self.future)

    def takes(self, other: _Batch) -> bool:
        """Whether `other` can be written together with this batch, to the same effect."""
        metrics = len(self.metrics) + len(other.metrics)
        params, tags = len(self.params) + len(other.params), len(self.tags) + len(other.tags)
        if not (self.is_plain() and other.is_plain()):
            return False
        keys = {key for key, _ in self.params}
        return (
            self.run_id == other.run_id
            and metrics + params + tags <= limits.ENTITIES_PER_BATCH
            and params <= limits.PARAMS_PER_BATCH
            and tags <= limits.TAGS_PER_BATCH
            and not any(key in keys for key, _ in other.params)
        )

    def is_plain(self) -> bool:
        """Whether what identifies it is text; all else is left to the store to refuse, alone."""
        return isinstance(self.run_id, str) and all(isinstance(key, str) for key, _ in self.params)

    def absorb(self, other: _Batch) -> None:
        """Take over what `other` writes."""
        self.metrics += other.metrics
        self.params += other.params
        self.tags += other.tags


class AsyncLogging:
    """The background writer of one store."""

    def __init__(self, write: Callable[..., None]) -> None:
        self._write = write
        self._queue: queue.Queue[_Batch | None] = queue.Queue(MOST_QUEUED)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(
        self,
        run_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Sequence[tuple[str, str]] = (),
        tags: Sequence[tuple[str, str]] = (),
    ) -> RunOperations:
        """Queue one batch, which the store takes whole."""
        future: Future[None] = Future()
        batch = _Batch(run_id, list(metrics), list(params), list(tags), future)
        with self._lock:  # so that `close` cannot end the thread between the two
            self._start()
            self._queue.put(batch)
        return RunOperations([future])

    def flush(self) -> None:
        """Wait until everything queued so far is written or has failed."""
        self._queue.join()

    def close(self) -> None:
        """Write what is queued and end the thread."""
        with self._lock:
            if self._thread is not None:
                self._queue.put(None)
                self._thread.join()
                self._thread = None

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="genesis-flow-logging", daemon=True)
            self._thread.start()
            call_at_end_of_child(self.close)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batches = [first]
            try:
                self._gather(batches)
                self._store(batches)
            except Exception as error:  # a fault of ours: without this thread, everyone would wait for ever
                for batch in batches:
                    _settle(batch, error)
            for _ in batches:
                self._queue.task_done()
        self._queue.task_done()

    def _gather(self, batches: list[_Batch]) -> None:
        """Add to the one in `batches` those behind it in the queue that can be written with it."""
        merged = batches[0].copy()
        while True:
            with self._queue.mutex:
                waiting = self._queue.queue
                if not waiting or waiting[0] is None or not merged.takes(waiting[0]):
                    return
                batch = waiting.popleft()
                self._queue.not_full.notify()
            merged.absorb(batch)
            batches.append(batch)

    def _store(self, batches: list[_Batch]) -> None:
        """Write `batches` at once; if that fails, one by one, so that each failure reaches its own caller."""
        error = self._failure(batches)
        # A store that does not answer is not asked once more for each of a thousand writes.
        is_settled = error is None or len(batches) == 1 or isinstance(error, Unavailable)
        for batch in batches:
            _settle(batch, error if is_settled else self._failure([batch]))

    def _failure(self, batches: list[_Batch]) -> BaseException | None:
        merged: dict[str, list[Any]] = {
            name: [item for batch in batches for item in getattr(batch, name)]
            for name in ("metrics", "params", "tags")
        }
        try:
            self._write(batches[0].run_id, **merged)
        except Exception as error:  # every failure belongs to the caller, who gets it from the future
            return error
        return None


def _settle(batch: _Batch, error: BaseException | None) -> None:
    if batch.future.done():
        return
    if error is None:
        batch.future.set_result(None)
        return
    _log.error("Background logging to run %s failed: %s", batch.run_id, error)
    batch.future.set_exception(error)


def call_at_end_of_child(function: Callable[[], None]) -> None:
    """Children that `multiprocessing` starts end without `atexit`; it has a list of its own."""
    process, util = (sys.modules.get(f"multiprocessing.{name}") for name in ("process", "util"))
    if process is not None and util is not None and process.parent_process() is not None:
        util.Finalize(None, function, exitpriority=1)
