"""
Recent points of metrics, which wait in the run document until there are enough of them for buckets.

A single point is thus written by the one update that also sets the latest value. `h` holds the points in columns
(key, step, timestamp, value, and as `n` how many points the metric had before), `c` how many they are, `g` how often
some were taken away. The writer that brings `c` to another multiple of `MOST` copies all of them to buckets. They are
taken away by its next update of the run, so that no call takes more than two round trips; until then, and if there
is no next one, they are in both places, and read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import attrs

from genesis_flow.adapters.mongo.names import field_name
from genesis_flow.domain.entities.metric import Metric

Document = dict[str, Any]

#: How many points wait at most, as a rule; a larger batch goes to buckets at once. Every read and write of the run
#: moves them, so they are few.
MOST: Final = 16

#: The fields of a run that hold waiting points.
FIELDS: Final = ("h", "c", "g")

_COLUMNS: Final = ("k", "s", "t", "v", "n")
_MOST_RUNS: Final = 10_000


@attrs.frozen
class Waiting:
    """A point that waits, and how many points its metric had `before` it."""

    point: Metric
    before: int


@attrs.frozen
class Copy:
    """The first `count` waiting points of a run are in buckets, as long as its `g` is `generation`."""

    count: int
    generation: int


@attrs.define(eq=False)
class Copies:
    """What this process has copied to buckets and not yet taken away, by run."""

    _by_run: dict[str, Copy] = attrs.field(factory=dict, init=False)

    def add(self, run_id: str, copy: Copy) -> None:
        """Note a copy; of very many runs the oldest are forgotten, which costs space and nothing else."""
        _make_room(self._by_run)
        self._by_run[run_id] = copy

    def take(self, run_id: str) -> Copy | None:
        """The copy that was noted, and forget it."""
        return self._by_run.pop(run_id, None)


@attrs.define(eq=False)
class Numbers:
    """How many points wait in runs, as far as this process knows: others may have added some."""

    _by_run: dict[str, int] = attrs.field(factory=dict, init=False)

    def note(self, run_id: str, count: int) -> None:
        """So many wait in the run; of very many runs the oldest are forgotten."""
        _make_room(self._by_run)
        self._by_run[run_id] = count

    def add(self, run_id: str, count: int) -> bool:
        """Add some, unless there may then be enough for buckets: whoever adds those has to see the run."""
        if not count:
            return True
        known = self._by_run.get(run_id)
        if known is None or known + count >= MOST:
            return False
        self._by_run[run_id] = known + count
        return True


def _make_room(by_run: dict[str, Any]) -> None:
    if len(by_run) >= _MOST_RUNS:
        for oldest in list(islice(by_run, _MOST_RUNS // 2)):
            by_run.pop(oldest, None)


def none() -> Document:
    """The fields of a run without waiting points."""
    return fields([])


def fields(waiting: Sequence[Waiting]) -> Document:
    """The fields of a run with these waiting points."""
    points = [each.point for each in waiting]
    return {"h": {**_columns(points), "n": [each.before for each in waiting]}, "c": len(points), "g": 0}


def additions(points: Sequence[Metric], copy: Copy | None) -> Document:
    """What a `$set` stage says to add points, and to take away those that were copied."""
    before = [{"$add": [{"$ifNull": [f"$n.{field_name(key)}", 0]}, place]} for key, place in _places(points)]
    columns: Document = {name: {"$literal": values} for name, values in _columns(points).items()}
    columns["n"] = before
    if copy is None:
        change: Document = {f"h.{name}": {"$concatArrays": [f"$h.{name}", new]} for name, new in columns.items()}
        return {**change, "c": {"$add": ["$c", len(points)]}}
    is_current = {"$eq": ["$g", copy.generation]}
    change = {}
    for name, new in columns.items():
        left = {"$slice": [f"$h.{name}", copy.count, 2**31 - 1]}
        change[f"h.{name}"] = {"$concatArrays": [{"$cond": [is_current, left, f"$h.{name}"]}, new]}
    taken = {"$cond": [is_current, copy.count, 0]}
    change["c"] = {"$add": [{"$subtract": ["$c", taken]}, len(points)]}
    change["g"] = {"$cond": [is_current, {"$add": ["$g", 1]}, "$g"]}
    return change


def full(
    before: Mapping[str, Any], points: Sequence[Metric], counts: Mapping[str, int], copy: Copy | None
) -> tuple[list[Waiting], Copy] | None:
    """
    The waiting points that an update leaves behind if they are to be copied now, and what to note of it.

    Args:
        before: The run before the update. points: What was added. counts: The points of their metrics before.
        copy: What was taken away.
    """
    generation, taken = int(before["g"]), _taken(before, copy)
    if taken:
        generation += 1
    after = total(before, points, copy)
    if after // MOST == (after - len(points)) // MOST:
        return None
    waiting = list(waiting_of(before["h"]))[taken:]
    new = zip(points, _places(points), strict=True)
    waiting += [Waiting(point, counts.get(key, 0) + place) for point, (key, place) in new]
    return waiting, Copy(after, generation)


def total(before: Mapping[str, Any], points: Sequence[Metric], copy: Copy | None) -> int:
    """How many points wait after an update; the arguments are those of `full`."""
    return len(before["h"]["k"]) - _taken(before, copy) + len(points)


def _taken(before: Mapping[str, Any], copy: Copy | None) -> int:
    """How many points an update takes away from the run `before` it."""
    return copy.count if copy is not None and copy.generation == int(before["g"]) else 0


def waiting_of(columns: Mapping[str, Sequence[Any]]) -> Iterator[Waiting]:
    """The waiting points of a run, given its field `h`."""
    rows = zip(*(columns[name] for name in _COLUMNS), strict=True)
    return (Waiting(Metric(k, v, int(t), int(s)), int(n)) for k, s, t, v, n in rows)


def _places(points: Iterable[Metric]) -> Iterator[tuple[str, int]]:
    """The key of each point, and how many of that key come before it."""
    seen: dict[str, int] = {}
    for point in points:
        place = seen.get(point.key, 0)
        seen[point.key] = place + 1
        yield point.key, place


def _columns(points: Sequence[Metric]) -> Document:
    return {
        "k": [point.key for point in points],
        "s": [point.step for point in points],
        "t": [point.timestamp for point in points],
        "v": [point.value + 0.0 for point in points],
    }
