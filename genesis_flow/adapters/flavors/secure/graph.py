"""The last look at what was loaded."""

from __future__ import annotations

import types
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.entries import Refused
from genesis_flow.adapters.flavors.secure.limits import Limits, too_much
from genesis_flow.adapters.flavors.secure.making import Making

_ATOMS: Final = frozenset({str, int, float, bool, type(None), bytes, complex, bytearray})
_CODE: Final = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, types.CodeType, types.FrameType,
    types.GeneratorType, types.MethodWrapperType, type,
)  # fmt: skip


def require_sound(root: Any, making: Making, limits: Limits) -> None:
    """
    Look once at everything that can be reached from `root` through containers and attributes.

    Raises:
        Refused: A function, class or module that was not listed is kept in it.
        UntrustedContent: It is nested too deeply.
    """
    seen: set[int] = set()
    pending: list[tuple[Any, int]] = [(root, 0)]
    while pending:
        value, depth = pending.pop()
        if type(value) in _ATOMS or id(value) in seen:
            continue
        seen.add(id(value))
        if depth > limits.depth:
            raise too_much(making.source, "nested containers", limits.depth)
        if getattr(type(value), "only_while_loading", False):
            raise Refused("a part that only makes sense while loading is kept in it")
        if isinstance(value, _CODE) and not making.may_be_kept(value):
            raise Refused(f"{getattr(value, '__name__', type(value).__name__)} is kept in it")
        pending.extend((part, depth + 1) for part in _parts(value, making) if type(part) not in _ATOMS)


def _parts(value: Any, making: Making) -> Any:
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return value
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if making.is_made(value) and hasattr(value, "__dict__"):
        return [value.__dict__]
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray" and value.dtype == object:
        return value.ravel().tolist()
    return ()
