"""
Updates of runs that several threads ask for at the same time, sent as one command.

A command costs more than an update: on the way, and on the server. Only so many commands are under way at once. Who
comes meanwhile waits, and then goes together with all others that wait; who comes alone goes alone, at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import attrs
from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError

#: Commands under way at once, and updates in one.
MOST_COMMANDS: Final = 2
MOST_UPDATES: Final = 32

#: The first stage of an update. A server tells which updates failed, but not which found nothing, so this one fails
#: for a run that is not active: its stage is no number.
_IF_ACTIVE: Final = {"$set": {"stage": {"$cond": [{"$eq": ["$stage", "active"]}, "$stage", {"$toInt": "$stage"}]}}}


@attrs.define(eq=False)
class Call:
    """
    An update that a thread asks for.

    Attributes:
        run_id: The run. stages: What changes it.
        was_applied: Whether it was, together with others. leads: Whether its thread is to send the next command.
    """

    run_id: str
    stages: Sequence[Mapping[str, Any]]
    was_applied: bool = attrs.field(default=False, init=False)
    leads: bool = attrs.field(default=False, init=False)
    _turn: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        self._turn.acquire()

    def wait(self) -> None:
        """Until `wake` is called."""
        self._turn.acquire()

    def wake(self) -> None:
        """End the `wait` of this call."""
        self._turn.release()


@attrs.define(eq=False)
class Gathering:
    """The calls of one process to one database."""

    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _waiting: deque[Call] = attrs.field(factory=deque, init=False)
    _under_way: int = attrs.field(default=0, init=False)

    def __len__(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    @contextmanager
    def joined(self, call: Call, runs: Collection[dict[str, Any]]) -> Iterator[bool]:
        """
        Whether the call was applied together with others; where it was not, the caller sends it in this context.

        It was not where there were no others, and where anything is doubtful: the run is not active or not there, or
        the command failed.
        """
        if not self._comes_first(call):
            yield call.was_applied
            return
        calls = self._with_others(call)
        if len(calls) > 1:
            try:
                _send(calls, runs)
            finally:
                self._end(calls)
            yield call.was_applied
            return
        try:
            yield False
        finally:
            self._end(())

    def _comes_first(self, call: Call) -> bool:
        """Wait until a command with this call was sent, or until it is for this call to send one."""
        with self._lock:
            if self._under_way < MOST_COMMANDS:
                self._under_way += 1
                return True
            self._waiting.append(call)
        try:
            call.wait()
        except BaseException:  # such as KeyboardInterrupt
            self._abandon(call)
            raise
        return call.leads

    def _with_others(self, call: Call) -> list[Call]:
        with self._lock:
            others = min(len(self._waiting), MOST_UPDATES - 1)
            return [call, *(self._waiting.popleft() for _ in range(others))]

    def _end(self, calls: Sequence[Call]) -> None:
        """A command is done, and `calls` with it; the call that has waited longest sends the next."""
        with self._lock:
            self._pass_on()
        for call in calls:
            call.wake()

    def _pass_on(self) -> None:
        if self._waiting:
            first = self._waiting.popleft()
            first.leads = True
            first.wake()
        else:
            self._under_way -= 1

    def _abandon(self, call: Call) -> None:
        with self._lock:
            if call.leads:
                self._pass_on()
            elif call in self._waiting:
                self._waiting.remove(call)


def _send(calls: Sequence[Call], runs: Collection[dict[str, Any]]) -> None:
    ordered = sorted(calls, key=lambda call: call.run_id)  # one order: writers must not lock each other out
    updates = [UpdateOne({"run": call.run_id}, [_IF_ACTIVE, *call.stages]) for call in ordered]
    refused: set[int] = set()
    try:
        matched = runs.bulk_write(updates, ordered=False).matched_count
    except BulkWriteError as error:
        if error.details["writeConcernErrors"]:
            return
        refused = {row["index"] for row in error.details["writeErrors"]}
        matched = error.details["nMatched"]
    except PyMongoError:
        return
    applied = [call for place, call in enumerate(ordered) if place not in refused]
    if matched < len(applied):
        known = {row["run"] for row in runs.find({"run": {"$in": [call.run_id for call in applied]}}, {"run": 1})}
        applied = [call for call in applied if call.run_id in known]
    for call in applied:
        call.was_applied = True
