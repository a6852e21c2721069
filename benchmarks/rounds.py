"""
Measuring in turns: in each round every contender gets a slice of time, and every other round goes backwards.

What disturbs the machine for a while thus disturbs all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.contenders import AGAIN, FLOOR, Contender
from benchmarks.operations import Operation
from benchmarks.processes import Failed, Worker

#: In each slice: at least and at most so many calls.
LEAST_CALLS: Final = 3
MOST_CALLS: Final = 300

#: Who has worked on an operation for so many seconds sits out its further rounds: that slow, noise does not matter.
ENOUGH_S: Final = 15.0


@dataclass(frozen=True)
class Pace:
    """How long to measure: rounds, and seconds a slice."""

    rounds: int = 7
    slice_s: float = 0.35


QUICK: Final = Pace(rounds=2, slice_s=0.1)


@dataclass
class Results:
    """
    What was measured.

    Attributes:
        seconds: By operation and contender, of each round the seconds of each call.
        failures: By operation and contender, what went wrong.
        disagreements: Operations whose contenders gave different answers, with those answers.
    """

    seconds: dict[tuple[str, str], list[list[float]]] = field(default_factory=dict)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    disagreements: dict[str, dict[str, Any]] = field(default_factory=dict)


def measure(
    operations: Iterable[Operation],
    contenders: tuple[Contender, ...],
    workers: dict[str, Worker],
    pace: Pace,
    say: Callable[[str], None],
) -> Results:
    """Measure every operation with every contender that takes part in it."""
    results = Results()
    for operation in operations:
        say(operation.name)
        taking_part = [one for one in contenders if not operation.floor_only or one in (FLOOR, AGAIN)]
        facts: dict[str, Any] = {}
        for number in range(min(pace.rounds, operation.most_rounds)):
            for contender in taking_part if number % 2 == 0 else reversed(taking_part):
                _slice(operation, contender, workers[contender.name], pace, number == 0, facts, results)
        answers = list(facts.values())
        if any(answer != answers[0] for answer in answers):
            results.disagreements[operation.name] = facts
    return results


def _slice(
    operation: Operation,
    contender: Contender,
    worker: Worker,
    pace: Pace,
    is_first: bool,
    facts: dict[str, Any],
    results: Results,
) -> None:
    cell = operation.name, contender.name
    if cell in results.failures or sum(map(sum, results.seconds.get(cell, ()))) > ENOUGH_S:
        return
    is_long = operation.most_rounds < pace.rounds
    try:
        answer = worker.ask(
            "measure",
            operation=operation.name,
            budget_s=pace.slice_s,
            least=1 if is_long else LEAST_CALLS,
            most=MOST_CALLS,
            is_warm=is_long and not is_first,
        )
    except Failed as error:
        results.failures[cell] = str(error)
        return
    results.seconds.setdefault(cell, []).append(answer["seconds"])
    if operation.facts is not None:
        facts[contender.name] = answer["facts"]
