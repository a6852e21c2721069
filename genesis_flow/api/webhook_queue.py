"""
Telling webhooks in the background: one queue and a few threads for each store.

Nothing that is queued waits for a receiver: a delivery that is to be repeated later holds no thread meanwhile, and the
deliveries to one webhook use half of the threads at most.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.registry_change import Notice, RegistryChange
from genesis_flow.domain.entities.webhook import Webhook
from genesis_flow.domain.errors import GenesisFlowError, Throttled, Unavailable
from genesis_flow.domain.use_cases.webhook_delivery import Message, WebhookDelivery, WebhookTest
from genesis_flow.domain.values.webhook_events import WebhookEvent
from genesis_flow.webhook_settings import (
    MLFLOW_WEBHOOK_CACHE_TTL,
    MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS,
    MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES,
)

_log: Final = logging.getLogger(__name__)

#: More changes and deliveries than this do not wait, nor do more characters; what would come after them is dropped.
MOST_WAITING: Final = 10_000
MOST_CHARACTERS: Final = 32 << 20
#: Tests of webhooks at the same time, each of which blocks the thread that asked for it.
MOST_TESTS: Final = 4
#: Seconds before a delivery is repeated, at most, whatever a receiver asks for.
_LONGEST_PAUSE_S: Final = 60.0


@attrs.frozen
class _Job:
    """
    What a thread does next.

    Attributes:
        size: Characters that it keeps in memory, about.
        webhook_id: Whose delivery it is; None for a change, of which nobody knows yet who is told.
    """

    run: Callable[[], None]
    size: int
    webhook_id: str | None = None


class WebhookQueue:
    """
    The background deliveries of one store.

    Args:
        delivery: Sends once.

    Raises:
        InvalidInput: A setting of the environment is wrong; they are read once.
    """

    def __init__(self, delivery: WebhookDelivery) -> None:
        self._delivery = delivery
        self._most_threads = MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS.get()
        self._most_repetitions = MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES.get()
        self._known_for_s = MLFLOW_WEBHOOK_CACHE_TTL.get()
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, _Job]] = []
        self._held: dict[str, deque[_Job]] = {}
        self._busy: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._idle = self._pending = self._size = self._dropped = 0
        self._closed_at: float | None = None
        self._told_of: dict[WebhookEvent, tuple[float, tuple[Webhook, ...]]] = {}
        self._tests = threading.BoundedSemaphore(MOST_TESTS)

    def put(self, change: RegistryChange) -> None:
        """Tell webhooks of a change, soon; never blocks or fails."""
        self._add(_Job(lambda: self._fan_out(change), change.size))

    def forget(self) -> None:
        """Look up anew who is told of what, because that changed."""
        self._told_of = {}

    def test(self, id: str, event: WebhookEvent | None = None) -> WebhookTest:
        """
        Test a webhook; blocks until its receiver answered, or did not in time.

        Raises:
            NotFound: No such webhook. Throttled: Too many tests wait for their receivers already.
        """
        if not self._tests.acquire(blocking=False):
            raise Throttled("Too many webhooks are being tested. Repeat the request later.")
        try:
            return self._delivery.test(id, event)
        finally:
            self._tests.release()

    def close(self, timeout_s: float) -> None:
        """Deliver what is queued within a time, and end the threads; what is left then is dropped, and logged."""
        with self._changed:
            self._closed_at = time.monotonic() + timeout_s
            late = [row for row in self._due if row[0] > self._closed_at]
            self._due = sorted(row for row in self._due if row[0] <= self._closed_at)
            self._pending -= len(late)
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._pending, timeout_s)
            left, self._due, self._held = self._pending + len(late), [], {}
            self._changed.notify_all()
        if left:
            _log.warning("%d deliveries to webhooks were not made before the end.", left)

    def _add(self, job: _Job, pause_s: float = 0.0) -> None:
        with self._changed:
            due = time.monotonic() + pause_s
            is_late = self._closed_at is not None and due > self._closed_at
            if is_late or self._pending >= MOST_WAITING or self._size + job.size > MOST_CHARACTERS:
                self._drop()
                return
            self._pending += 1
            self._size += job.size
            heapq.heappush(self._due, (due, next(self._numbers), job))
            if len(self._due) > self._idle and len(self._threads) < self._most_threads:
                self._start()
            self._changed.notify()

    def _drop(self) -> None:
        self._dropped += 1
        if self._dropped & (self._dropped - 1) == 0:  # 1, 2, 4, 8, ...: the log must not grow as the queue would
            _log.warning("%d deliveries to webhooks were dropped: the queue is full, or closed.", self._dropped)

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="genesis-flow-webhooks", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter ends; `close` says what is left
            return
        self._threads.append(thread)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job.run()
            except GenesisFlowError as error:
                _log.error("Webhooks could not be told of a change: %s", error.message)
            except Exception as error:  # a fault of ours must not end the thread; its text may hold an address
                _log.error("Webhooks could not be told of a change: %s", type(error).__name__)
            self._end(job)

    def _next(self) -> _Job | None:
        with self._changed:
            while True:
                job = self._taken()
                if job is not None:
                    return job
                if self._closed_at is not None and not self._due and not self._held:
                    return None
                self._idle += 1
                self._changed.wait(None if not self._due else max(0.0, self._due[0][0] - time.monotonic()))
                self._idle -= 1

    def _taken(self) -> _Job | None:
        """The next job that may run now; those of a webhook with enough threads wait until one of these is free."""
        most = max(1, self._most_threads // 2)
        while self._due and self._due[0][0] <= time.monotonic():
            _, _, job = heapq.heappop(self._due)
            id = job.webhook_id
            if id is None:
                return job
            if self._busy[id] < most:
                self._busy[id] += 1
                return job
            self._held.setdefault(id, deque()).append(job)
        return None

    def _end(self, job: _Job) -> None:
        with self._changed:
            self._pending -= 1
            self._size -= job.size
            id = job.webhook_id
            if id is not None:
                self._busy[id] -= 1
                self._busy += Counter()  # forgets those with none
                if id in self._held:
                    heapq.heappush(self._due, (0.0, next(self._numbers), self._held[id].popleft()))
                    if not self._held[id]:
                        del self._held[id]
            self._changed.notify_all()

    def _fan_out(self, change: RegistryChange) -> None:
        """Queue the deliveries of a change; only where somebody is told is looked up what it is about."""
        told = {notice.event: self._webhooks_told_of(notice.event) for notice in change.notices}
        if not any(told.values()):
            return
        is_prompt = self._delivery.is_prompt(change.name) if change.is_prompt is None else change.is_prompt
        for notice in attrs.evolve(change, is_prompt=is_prompt).notices:
            for webhook in told[notice.event]:
                self._deliver(webhook, notice)

    def _webhooks_told_of(self, event: WebhookEvent) -> tuple[Webhook, ...]:
        kept, now = self._told_of, time.monotonic()
        until, found = kept.get(event, (0.0, ()))
        if now >= until:
            found = self._delivery.told_of(event)
            kept[event] = now + self._known_for_s, found
        return found

    def _deliver(self, webhook: Webhook, notice: Notice) -> None:
        try:
            message = self._delivery.message(webhook, notice)
        except GenesisFlowError as error:
            _report(webhook.id, notice.event, error.message)
            return
        self._add(_Job(lambda: self._send(message, notice.event, 0), len(message.body), webhook.id))

    def _send(self, message: Message, event: WebhookEvent, repeated: int) -> None:
        pause_s = None
        try:
            answer = self._delivery.send(message)
        except GenesisFlowError as error:
            why, may_be_repeated = error.message, isinstance(error, Unavailable)
        else:
            if answer.is_success:
                return
            why, pause_s = f"it answered with status {answer.status}", answer.retry_after_s
            may_be_repeated = answer.may_be_repeated
        if not may_be_repeated or repeated >= self._most_repetitions:
            _report(message.webhook_id, event, why)
            return
        again = _Job(lambda: self._send(message, event, repeated + 1), len(message.body), message.webhook_id)
        self._add(again, min(_pause_s(repeated) if pause_s is None else pause_s, _LONGEST_PAUSE_S))


def _pause_s(repeated: int) -> float:
    """Seconds before the next attempt: none before the first, then 2, 4, 8, ..., and up to one more."""
    return 0.0 if repeated == 0 else 2.0**repeated + random.random()  # noqa: S311 (it only spreads the load)


def _report(webhook_id: str, event: Any, why: str) -> None:
    _log.error("Webhook %s was not told of %s: %s", webhook_id, event, why)
