"""Shapes of arguments."""

from __future__ import annotations

from typing import Any

from genesis_flow.adapters.flavors.secure.entries import Maker, Refused


def require(holds: bool, what: str) -> None:
    """
    Nothing, if the claim holds.

    Raises:
        Refused: It does not.
    """
    if not holds:
        raise Refused(what)


def is_of(value: Any, *kinds: type) -> bool:
    """Whether `value` is of exactly one of these types: a subclass may behave otherwise."""
    return type(value) in kinds


def whole_numbers(value: Any, *, least: int | None = 0) -> bool:
    """Whether `value` is a tuple of plain integers, none below `least`."""
    return type(value) is tuple and all(type(each) is int and (least is None or each >= least) for each in value)


def of_types(*kinds: type | tuple[type, ...], optional: int = 0) -> Maker:
    """A maker that calls with arguments of exactly these types, of which the last `optional` may be absent."""
    allowed = [kind if isinstance(kind, tuple) else (kind,) for kind in kinds]

    def make(target: Any, args: tuple[Any, ...]) -> Any:
        require(len(allowed) - optional <= len(args) <= len(allowed), f"{_name(target)} is called with {len(args)}")
        for value, choice in zip(args, allowed, strict=False):
            require(type(value) in choice, f"{_name(target)} is called with an object of {type(value).__name__}")
        return target(*args)

    return make


def _name(target: Any) -> str:
    return str(getattr(target, "__qualname__", target))
