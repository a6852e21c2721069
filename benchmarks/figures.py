"""Medians, quartiles, and ratios with what they vary between."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Seconds of one operation of one contender: median and quartiles over all calls of all rounds."""

    median: float
    lower: float
    upper: float
    calls: int


@dataclass(frozen=True)
class Ratio:
    """A ratio of medians; `least` and `greatest` are the extremes of the rounds' own ratios."""

    value: float
    least: float
    greatest: float


def figure(rounds: Sequence[Sequence[float]]) -> Figure:
    """The figure of the calls of all rounds."""
    calls = sorted(second for each in rounds for second in each)
    if len(calls) == 1:
        return Figure(calls[0], calls[0], calls[0], 1)
    lower, median, upper = statistics.quantiles(calls, n=4, method="inclusive")
    return Figure(median, lower, upper, len(calls))


def ratio(dividend: Sequence[Sequence[float]], divisor: Sequence[Sequence[float]]) -> Ratio:
    """How many times as long the one takes as the other; rounds are compared with their like."""
    each = [statistics.median(a) / statistics.median(b) for a, b in zip(dividend, divisor, strict=False)]
    return Ratio(figure(dividend).median / figure(divisor).median, min(each), max(each))
