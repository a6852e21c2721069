"""The unbound form of filters and orders: what was written, and where; names mean nothing yet."""

from __future__ import annotations

import attrs


@attrs.frozen
class Name:
    """
    What is compared or ordered by, without quotes.

    Attributes:
        prefix: What stands before the first dot, None without one.
        key: The rest.
        text: As it was written, at `position`.
    """

    prefix: str | None
    key: str
    text: str
    position: int


@attrs.frozen
class Text:
    """A quoted string."""

    value: str
    text: str
    position: int


@attrs.frozen
class Number:
    """An integer or floating-point literal."""

    value: int | float
    text: str
    position: int


@attrs.frozen
class Bare:
    """A value without quotes, such as a word or a name in backticks."""

    text: str
    position: int


Scalar = Text | Number | Bare


@attrs.frozen
class Listing:
    """Values in parentheses, with commas between them."""

    items: tuple[Scalar, ...]
    text: str
    position: int


Value = Scalar | Listing


@attrs.frozen
class Clause:
    """`name operator value`; the operator in upper case with single spaces, no value after IS [NOT] NULL."""

    name: Name
    operator: str
    operator_position: int
    value: Value | None


@attrs.frozen
class OrderClause:
    """`name [ASC | DESC]`."""

    name: Name
    ascending: bool
