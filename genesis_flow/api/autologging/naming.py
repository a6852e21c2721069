"""What the caller calls things: names of variables, and calls as the code has them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from numbers import Number
from types import CodeType, FrameType
from typing import Any, Final

_LONGEST_TEXT: Final = 32


def name_of(value: Any) -> str | None:
    """
    The name of the variable that holds `value` where it comes from, None if no variable does.

    Callers that were given it as an argument are passed over.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_given(value, frame):
        frame = frame.f_back
    if frame is None:
        return None
    return next((name for name, each in frame.f_locals.items() if each is value), None)


def shown_call(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """A call as text: scalars as they are, everything else by the name of its variable."""
    given = [*zip(inspect.signature(function).parameters, args, strict=False), *kwargs.items()]
    return f"{name}({', '.join(f'{parameter}={_shown(value)}' for parameter, value in given)})"


def _shown(value: Any) -> str:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return repr(value[:_LONGEST_TEXT] + "...")
    is_numpy_scalar = hasattr(value, "dtype") and getattr(value, "ndim", None) == 0
    if value is None or isinstance(value, str | bytes | Number) or is_numpy_scalar:
        return repr(value)
    return name_of(value) or f"<{type(value).__name__}>"


def _is_given(value: Any, frame: FrameType) -> bool:
    """Whether a function was given `value`; in our own, whatever holds it was given it."""
    if str(frame.f_globals.get("__name__")).startswith("genesis_flow."):
        return True
    names, values = _arguments(frame.f_code), frame.f_locals
    for name in names:
        each = values.get(name)
        if each is value:
            return True
        if isinstance(each, tuple) and any(part is value for part in each):
            return True
        if isinstance(each, dict) and any(part is value for part in each.values()):
            return True
    return False


def _arguments(code: CodeType) -> tuple[str, ...]:
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return code.co_varnames[:count]
