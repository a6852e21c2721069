"""
The next experiment id: a guess that the insert confirms.

Ids are `_id`s, so no two experiments ever share one. A process guesses that its last id is still the newest; if
another process took the next one, the insert says so and the newest id is read. What is erased for good leaves its
id behind (`stage: "purged"`), so that it is not given again.
"""

from __future__ import annotations

import random
import threading
from typing import Any

import attrs
from pymongo.collection import Collection

Document = dict[str, Any]


@attrs.define(eq=False)
class ExperimentIds:
    """The ids that this process thinks are free."""

    _last: int | None = attrs.field(default=None, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def next(self, experiments: Collection[Document]) -> int:
        """An id that is probably free."""
        with self._lock:
            if self._last is None:
                self._last = newest(experiments)
            self._last += 1
            return self._last

    def give_back(self, id: int) -> None:
        """Take back an id that was not used after all."""
        with self._lock:
            if self._last == id:
                self._last -= 1

    def after_collision(self, experiments: Collection[Document], attempt: int) -> int:
        """Another guess, from what is stored; the more attempts failed, the wider it is spread."""
        taken = newest(experiments)
        with self._lock:
            # Writers that collide keep colliding unless they guess differently.
            guess = max(taken, self._last or 0) + 1 + random.randint(0, attempt)  # noqa: S311  # spreads writers
            self._last = guess
            return guess


def newest(experiments: Collection[Document]) -> int:
    """The greatest id that was ever given; 0 is the default experiment's."""
    row = experiments.find_one({"_id": {"$gte": 0}}, {"_id": 1}, sort=[("_id", -1)])
    return row["_id"] if row else 0
