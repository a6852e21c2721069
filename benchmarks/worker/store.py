"""A contender on one store, with what operations need to know about it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks import data
from benchmarks.data import Sizes
from benchmarks.worker.contender import Contender

HISTORY_KEY: Final = "metric-0"


@dataclass
class Store:
    """
    A contender on one store.

    Attributes:
        runs: How many runs its experiment `experiment_id` holds. history_run: The run with the long history.
        writes_to: The experiment that this process writes to, so that what is read stays as it is.
    """

    contender: Contender
    sizes: Sizes
    runs: int = 0
    experiment_id: str = ""
    history_run: str = ""
    _writes_to: str = ""
    _middle: Any = field(default=None, repr=False)

    @property
    def writes_to(self) -> str:
        """An experiment of this process alone, created at first use."""
        if not self._writes_to:
            self._writes_to = self.contender.create_experiment(unique("writes"))
        return self._writes_to

    @property
    def middle(self) -> Any:
        """What continues a page by start time in the middle of the runs."""
        if self._middle is None:
            half = self.contender.latest(self.experiment_id, self.runs // 2)
            self._middle = self.contender.token_of(half)
        return self._middle

    def prepare(self, load: Callable[[str], None]) -> dict[str, Any]:
        """Fill an empty store; returns what another process must know to `adopt` it."""
        self.experiment_id = self.contender.create_experiment("searched")
        load(self.experiment_id)
        self.history_run = self.contender.create_run(self.contender.create_experiment("histories"))
        for some in data.chunks(data.points(1, 0, self.sizes.history), 1_000):
            self.contender.log_batch(self.history_run, self.contender.batch_of(self.history_run, some))
        return {"experiment_id": self.experiment_id, "history_run": self.history_run}

    def adopt(self, facts: dict[str, Any]) -> None:
        """Take over a store that another process prepared."""
        self.experiment_id, self.history_run = facts["experiment_id"], facts["history_run"]


def unique(name: str) -> str:
    """`name` with something behind it that no other process has."""
    return f"{name}-{secrets.token_hex(8)}"
