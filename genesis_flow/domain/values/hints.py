"""What functions say about the types of what they take and give."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen
class TypeHints:
    """
    What a function says about types.

    Attributes:
        input: Of its first parameter that is data. output: Of what it returns. Each None where nothing is said.
    """

    input: Any = None
    output: Any = None


def hints_of(function: Callable[..., Any]) -> TypeHints:
    """The types of what `function` takes as data and returns; annotations that cannot be resolved say nothing."""
    try:
        hints = typing.get_type_hints(function)
    except (NameError, TypeError, AttributeError):
        return TypeHints()
    name = data_parameter(function)
    return TypeHints(hints.get(name) if name else None, hints.get("return"))


def data_parameter(function: Callable[..., Any]) -> str | None:
    """The name of the first parameter that is neither `self`, `context` nor `params`."""
    names = [name for name in inspect.signature(function).parameters if name not in ("self", "context", "params")]
    return names[0] if names else None
