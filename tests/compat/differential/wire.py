"""
Commands and answers, as objects and as lines of JSON.

Used by the interpreter that has stock MLflow as well: nothing but the standard library is imported here.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ref:
    """The n-th run that the sequence created (modulo their number)."""

    number: int

    def __repr__(self) -> str:
        return f"run({self.number})"


@dataclass(frozen=True)
class ModelRef:
    """The n-th logged model that the sequence created (modulo their number)."""

    number: int

    def __repr__(self) -> str:
        return f"model({self.number})"


@dataclass(frozen=True)
class New:
    """An entity to construct: its class and the arguments of its constructor."""

    kind: str
    arguments: dict[str, Any]

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(f'{key}={value!r}' for key, value in self.arguments.items())})"


@dataclass(frozen=True)
class Command:
    """
    One call of a method of `MlflowClient`.

    Attributes:
        name: The method. arguments: By name. now: What the clock says meanwhile, in milliseconds.
        walk: Whether to ask for page after page up to the end.
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    now: int = 0
    walk: bool = False

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.name}({given}){' page after page' * self.walk}"


@dataclass(frozen=True)
class Entity:
    """What an entity showed: its class and its properties."""

    kind: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Pages:
    """Pages of results, in the order in which they came."""

    pages: list[list[Any]]


@dataclass(frozen=True)
class Raised:
    """
    An error.

    Attributes:
        kind: Its class. code: Its `error_code`, if it has one. message: Its text.
    """

    kind: str
    code: str | None
    message: str = ""


_CLASSES = {kind.__name__: kind for kind in (Ref, ModelRef, New, Command, Entity, Pages, Raised)}


def encode(value: Any) -> Any:
    """`value` in terms of JSON, so that `decode` gives it back with the same types."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    return {type(value).__name__: [encode(item) for item in vars(value).values()]}


def decode(value: Any) -> Any:
    """The value that was encoded."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "float":
        return float(content)
    if kind == "bytes":
        return bytes.fromhex(content)
    if kind == "dict":
        return {decode(key): decode(item) for key, item in content}
    return _CLASSES[kind](*map(decode, content))


def to_line(value: Any) -> str:
    """One line of ASCII."""
    return json.dumps(encode(value), allow_nan=False) + "\n"


def from_line(line: str) -> Any:
    """What `to_line` wrote."""
    return decode(json.loads(line))
