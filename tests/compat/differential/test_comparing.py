"""What is compared, how, and that nothing is lost between the two sides."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from tests.compat.differential.comparing import ANY, SAME, Decision, compare, same
from tests.compat.differential.wire import Command, Entity, New, Pages, Raised, Ref, from_line, to_line

COMMAND = Command("get_run")


def run(id: str = "<run 0>", **fields: Any) -> Entity:
    """A run as a side shows it."""
    info = Entity("RunInfo", {"run_id": id, "start_time": 1})
    return Entity("Run", {"info": info, "data": Entity("RunData", {"metrics": {"a": 1.0}, **fields})})


def paths(stock: Any, ours: Any, *decisions: Decision) -> list[str]:
    """Where two answers to one command differ."""
    return [each.path for each in compare([COMMAND], [stock], [ours], decisions).differences]


DIFFERENT = {
    "a value": (run(tags={"a": "1"}), run(tags={"a": "2"}), ["/data/tags/a"]),
    "a missing entry": (run(tags={"a": "1"}), run(tags={}), ["/data/tags/a"]),
    "one entry more": (run(tags={}), run(tags={"a": "1"}), ["/data/tags/a"]),
    "a property": (run(tags={}), run(), ["/data/tags"]),
    "a type": (run(n=1), run(n=1.0), ["/data/n"]),
    "the sign of zero": (run(n=0.0), run(n=-0.0), ["/data/n"]),
    "NaN": (run(n=math.nan), run(n=0.0), ["/data/n"]),
    "the order of runs": ([run("a"), run("b")], [run("b"), run("a")], [""]),
    "the size of pages": (Pages([[run("a"), run("b")]]), Pages([[run("a")], [run("b")]]), [""]),
    "a run on the second page": (Pages([[run("a")], [run("b")]]), Pages([[run("a")], [run("a")]]), [""]),
    "a run of a page": (Pages([[run("a", n=1)]]), Pages([[run("a", n=2)]]), ["/0/data/n"]),
    "success": (None, Raised("MlflowException", "INTERNAL_ERROR"), [""]),
    "a code": (Raised("MlflowException", "A"), Raised("MlflowException", "B"), ["/code"]),
    "a class of error": (Raised("Exception", None), Raised("KeyError", None), ["/kind"]),
    "a promised message": (
        Raised("MlflowException", "A", "Run with id=1 not found"),
        Raised("MlflowException", "A", "Run with id=2 not found"),
        ["/message"],
    ),
}

ALIKE = {
    "runs": (run(), run()),
    "NaN": (run(n=math.nan), run(n=math.nan)),
    "infinity": (run(n=math.inf), run(n=math.inf)),
    "a free message": (Raised("MlflowException", "A", "one"), Raised("MlflowException", "A", "another")),
    "the order of tags": (run(tags={"a": "1", "b": "2"}), run(tags={"b": "2", "a": "1"})),
    "the order of datasets": (
        Entity("RunInputs", {"dataset_inputs": [Entity("D", {"a": 1}), Entity("D", {"a": 2})]}),
        Entity("RunInputs", {"dataset_inputs": [Entity("D", {"a": 2}), Entity("D", {"a": 1})]}),
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_difference_is_found_where_it_is(name: str) -> None:
    """Each difference is reported once, at its place."""
    stock, ours, expected = DIFFERENT[name]

    assert expected == paths(stock, ours)


@pytest.mark.parametrize("name", ALIKE)
def test_what_is_alike_does_not_differ(name: str) -> None:
    """Equal answers, and what the rules leave open, give no report."""
    assert [] == paths(*ALIKE[name])


def test_a_decision_is_exact() -> None:
    """Where a decision holds, its answer is expected, not just any other than stock's."""
    clipped = Decision("d", "", lambda seen: math.inf if seen.stock == 9.0 else SAME, ())
    stock, good, bad = (Entity("Metric", {"value": value}) for value in (9.0, math.inf, 9.0))

    assert ([], ["/value"]) == (paths(stock, good, clipped), paths(stock, bad, clipped))


def test_nothing_is_compared_after_the_stores_went_apart() -> None:
    """A decision by which one side alone does something ends the comparison of a sequence."""
    refused = Decision("d", "", lambda seen: Raised("E", None) if seen.stock == 1 else SAME, (), ends=True)
    verdict = compare([COMMAND, COMMAND], [1, 2], [Raised("E", None), 3], [refused])

    assert ([], {"d"}) == (verdict.differences, verdict.used)


def test_an_incomparable_answer_is_left_out() -> None:
    """ANY accepts every answer, and the next command is compared again."""
    incomparable = Decision("d", "", lambda seen: ANY if seen.stock == 1 else SAME, ())

    verdict = compare([COMMAND, COMMAND], [1, 2], [5, 3], [incomparable])
    assert [1] == [each.number for each in verdict.differences]


@pytest.mark.parametrize(
    "value",
    [
        None, True, 1, 2**63, -(2**70), 1.0, -0.0, 5e-324, math.nan, math.inf, -math.inf, "", "\ud800\0\n😀", b"\xff",
        [], [[1]], {}, {"a": {"b": [1.5]}}, {"float": "nan", "dict": 1}, {None: 1}, Ref(2), Raised("E", None, "m"),
        New("Metric", {"key": None}), Pages([[Entity("Run", {"a": 1})]]), Command("f", {"a": Ref(1)}, 5, True),
    ],
    ids=repr,
)  # fmt: skip
def test_the_wire_keeps_values_and_types(value: Any) -> None:
    """What is sent as a line of strict JSON arrives as it was."""
    line = to_line(value)

    assert line.isascii()
    assert "\n" == line[line.index("\n") :]
    assert json.loads(line, parse_constant=pytest.fail) is not ...
    assert same(value, from_line(line))
