"""
Types of columns and of what lies in their cells.

Source: MLflow 3.17 `mlflow.types.schema`.
"""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from enum import Enum
from typing import Any, Final

import attrs

from genesis_flow.api.exceptions import MlflowException

ARRAY_TYPE: Final = "array"
OBJECT_TYPE: Final = "object"
MAP_TYPE: Final = "map"
ANY_TYPE: Final = "any"


class BaseType(ABC):
    """A type that is made of others."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""


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

    def to_numpy(self) -> Any:
        """The `numpy.dtype` of such values."""
        import numpy as np

        return np.dtype(_NUMPY_TYPES[self.name])

    def to_pandas(self) -> Any:
        """The type of a column of a frame with such values."""
        return object if self in (DataType.string, DataType.binary) else self.to_numpy()

    def to_python(self) -> type:
        """The type of such a value in Python."""
        return _PYTHON_TYPES[self.name]


_NUMPY_TYPES: Final = {
    "boolean": "bool", "integer": "int32", "long": "int64", "float": "float32", "double": "float64", "string": "str",
    "binary": "bytes", "datetime": "datetime64[ns]",
}  # fmt: skip
_PYTHON_TYPES: Final[dict[str, type]] = {
    "boolean": bool, "integer": int, "long": int, "float": float, "double": float, "string": str, "binary": bytes,
    "datetime": datetime.date,
}  # fmt: skip


def _dtype(given: Any) -> ColumnType:
    return _type_or_name(given, "dtype")


def _value_type(given: Any) -> ColumnType:
    return _type_or_name(given, "value_type")


def _name(given: Any) -> str:
    if not isinstance(given, str):
        raise MlflowException.invalid_parameter_value(f"Expected name to be a string, got type {type(given).__name__}")
    return given


@attrs.frozen(repr=False)
class AnyType(BaseType):
    """Whatever JSON can hold; what nothing is known of."""

    def __repr__(self) -> str:
        return "Any"

    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""
        return {"type": "any"}


@attrs.frozen(repr=False)
class Array(BaseType):
    """Lists of one type."""

    dtype: ColumnType = attrs.field(converter=_dtype)

    def __repr__(self) -> str:
        return f"Array({self.dtype!r})"

    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""
        return {"type": "array", "items": self.dtype.to_dict()}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> Array:
        """The type that `to_dict` gave."""
        found: Array = _of_kind(cls, kwargs)
        return found


@attrs.frozen(repr=False)
class Map(BaseType):
    """Dicts from texts to values of one type."""

    value_type: ColumnType = attrs.field(converter=_value_type)

    def __repr__(self) -> str:
        return f"Map(str -> {self.value_type!r})"

    def to_dict(self) -> dict[str, Any]:
        """The type as a dict that JSON can hold."""
        return {"type": "map", "values": self.value_type.to_dict()}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> Map:
        """The type that `to_dict` gave."""
        found: Map = _of_kind(cls, kwargs)
        return found


@attrs.define(repr=False)
class Property(BaseType):
    """An entry of an `Object`."""

    name: str = attrs.field(converter=_name, on_setattr=attrs.setters.frozen)
    dtype: ColumnType = attrs.field(converter=_dtype, on_setattr=attrs.setters.frozen)
    required: bool = True

    def __repr__(self) -> str:
        return f"{self.name}: {self.dtype!r} ({'required' if self.required else 'optional'})"

    def to_dict(self) -> dict[str, Any]:
        """The entry as a dict that JSON can hold, below its name."""
        return {self.name: self.dtype.to_dict() | {"required": self.required}}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> Property:
        """The entry that `to_dict` gave."""
        if len(kwargs) != 1:
            raise MlflowException(f"Expected Property JSON to contain a single key as name, got {len(kwargs)} keys.")
        ((name, content),) = kwargs.items()
        return cls(name, type_from_dict(content), content.get("required", True))


def _by_name(properties: Any) -> list[Property]:
    if not properties:
        raise MlflowException.invalid_parameter_value(
            "Creating Object with empty properties is not allowed."
        )
    if not isinstance(properties, list):
        raise MlflowException.invalid_parameter_value(
            f"Expected properties to be a list, got type {type(properties).__name__}"
        )
    if not all(isinstance(each, Property) for each in properties):
        raise MlflowException.invalid_parameter_value("Expected values to be instance of Property")
    names = [each.name for each in properties]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise MlflowException.invalid_parameter_value(f"Found duplicated property names: `{', '.join(doubled)}`")
    return sorted(properties, key=lambda each: each.name)


@attrs.define(repr=False)
class Object(BaseType):
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

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> Object:
        """The type that `to_dict` gave."""
        found: Object = _of_kind(cls, kwargs)
        return found


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


def _of_kind(kind: Any, content: dict[str, Any]) -> Any:
    found = type_from_dict(content)
    if not isinstance(found, kind):
        raise MlflowException.invalid_parameter_value(f"Not the JSON of a type {kind.__name__}: {content!r}")
    return found


def _type_or_name(given: Any, argument: str) -> ColumnType:
    if isinstance(given, str):
        if given not in DataType.__members__:
            raise MlflowException.invalid_parameter_value(
                f"Unsupported type '{given}', expected instance of DataType, Array, Object, Map or one of "
                f"{list(DataType.__members__)}"
            )
        return DataType[given]
    if not isinstance(given, ColumnType):
        raise MlflowException.invalid_parameter_value(expected_type(argument, given))
    return given


def expected_type(argument: str, given: Any) -> str:
    """What is said of an argument that is no type."""
    return EXPECTED_TYPE_MESSAGE.format(arg_name=argument, passed_type=given)


EXPECTED_TYPE_MESSAGE: Final = (
    "Expected mlflow.types.schema.Datatype, mlflow.types.schema.Array, mlflow.types.schema.Object, "
    "mlflow.types.schema.Map, mlflow.types.schema.AnyType or str for the '{arg_name}' argument, but got {passed_type}"
)


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
