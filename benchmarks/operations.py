"""
What is measured: each operation is a generator of calls, of which only the calls are timed.

What a generator does between two calls is preparation or a check. `send` gives it what the call returned.
The standard library only: this is loaded in every contender's environment.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from benchmarks import data
from benchmarks.data import Sizes
from benchmarks.worker.contender import Contender
from benchmarks.worker.store import HISTORY_KEY, Store, unique

#: Numbers of the searches of this process, over all turns.
_searches: Final = itertools.count()

#: Yields calls, is sent what they returned.
Calls = Generator[Callable[[], Any], Any, None]


class WrongAnswer(Exception):
    """A contender did not do what it was timed for."""


@dataclass(frozen=True)
class Operation:
    """
    One thing to measure.

    Attributes:
        title: For readers; may name `sizes`. store: In which of the two stores.
        facts: What of a call's answer must be the same for every contender.
        most_rounds: Fewer rounds than usual, for what takes long. floor_only: Done by plain pymongo alone.
    """

    name: str
    title: str
    store: Literal["small", "large"]
    calls: Callable[[Store], Calls]
    facts: Callable[[Contender, Any], Any] | None = None
    most_rounds: int = 1_000
    floor_only: bool = False

    def titled(self, sizes: Sizes) -> str:
        """The title with numbers filled in."""
        return self.title.format(
            small=f"{sizes.small:,}", large=f"{sizes.large:,}", history=f"{sizes.history:,}",
            threads=sizes.threads, calls=sizes.calls_per_thread,
        )  # fmt: skip


def create_experiments(store: Store) -> Calls:
    """Experiments with names that are new."""
    while True:
        yield partial(store.contender.create_experiment, unique("experiment"))


def log_runs(store: Store) -> Calls:
    """Whole runs; what is written last is read back."""
    run_id = None
    try:
        for number in itertools.count():
            run_id = yield partial(store.contender.log_run, store.writes_to, data.run(number))
            written = number
    finally:
        if run_id:
            _require_content(store.contender, run_id, written)


def log_runs_step_by_step(store: Store) -> Calls:
    """Whole runs; what is written last is read back."""
    store.contender.enter(store.writes_to)
    run_id = None
    try:
        for number in itertools.count():
            run_id = yield partial(store.contender.log_run_step_by_step, data.run(number))
            written = number
    finally:
        if run_id:
            _require_content(store.contender, run_id, written)


def log_metrics(store: Store) -> Calls:
    """Single points of one metric of one run, step after step; in the end all of them are there."""
    run_id, steps = store.contender.create_run(store.writes_to), 0
    try:
        for point in (data.points(1, step, 1)[0] for step in itertools.count()):
            yield partial(store.contender.log_metric, run_id, point)
            steps += 1
    finally:
        _require_points(store.contender, run_id, steps)


def log_batches(keys: int, store: Store) -> Calls:
    """Batches of 1,000 points of `keys` metrics of one run, step after step; in the end all are there."""
    contender, steps = store.contender, 1_000 // keys
    run_id, done = contender.create_run(store.writes_to), 0
    try:
        while True:
            batch = contender.batch_of(run_id, data.points(keys, done, steps))
            yield partial(contender.log_batch, run_id, batch)
            done += steps
    finally:
        _require_points(contender, run_id, done)


def insert_many(store: Store) -> Calls:
    """The points of a batch alone."""
    run_id = unique("run")
    for number in itertools.count():
        batch = store.contender.batch_of(run_id, data.points(1, 1_000 * number, 1_000))
        yield partial(store.contender.insert_points, batch)


def get_runs(store: Store) -> Calls:
    """Runs from all over the experiment."""
    for number in itertools.count():
        yield partial(store.contender.get_run, data.run(7_919 * number % store.runs).id)


def search(limit: int, store: Store) -> Calls:
    """The first page of a search by metric and param, time after time, each with another threshold."""
    while True:
        least = data.LEAST_ACCURACY - next(_searches) * 1e-12
        yield partial(store.contender.search, store.experiment_id, limit, least)


def search_anew(limit: int, store: Store) -> Calls:
    """The first page of a search that nobody has made before, though it finds the same."""
    while True:
        below = data.MOST_ACCURACY + next(_searches) * 1e-12
        yield partial(store.contender.search, store.experiment_id, limit, data.LEAST_ACCURACY, below)


def search_of_a_new_kind(most: int, store: Store) -> Calls:
    """First pages of searches of which nobody has made the like: each has another length, 1 to `most`."""
    while True:
        limit = 1 + 37 * next(_searches) % most
        yield partial(store.contender.search, store.experiment_id, limit, data.LEAST_ACCURACY)


def first_page(store: Store) -> Calls:
    """The latest runs."""
    while True:
        yield partial(store.contender.latest, store.experiment_id, 100)


def middle_page(store: Store) -> Calls:
    """Runs from the middle, by the token of the page before."""
    token = store.middle
    while True:
        yield partial(store.contender.latest, store.experiment_id, 100, token)


def histories(store: Store) -> Calls:
    """The long history."""
    while True:
        yield partial(store.contender.history, store.history_run, HISTORY_KEY)


def log_from_threads(store: Store) -> Calls:
    """Threads that share one client, each logging one metric of its own run; in the end all points are there."""
    sizes, contender = store.sizes, store.contender
    with ThreadPoolExecutor(sizes.threads) as pool:
        while True:
            run_ids = [contender.create_run(store.writes_to) for _ in range(sizes.threads)]
            work = partial(_log_in_a_row, contender, sizes.calls_per_thread)
            failures = yield lambda run_ids=run_ids, work=work: sum(pool.map(work, run_ids))  # type: ignore[misc]  # bound
            if failures:
                raise WrongAnswer(f"{failures} of {sizes.threads * sizes.calls_per_thread} calls failed")
            for run_id in run_ids:
                _require_points(contender, run_id, sizes.calls_per_thread)


def _log_in_a_row(contender: Contender, calls: int, run_id: str) -> int:
    failures = 0
    for point in data.points(1, 0, calls):
        try:
            contender.log_metric(run_id, point)
        except Exception:  # counted, whatever it is: each library has its own
            failures += 1
    return failures


def _require_points(contender: Contender, run_id: str, steps: int) -> None:
    found = len(contender.values_of(contender.history(run_id, HISTORY_KEY)))
    if found != steps:
        raise WrongAnswer(f"{steps} points were logged, {found} are there")


def _require_content(contender: Contender, run_id: str, number: int) -> None:
    run = data.run(number)
    content = contender.content_of(contender.get_run(run_id))
    is_whole = content["params"] == run.params and content["metrics"] == run.metrics
    if not is_whole or not run.tags.items() <= content["tags"].items():
        raise WrongAnswer("a run does not have what was logged to it")


def _ids(contender: Contender, page: Any) -> list[Any]:
    ids = contender.ids_of(page)
    return [len(ids), _digest(ids)]


def _values(contender: Contender, history: Any) -> list[Any]:
    values = contender.values_of(history)
    return [len(values), _digest(values)]


def _content(contender: Contender, run: Any) -> Any:
    return contender.content_of(run)


def _digest(items: Sequence[Any]) -> str:
    return hashlib.sha256(repr(list(items)).encode()).hexdigest()[:12]


#: Everything that is measured, in this order: reading first, while the stores hold what was loaded.
OPERATIONS: Final = (
    Operation("get-run", "get a run", "large", get_runs, _content),
    Operation("search-100-small", "search {small} runs, page of 100", "small", partial(search, 100), _ids),
    Operation("search-100-large", "search {large} runs, page of 100", "large", partial(search, 100), _ids),
    Operation("search-1000-small", "search {small} runs, page of 1,000", "small", partial(search, 1_000), _ids),
    Operation("search-1000-large", "search {large} runs, page of 1,000", "large", partial(search, 1_000), _ids),
    Operation("anew-100-small", "a search of {small} never made before", "small", partial(search_anew, 100), _ids),
    Operation("anew-100-large", "a search of {large} never made before", "large", partial(search_anew, 100), _ids),
    Operation("new-100-small", "a new kind of search of {small}", "small", partial(search_of_a_new_kind, 200)),
    Operation("new-100-large", "a new kind of search of {large}", "large", partial(search_of_a_new_kind, 200)),
    Operation("first-page-small", "latest 100 of {small} runs", "small", first_page, _ids),
    Operation("first-page-large", "latest 100 of {large} runs", "large", first_page, _ids),
    Operation("middle-page-small", "100 runs amid {small} by start", "small", middle_page, _ids),
    Operation("middle-page-large", "100 runs amid {large} by start", "large", middle_page, _ids),
    Operation("history", "history of {history} points", "small", histories, _values),
    Operation("create-experiment", "create an experiment", "small", create_experiments),
    Operation("log-run", "log a run (3 client calls)", "small", log_runs),
    Operation("log-run-steps", "log a run (5 fluent calls)", "small", log_runs_step_by_step),
    Operation("log-metric", "log a metric", "small", log_metrics),
    Operation("batch-1-key", "log a batch of 1 key x 1,000 steps", "small", partial(log_batches, 1)),
    Operation("batch-10-keys", "log a batch of 10 keys x 100 steps", "small", partial(log_batches, 10)),
    Operation("insert-many", "(insert_many of 1,000 documents)", "small", insert_many, floor_only=True),
    Operation("threads", "{threads} threads x {calls} log_metric", "small", log_from_threads, most_rounds=3),
)

BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
