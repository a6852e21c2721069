"""
Types of columns and of what lies in their cells.

Source: MLflow 3.17 `mlflow.types.schema`.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import attrs

from genesis_flow.api.exceptions import MlflowException


class DataType(Enum):
    """Types of single values."""

    boolean = 1
    integer = 2
    long = 3
    float = 4
    double = 5
    string = 6
    binary = 7
    datetime = 8

    def __repr__(self) -> str:
        return self.name

    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""
        return {"type": self.name}


@attrs.frozen(repr=False)
class AnyType:
    """Whatever JSON can hold; what nothing is known of."""

    def __repr__(self) -> str:
        return "Any"

    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""
        return {"type": "any"}


@attrs.frozen(repr=False)
class Array:
    """Lists of one type."""

    dtype: ColumnType

    def __repr__(self) -> str:
        return f"Array({self.dtype!r})"

    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""
        return {"type": "array", "items": self.dtype.to_dict()}


@attrs.frozen(repr=False)
class Map:
    """Dicts from texts to values of one type."""

    value_type: ColumnType

    def __repr__(self) -> str:
        return f"Map(str -> {self.value_type!r})"

    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""
        return {"type": "map", "values": self.value_type.to_dict()}


@attrs.frozen(repr=False)
class Property:
    """An entry of an `Object`."""

    name: str
    dtype: ColumnType
    required: bool = True

    def __repr__(self) -> str:
        return f"{self.name}: {self.dtype!r} ({'required' if self.required else 'optional'})"


def _by_name(properties: Any) -> list[Property]:
    if not properties:
        raise MlflowException.invalid_parameter_value(
            "Creating Object with empty properties is not allowed."
        )
    return sorted(properties, key=lambda each: each.name)


@attrs.frozen(repr=False)
class Object:
    """Dicts with known keys, ordered by name."""

    properties: list[Property] = attrs.field(converter=_by_name)

    def __repr__(self) -> str:
        return "{" + ", ".join(map(repr, self.properties)) + "}"

    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""
        return {
            "type": "object",
            "properties": {
                each.name: each.dtype.to_dict() | {"required": each.required} for each in self.properties
            },
        }


ColumnType = DataType | AnyType | Array | Map | Object


def type_from_dict(content: dict[str, Any]) -> ColumnType:
    """
    The type that `to_dict` gave.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: It is none.
    """
    try:
        match content["type"]:
            case "any":
                return AnyType()
            case "array":
                return Array(type_from_dict(content["items"]))
            case "map":
                return Map(type_from_dict(content["values"]))
            case "object":
                return Object([
                    Property(name, type_from_dict(each), each.get("required", True))
                    for name, each in content["properties"].items()
                ])
            case name:
                return DataType[name]
    except (KeyError, TypeError, AttributeError):
        raise MlflowException.invalid_parameter_value(f"Unsupported type in a schema: {content!r}") from None


def merged(one: ColumnType, other: ColumnType) -> ColumnType:
    """
    The type that values of both types have; with what nothing is known of, the other one.

    Raises:
        ValueError: They do not go together.
    """
    if one == other or (isinstance(other, AnyType) and not isinstance(one, Object)):
        return one
    match one, other:
        case AnyType(), _:
            return merged(other, one)
        case Object(), AnyType():
            return Object([attrs.evolve(each, required=False) for each in one.properties])
        case Array(), Array():
            return Array(merged(one.dtype, other.dtype))
        case Map(), Map():
            return Map(merged(one.value_type, other.value_type))
        case Object(), Object():
            return _merged_objects(one, other)
        case _:
            raise ValueError(f"{one!r} and {other!r} do not go together")


def _merged_objects(one: Object, other: Object) -> Object:
    mine, theirs = ({each.name: each for each in side.properties} for side in (one, other))
    only = [
        attrs.evolve(each, required=False)
        for side, opposite in ((mine, theirs), (theirs, mine))
        for each in side.values()
        if each.name not in opposite
    ]
    both = [
        Property(
            name,
            merged(mine[name].dtype, theirs[name].dtype),
            mine[name].required and theirs[name].required,
        )
        for name in mine.keys() & theirs.keys()
    ]
    return Object(only + both)
