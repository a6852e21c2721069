"""
What the commands of one sequence choose from: few names and values, so that they meet again.

Each sequence draws its own few from alphabets in which things differ by case, an accent, a dot or a space.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

#: Legal keys of metrics, params and tags.
KEYS = (
    "a", "A", "a.b", "a.B", "a b", "a ", "a/b", "a-b", "a:b", "a_b", "aXb", "é", "e\u0301", "ß", "0", "a.0", ".a",
    "a.", "_id", "and", "order by", "K", "\u212a", "x" * 250, "mlflow.x", "metrics.a", "naïve key",
)  # fmt: skip
#: Keys that are refused.
BAD_KEYS = (
    "", ".", "..", "../a", "/a", "a/", "a//b", "a/./b", "a@b", "$x", "a$b", "a`b", "a'b", 'a"b', "a\nb", "x" * 251,
    None, "a%", "a\0b",
)  # fmt: skip
TEXTS = (
    "", "a", "A", "ab", "AB", "a%b", "a_b", "aXb", "it's", 'say "a"', "é", "É", "e\u0301", "a\\b", "a\nb", "None",
    "null", "1", "01", "1.0", "nan", " a", "a ", "😀", ".*", "a.b", "[a]", "^a$", "(?i)a", "ß", "ss", "%", "_",
    "x" * 300,
)  # fmt: skip
VALUES = (
    0.0, -0.0, 1.0, 1.0 + 1e-12, 1.0 - 1e-12, -1.0, 0.5, 1e-300, -1e300, 5e-324, 0.1, 1 / 3, 2.0**53 + 2, math.inf,
    -math.inf, math.nan,
)  # fmt: skip
SPECIAL_VALUES = (math.nan, math.inf, -math.inf, 0.0, 1.0 + 1e-12)
#: What becomes a number on the way, and what does not.
ODD_VALUES = ("1.5", "nan", "-inf", " 2 ", True, 3, 2**63, "1_0", "x", "", None, [1.0], "0x10")
TIMES = (0, 1, 2, 3, 1_000, 1_700_000_000_000, 2**53 + 1)
STEPS = (0, 0, 1, 1, 2, 3, -1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63))
STATUSES = ("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")
EXPERIMENTS = ("0", "1", "1", "2", "2", "3")
BAD_EXPERIMENTS = ("999", "abc", "", "-1", None)


@dataclass(frozen=True)
class Pool:
    """The keys, texts and names of one sequence."""

    keys: tuple[str, ...]
    texts: tuple[str, ...]
    names: tuple[str, ...]
    values: tuple[float, ...]

    def key(self) -> st.SearchStrategy[Any]:
        """A key, now and then one that is refused."""
        good = st.sampled_from(self.keys)
        return rarely(good, st.sampled_from(BAD_KEYS))

    def text(self) -> st.SearchStrategy[Any]:
        """The value of a param or tag."""
        return rarely(st.sampled_from(self.texts), st.sampled_from((None, 1, 1.5, "x" * 6_001)))

    def name(self) -> st.SearchStrategy[str]:
        """A name of an experiment or run."""
        return st.sampled_from(self.names)


def rarely(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly `usual`."""
    # Not at the bounds, which Hypothesis draws more often than other numbers.
    return st.integers(0, 20).flatmap(lambda number: odd if number == 13 else usual)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """A few of everything."""

    def few(items: tuple[Any, ...], least: int, most: int) -> tuple[Any, ...]:
        return tuple(draw(st.lists(st.sampled_from(items), min_size=least, max_size=most, unique_by=repr)))

    texts = few(TEXTS, 2, 5)
    names = tuple(text for text in few(TEXTS, 2, 4) if text) or ("a",)
    values = (*few(VALUES, 1, 3), draw(st.sampled_from(SPECIAL_VALUES)))
    return Pool(few(KEYS, 1, 3), texts, names, values)


def experiment() -> st.SearchStrategy[Any]:
    """The id of an experiment, which may not exist."""
    return rarely(st.sampled_from(EXPERIMENTS), st.sampled_from(BAD_EXPERIMENTS))


@st.composite
def points(draw: st.DrawFn, pool: Pool) -> dict[str, Any]:
    """A point of a metric: value, timestamp and step."""
    value = draw(rarely(st.sampled_from(pool.values), st.sampled_from(ODD_VALUES)))
    timestamp = draw(rarely(st.sampled_from(TIMES), st.sampled_from((-1, 2**63 - 2, None, 1.0))))
    step = draw(rarely(st.sampled_from(STEPS), st.sampled_from((None, 2.0))))
    return {"value": value, "timestamp": apart(value, timestamp), "step": step}


def apart(value: Any, timestamp: Any) -> Any:
    """A timestamp at which NaN and 0.0 never meet, see the decision `nan-loses-to-zero`."""
    if not isinstance(timestamp, int) or timestamp < 0:
        return timestamp
    if value == 0 or value is False:
        return timestamp & ~1
    return timestamp | 1 if str(value) == "nan" else timestamp
