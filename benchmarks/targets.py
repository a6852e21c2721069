"""What genesis-flow is meant to reach, as ratios of what was measured in one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.contenders import AGAIN, ALL, FLOOR, MONGODB, SERVER_AS_IT_COMES, SERVERS, SQLITE, STOCK, Contender
from benchmarks.figures import Ratio, figure, ratio
from benchmarks.operations import OPERATIONS
from benchmarks.rounds import Results

Cell = tuple[str, str]

_OWN: Final = {"create-experiment": 2.2, "history": 0.5}
_BATCHES: Final = ("batch-1-key", "batch-10-keys")
_USUAL: Final = 1.5
_BATCH: Final = 0.8
_SERVER_FACTOR: Final = 10.0
_STOCK_FACTOR: Final = 3.0
_GROWTH: Final = {"first-page": 1.5, "middle-page": 1.5, "search-100": 5.0, "anew-100": 5.0, "new-100": 5.0}


@dataclass(frozen=True)
class Target:
    """
    A bound for a ratio of two cells (operation, contender).

    Attributes:
        group: Which of the tables it belongs to. is_upper: Whether `bound` must not be exceeded, else reached.
    """

    group: str
    dividend: Cell
    divisor: Cell
    bound: float
    is_upper: bool

    def ratio(self, results: Results) -> Ratio | None:
        """The ratio that was measured; None if one of the two was not."""
        dividend, divisor = results.seconds.get(self.dividend), results.seconds.get(self.divisor)
        return ratio(dividend, divisor) if dividend and divisor else None

    def is_met(self, measured: Ratio) -> bool:
        """Whether the ratio of the medians keeps within the bound."""
        return measured.value <= self.bound if self.is_upper else measured.value >= self.bound


FLOOR_GROUP: Final = "genesis-flow on MongoDB, against plain pymongo"
BATCH_GROUP: Final = "Batches on MongoDB, against insert_many of 1,000 documents"
SERVER_GROUP: Final = "Stock MLflow through `mlflow server` as it comes, against genesis-flow"
FASTER_GROUP: Final = "Stock MLflow through the faster of the two servers, against genesis-flow"
STOCK_GROUP: Final = "Stock MLflow on SQLite, against genesis-flow on SQLite"
GROWTH_GROUP: Final = "The large store, against the small one"


def targets(results: Results) -> Iterator[Target]:
    """Every target; `mlflow server` is compared as it comes, and as fast as it can be made."""
    measured = [operation.name for operation in OPERATIONS if not operation.floor_only]
    for name in measured:
        yield Target(FLOOR_GROUP, (name, MONGODB.name), (name, FLOOR.name), _OWN.get(name, _USUAL), True)
    for name in _BATCHES:
        yield Target(BATCH_GROUP, (name, MONGODB.name), ("insert-many", FLOOR.name), _BATCH, True)
    for name in measured:
        for ours in (MONGODB, SQLITE):
            yield Target(SERVER_GROUP, (name, SERVER_AS_IT_COMES.name), (name, ours.name), _SERVER_FACTOR, False)
    for name in measured:
        for ours in (MONGODB, SQLITE):
            yield Target(FASTER_GROUP, (name, _faster_server(name, results)), (name, ours.name), _SERVER_FACTOR, False)
    for name in measured:
        yield Target(STOCK_GROUP, (name, STOCK.name), (name, SQLITE.name), _STOCK_FACTOR, False)
    for name, bound in _GROWTH.items():
        for ours in (MONGODB, SQLITE):
            yield Target(GROWTH_GROUP, (f"{name}-large", ours.name), (f"{name}-small", ours.name), bound, True)


def _faster_server(operation: str, results: Results) -> str:
    medians = {
        one.name: figure(rounds).median for one in SERVERS if (rounds := results.seconds.get((operation, one.name)))
    }
    return min(medians, key=medians.__getitem__, default=SERVERS[0].name)


def noise(results: Results) -> dict[str, Ratio]:
    """The floor against itself, by operation."""
    found = {}
    for operation in OPERATIONS:
        first = results.seconds.get((operation.name, FLOOR.name))
        again = results.seconds.get((operation.name, AGAIN.name))
        if first and again:
            found[operation.name] = ratio(again, first)
    return found


def contenders_of(target: Target) -> tuple[Contender, Contender]:
    """Whose figures are compared."""
    by_name = {one.name: one for one in ALL}
    return by_name[target.dividend[1]], by_name[target.divisor[1]]
