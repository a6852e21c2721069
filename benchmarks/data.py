"""
What is stored and asked for: the same for every contender, made from numbers, without randomness of its own.

The standard library only: this is loaded in every contender's environment.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

#: Milliseconds since the epoch (UTC) at which the first run starts; each later one starts a second later.
FIRST_START: Final = 1_700_000_000_000

#: A search that an eighth of the runs match: one param out of four, and the better half by a metric.
MODEL: Final = "tree"
LEAST_ACCURACY: Final = 0.5
FILTER: Final = "metrics.accuracy > {} AND params.model = '" + MODEL + "'"
#: No run is more accurate: a bound above this leaves out none.
MOST_ACCURACY: Final = 1.0
BELOW: Final = " AND metrics.accuracy < {}"
BY_ACCURACY: Final = "metrics.accuracy DESC"
BY_START: Final = "attributes.start_time DESC"

USER: Final = "ada"
_MODELS: Final = (MODEL, "linear", "forest", "boosted")
_NAMESPACE: Final = uuid.UUID("6f1c2f0e-5a3b-4f0e-9d8e-3c9a1b7d2e4f")

#: Key, value, timestamp in milliseconds, step.
Point = tuple[str, float, int, int]


@dataclass(frozen=True)
class Sizes:
    """
    How much is stored and asked for.

    Attributes:
        small, large: Runs in the two stores. history: Points of the metric that is read whole.
        threads, calls_per_thread: How much is logged at once.
    """

    small: int = 1_000
    large: int = 20_000
    history: int = 10_000
    threads: int = 16
    calls_per_thread: int = 50


QUICK: Final = Sizes(small=200, large=2_000, history=2_000, threads=16, calls_per_thread=5)


@dataclass(frozen=True)
class Run:
    """One run: five params, five metrics of one point each, and three tags."""

    id: str
    name: str
    started_at: int
    ended_at: int
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]

    @property
    def points(self) -> list[Point]:
        """Its metrics as points of step 0."""
        return [(key, value, self.started_at, 0) for key, value in self.metrics.items()]


def run(number: int) -> Run:
    """Run `number`, always the same."""
    chance = random.Random(number)
    started_at = FIRST_START + 1_000 * number
    return Run(
        id=uuid.uuid5(_NAMESPACE, str(number)).hex,
        name=f"run-{number}",
        started_at=started_at,
        ended_at=started_at + 600,
        params={
            "model": chance.choice(_MODELS),
            "depth": str(chance.randrange(20)),
            "learning_rate": repr(chance.random()),
            "batch_size": str(2 ** chance.randrange(4, 12)),
            "optimizer": chance.choice(("adam", "sgd", "lion")),
        },
        metrics={key: chance.random() for key in ("accuracy", "loss", "precision", "recall", "auc")},
        tags={"team": chance.choice(("a", "b", "c")), "host": f"node-{chance.randrange(64)}", "stage": "train"},
    )


def runs(count: int) -> Iterator[Run]:
    """The first `count` runs, one after the other."""
    return map(run, range(count))


def points(keys: int, first_step: int, steps: int) -> list[Point]:
    """Points of metrics `metric-0`, `metric-1`, ... at `steps` steps in a row, as training loops make them."""
    chance = random.Random(first_step)
    return [
        (f"metric-{key}", chance.random(), FIRST_START + 10 * step, step)
        for step in range(first_step, first_step + steps)
        for key in range(keys)
    ]


def chunks(items: Sequence[Point], size: int) -> Iterator[Sequence[Point]]:
    """`items` in pieces of `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))
