"""Pieces of SQL with their parameters, and the conditions that one column can be asked for."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Final, assert_never

import attrs

from genesis_flow.domain.search.ast import (
    Comparison,
    Like,
    Membership,
    NumberComparison,
    NumberOperator,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.like import like_prefix, like_regex
from genesis_flow.domain.values.limits import INT64_MAX, INT64_MIN

Bindable = str | int | float | bytes | None

_OPERATORS: Final = {"=": "=", "!=": "<>", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
_MOST_VARIABLES: Final = 200
_LAST_CHARACTER: Final = "\U0010ffff"


@attrs.frozen
class Sql:
    """SQL with one `?` for each of `values`."""

    text: str
    values: tuple[Bindable, ...] = ()

    def within(self, before: str, after: str) -> Sql:
        """This piece between two texts."""
        return Sql(f"{before}{self.text}{after}", self.values)


TRUE: Final = Sql("1")
FALSE: Final = Sql("0")


def joined(pieces: Iterable[Sql], glue: str) -> Sql:
    """All pieces in turn."""
    known = tuple(pieces)
    return Sql(
        glue.join(piece.text for piece in known), tuple(value for piece in known for value in piece.values)
    )


def every(*conditions: Sql) -> Sql:
    """True where all conditions are."""
    return joined([one for one in conditions if one != TRUE] or [TRUE], " AND ")


@attrs.frozen
class Column:
    """
    What a value is read from.

    Attributes:
        text: The expression, such as "r.name".
        is_integer: Holds 64-bit integers; else floats, where it holds numbers.
        holds_nan: NULL stands for NaN; else a NULL is a missing value.
    """

    text: str
    is_integer: bool = False
    holds_nan: bool = False


def condition(column: Column, term: Comparison) -> Sql:
    """`term` about a column."""
    match term:
        case NumberComparison(op=op, value=value):
            return _compared(column, op, value)
        case TextComparison(op=op, value=text):
            return Sql(f"{column.text} {_OPERATORS[op]} ?", (text,))
        case Like(pattern=pattern, ignore_case=ignore_case):
            return _like(column.text, pattern, ignore_case)
        case Membership(values=values, negated=negated):
            return _member(column.text, values).within("NOT " if negated else "", "")
        case Presence(present=present):
            return Sql(f"{column.text} IS {'NOT ' if present else ''}NULL")
        case _:
            assert_never(term)


def _compared(column: Column, op: NumberOperator, value: float | int) -> Sql:
    bound = (integer_bound if column.is_integer else real_bound)(op, value)
    if bound is False:
        return FALSE
    if bound is True:
        return TRUE if column.holds_nan else Sql(f"{column.text} IS NOT NULL")
    op, number = bound
    compared = Sql(f"{column.text} {_OPERATORS[op]} ?", (number,))
    if op == "!=" and column.holds_nan:
        return compared.within("(", f" OR {column.text} IS NULL)")
    return compared


def real_bound(op: NumberOperator, value: float | int) -> tuple[NumberOperator, float] | bool:
    """`op value` for floats: a comparison with a float that has the same outcome, or the outcome itself."""
    try:
        near = float(value)
    except OverflowError:
        near = math.inf if value > 0 else -math.inf
    if near == value:
        return op, near + 0.0
    if op in ("=", "!=") or value != value:
        return op == "!="
    below = near if near < value else math.nextafter(near, -math.inf)
    return ("<=", below) if op in ("<", "<=") else (">=", math.nextafter(below, math.inf))


def integer_bound(op: NumberOperator, value: float | int) -> tuple[NumberOperator, int] | bool:
    """`op value` for 64-bit integers: a comparison with one that has the same outcome, or the outcome."""
    if value != value:
        return op == "!="
    if not INT64_MIN <= value <= INT64_MAX:
        return op == "!=" or (op != "=" and (op in ("<", "<=")) == (value > 0))
    below = math.floor(value)
    if below == value:
        return op, below
    if op in ("=", "!="):
        return op == "!="
    return ("<=", below) if op in ("<", "<=") else (">", below)


def _like(column: str, pattern: str, ignore_case: bool) -> Sql:
    prefix = "" if ignore_case else like_prefix(pattern)
    if prefix == pattern and not ignore_case:
        return Sql(f"{column} = ?", (pattern,))
    begins = _begins_with(column, prefix) if is_range(prefix) else TRUE
    if begins != TRUE and prefix + "%" == pattern:
        return begins
    return every(begins, Sql(f"matches(?, {column})", (like_regex(pattern, ignore_case),)))


def is_range(prefix: str) -> bool:
    """Whether the texts that begin with `prefix` are a part of all texts with an end that can be named."""
    return prefix != "" and prefix[-1] != _LAST_CHARACTER


def _begins_with(column: str, prefix: str) -> Sql:
    """As a range, which an index can serve: texts compare by code points."""
    stem, last = prefix[:-1], prefix[-1]
    after = "\ue000" if last == "\ud7ff" else chr(ord(last) + 1)
    return Sql(f"{column} >= ? AND {column} < ?", (prefix, stem + after))


def _member(column: str, values: tuple[str, ...]) -> Sql:
    if len(values) <= _MOST_VARIABLES:
        return Sql(f"{column} IN ({', '.join('?' * len(values))})", values)
    # Older versions of SQLite end a text in JSON at a NUL.
    plain = [value for value in values if "\0" not in value]
    others = [value for value in values if "\0" in value]
    members = [members_of(column, plain), *(Sql(f"{column} = ?", (value,)) for value in others)]
    return joined(members, " OR ").within("(", ")")


def members_of(column: str, values: Iterable[str | int]) -> Sql:
    """Whether a column is one of any number of values (without NUL)."""
    text = json.dumps(list(values), ensure_ascii=False)
    return Sql(f"{column} IN (SELECT value FROM json_each(?))", (text,))
