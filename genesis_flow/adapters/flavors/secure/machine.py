"""
Runs the opcodes of a pickle.

Only those that `pickle.dumps`, cloudpickle and joblib write are known. What a name stands for, and what may be
made of it, is decided by the `Maker` that the machine works for: one that makes objects, or one that only notes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from genesis_flow.adapters.flavors.secure.entries import Key, Refused
from genesis_flow.adapters.flavors.secure.limits import Deadline, Limits, too_much
from genesis_flow.adapters.flavors.secure.opcodes import STEPS, STOP
from genesis_flow.adapters.flavors.secure.refusals import corrupt, forbidden
from genesis_flow.domain.errors import GenesisFlowError

#: joblib writes an array of objects as a pickle inside a pickle; arrays of arrays nest once more.
_MOST_LEVELS: Final = 16
#: How many steps are taken between two looks at the limits.
_CHECKED_EVERY: Final = 4_096


class ObjectMaker(Protocol):
    """What a machine asks for."""

    def named(self, key: Key) -> Any:
        """What a name stands for."""

    def create(self, kind: Any, args: Any = ..., kwargs: Any = ...) -> Any:
        """A new instance of a class."""

    def call(self, function: Any, args: Any) -> Any:
        """What a call gives."""

    def settle(self, instance: Any, state: Any) -> None:
        """Give an instance its state."""

    def fill(self, container: Any) -> Any:
        """A container that may be filled."""

    def key(self, container: Any, key: Any) -> Any:
        """A key or member that the container may have."""

    def content(self, kind: Callable[[memoryview], Any], view: memoryview) -> Any:
        """Bytes of a kind."""


class Machine:
    """
    One pickle being read from `data`, from `at` on.

    Attributes:
        data: The bytes of the file, as a view.
        at: Where the next opcode or argument is.
        stack: What the opcodes work on.
        after_state: Called with the machine when an object got its state; formats that keep their arrays
            behind it replace the object here.
        persistent: What a persistent id stands for; None: there are none.
    """

    def __init__(
        self,
        data: memoryview,
        maker: ObjectMaker,
        limits: Limits,
        deadline: Deadline,
        source: str,
        *,
        at: int = 0,
        after_state: Callable[[Machine], None] | None = None,
        persistent: Callable[[Any], Any] | None = None,
    ) -> None:
        self.data, self.at, self.maker, self.limits = data, at, maker, limits
        self.deadline, self.source = deadline, source
        self.after_state, self.persistent = after_state, persistent
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.steps = self.level = 0

    def run(self) -> Any:
        """
        The object that the pickle writes.

        Raises:
            UntrustedContent: It does what is not allowed.
            CorruptRecord: It is damaged.
        """
        try:
            return self._run()
        except GenesisFlowError:
            raise
        except Refused as error:
            raise forbidden(self.source, f"{error} (at byte {self.at})") from error
        except IndexError as error:
            raise corrupt(self.source, f"it is truncated, or takes what is not there (at byte {self.at})") from error
        except MemoryError as error:
            raise corrupt(self.source, "it asks for more memory than there is") from error
        except RecursionError as error:
            raise corrupt(self.source, "its objects are nested too deeply") from error
        except Exception as error:
            raise corrupt(self.source, f"{type(error).__name__} at byte {self.at}: {error}") from error

    def _run(self) -> Any:
        data, steps, countdown = self.data, STEPS, _CHECKED_EVERY
        while True:
            code = data[self.at]
            self.at += 1
            if code == STOP:
                break
            step = steps[code]
            if step is None:
                raise Refused(f"the opcode {bytes([code])!r} is not one that models need")
            step(self)
            countdown -= 1
            if not countdown:
                countdown = _CHECKED_EVERY
                self._check()
        if self.marks or len(self.stack) != 1:
            raise Refused("it leaves more or less than one object")
        return self.stack.pop()

    def _check(self) -> None:
        self.steps += _CHECKED_EVERY
        self.deadline.check()
        if self.steps > self.limits.opcodes:
            raise too_much(self.source, "steps", self.limits.opcodes)

    def nested(self) -> Any:
        """The object of another pickle that begins here; this one goes on behind it."""
        if self.level >= _MOST_LEVELS:
            raise Refused("pickles are nested too deeply")
        inner = Machine(
            self.data, self.maker, self.limits, self.deadline, self.source,
            at=self.at, after_state=self.after_state, persistent=self.persistent,
        )  # fmt: skip
        # A file of many small pickles must not get around the count of steps.
        inner.level, inner.steps = self.level + 1, self.steps + _CHECKED_EVERY // 8
        found = inner.run()
        self.at, self.steps = inner.at, inner.steps
        return found

    def take(self, count: int) -> memoryview:
        """The next `count` bytes."""
        end = self.at + count
        if count < 0 or end > len(self.data):
            raise corrupt(self.source, "it is truncated")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def line(self) -> bytes:
        """What stands before the end of the line."""
        start, size = self.at, 128
        while True:
            found = bytes(self.data[start : start + size]).find(b"\n")
            if found >= 0:
                self.at = start + found + 1
                return bytes(self.data[start : start + found])
            if start + size >= len(self.data):
                raise corrupt(self.source, "it is truncated")
            size *= 8

    def number(self, size: int) -> int:
        """The next `size` bytes as an unsigned number."""
        return int.from_bytes(self.take(size), "little")

    def since_mark(self) -> list[Any]:
        """What was pushed since the last mark, which is taken away."""
        items = self.stack
        self.stack = self.marks.pop()
        return items

    def remember(self, index: int) -> None:
        """Let `index` stand for the object on top."""
        if len(self.memo) >= self.limits.memo:
            raise too_much(self.source, "remembered objects", self.limits.memo)
        self.memo[index] = self.stack[-1]
