"""Settings that use cases depend on, as types that a container can hand out."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.text import shown


@attrs.frozen
class ArtifactRoot:
    """URI below which experiments keep their artifacts, unless they say otherwise."""

    uri: str


@attrs.frozen
class Truncation:
    """Whether param and tag values that are too long are cut (with a warning) instead of refused."""

    is_on: Callable[[], bool]


@attrs.frozen
class PickleSwitch:
    """Whether models that hold pickles may be loaded at all."""

    is_on: Callable[[], bool]


def page_limit(value: Any, most: int, least: int = 1) -> int:
    """
    `value`, if it can be the size of a page.

    Raises:
        InvalidInput: Not a whole number from `least` to `most`.
    """
    number = _whole(value, least - 1)
    if number < least:
        raise InvalidInput(
            "max_results",
            f"Invalid value {shown(value)} for parameter 'max_results' supplied. It must be a positive integer",
        )
    if number > most:
        raise InvalidInput(
            "max_results",
            f"Invalid value {value} for parameter 'max_results' supplied. It must be at most {most}",
        )
    return number


def history_page_limit(value: Any) -> int:
    """
    `value`, if it can be the size of a page of a metric's history, of which MLflow speaks with a full stop.

    Raises:
        InvalidInput: Not a positive 64-bit integer.
    """
    try:
        return page_limit(value, limits.INT64_MAX)
    except InvalidInput as error:
        raise InvalidInput(error.field, f"{error.message}.") from None


def registry_page_limit(value: Any, most: int, least: int = 1) -> int:
    """
    `value`, if it can be the size of a page of registered models or versions, of which MLflow speaks otherwise.

    Raises:
        InvalidInput: Not a whole number from `least` to `most`.
    """
    number = _whole(value, least - 1)
    if number < least:
        raise InvalidInput(
            "max_results",
            f"Invalid value for max_results. It must be a positive integer, but got {shown(value)}",
        )
    if number > most:
        raise InvalidInput(
            "max_results",
            f"Invalid value for request parameter max_results. It must be at most {most}, but got value {value}",
        )
    return number


def _whole(value: Any, otherwise: int) -> int:
    try:
        return otherwise if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return otherwise
