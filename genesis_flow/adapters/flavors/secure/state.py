"""How objects that a file creates get their attributes."""

from __future__ import annotations

import types
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.entries import Refused

#: What runs, or stands in for something that runs, when an attribute of this name is looked up or called.
_BEHAVIOUR: Final = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    classmethod,
    staticmethod,
    property,
    type,
)


def require_attributes(kind: type, state: Any) -> dict[str, Any]:
    """
    `state` itself, if it is a dictionary of attributes that an instance of `kind` may have.

    Raises:
        Refused: Not a dictionary, or a key is no plain name, is special to Python, or hides a method of `kind`.
    """
    if type(state) is not dict:
        raise Refused(f"the state of {kind.__qualname__} is no dictionary")
    for key in state:
        if type(key) is not str:
            raise Refused(f"an attribute of {kind.__qualname__} is not called by a text")
        if key.startswith("__"):
            raise Refused(f"{kind.__qualname__}.{key} is special to Python")
        if hides_behaviour(kind, key):
            raise Refused(f"{kind.__qualname__}.{key} is a method, which no attribute may hide")
    return state


def hides_behaviour(kind: type, name: str) -> bool:
    """Whether an attribute `name` would stand in for something that the class itself does."""
    for base in kind.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            if isinstance(found, types.MemberDescriptorType):
                return False
            return isinstance(found, _BEHAVIOUR) or _is_descriptor(found)
    return False


def _is_descriptor(found: Any) -> bool:
    # A cached property keeps its value under its own name in the instance.
    kind = type(found)
    return hasattr(kind, "__get__") and kind.__name__ not in ("cached_property", "CachedProperty")


def set_attributes(instance: Any, state: Any) -> None:
    """Set attributes only: in the instance's dictionary, and in its slots if `state` is a pair."""
    kind = type(instance)
    plain, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
    if plain is not None:
        instance.__dict__.update(require_attributes(kind, plain))
    for name, value in (require_attributes(kind, slots) if slots is not None else {}).items():
        object.__setattr__(instance, name, value)


def set_by_class(instance: Any, state: Any) -> None:
    """Let a class that was reviewed, or that the caller vouched for, take its attributes itself."""
    kind = type(instance)
    setter = getattr(kind, "__setstate__", None)
    if setter is None:
        set_attributes(instance, state)
    else:
        setter(instance, require_attributes(kind, state))
