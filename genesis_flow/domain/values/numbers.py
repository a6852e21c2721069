"""Numbers that callers give, of whatever type."""

from __future__ import annotations

from typing import Any


def whole(value: Any) -> int | None:
    """`value` as an integer, if it is a whole number of any numeric type."""
    if isinstance(value, (str, bytes, bool)):
        return None
    try:
        number = int(value)
        return number if number == value else None
    except (TypeError, ValueError, OverflowError):
        return None
