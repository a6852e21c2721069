"""
The bound form of a filter and of an order: names, types and operators are resolved.

A filter is a conjunction. Every comparison but `IS NULL` is false where the field is missing, and
every numeric one but `!=` is false where the value is NaN. Texts compare by code points.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

import attrs


class Kind(Enum):
    """Where a field lives."""

    ATTRIBUTE = "attribute"
    METRIC = "metric"
    PARAM = "param"
    TAG = "tag"
    DATASET = "dataset"


@attrs.frozen
class DatasetScope:
    """The datasets with this name, or of these the one with this digest."""

    name: str
    digest: str | None = None


@attrs.frozen
class Field:
    """
    A field of an entity.

    Attributes:
        kind: Where it lives.
        key: For attributes the entity's own attribute name (`started_at`, not `start_time`); for datasets
            "name", "digest" or "context"; else the key of the metric, param or tag.
        datasets: Of a logged model's metric or dataset: only what was measured on one of these; none: everything.
    """

    kind: Kind
    key: str
    datasets: tuple[DatasetScope, ...] = ()


NumberOperator = Literal["=", "!=", ">", ">=", "<", "<="]
TextOperator = Literal["=", "!="]


@attrs.frozen
class NumberComparison:
    """`field op value`; a NaN field matches only `!=`."""

    field: Field
    op: NumberOperator
    value: float | int


@attrs.frozen
class TextComparison:
    """`field op value`, case-sensitive."""

    field: Field
    op: TextOperator
    value: str


@attrs.frozen
class Like:
    """
    `field LIKE pattern` (or ILIKE: `ignore_case`): `%` is any run of characters, `_` is one.

    Nothing escapes them. ILIKE treats a character and its one-character lower and upper forms as equal.
    """

    field: Field
    pattern: str
    ignore_case: bool = False


@attrs.frozen
class Membership:
    """`field IN (values)`, or NOT IN where `negated`; at least one value."""

    field: Field
    values: tuple[str, ...]
    negated: bool = False


@attrs.frozen
class Presence:
    """`field IS NOT NULL` (`present`) or `field IS NULL`."""

    field: Field
    present: bool


Comparison = NumberComparison | TextComparison | Like | Membership | Presence


@attrs.frozen
class Filter:
    """All of `terms`; with none it matches everything."""

    terms: tuple[Comparison, ...] = ()


@attrs.frozen
class OrderKey:
    """
    One sort key. Missing values come last in both directions, NaN just before them.
    """

    field: Field
    ascending: bool = True


Order = tuple[OrderKey, ...]
