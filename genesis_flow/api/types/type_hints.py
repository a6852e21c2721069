"""
Schemas of what functions say about types, and data checked by it.

Source: MLflow `mlflow.types.type_hints`.
"""

from __future__ import annotations

import dataclasses
import datetime
import sys
import types
import typing
from typing import Any, Final, NamedTuple

from genesis_flow.api.exceptions import INVALID_PARAMETER_VALUE, MlflowException
from genesis_flow.api.types.column_types import AnyType, Array, ColumnType, DataType, Map, Object, Property
from genesis_flow.api.types.schemas import ColSpec, Schema

__all__ = [
    "ColSpecType",
    "InvalidTypeHintException",
    "UnsupportedTypeHintException",
    "convert_dataclass_to_schema",
    "schema_of_hint",
    "type_of_hint",
    "validated",
]

UNION_TYPES: Final = (typing.Union, types.UnionType)

_SINGLE: Final[dict[Any, DataType]] = {
    bool: DataType.boolean, int: DataType.long, float: DataType.double, str: DataType.string, bytes: DataType.binary,
    datetime.datetime: DataType.datetime,
}  # fmt: skip


class UnsupportedTypeHintException(MlflowException):
    """A type hint of which no schema can be made."""

    def __init__(self, type_hint: Any) -> None:
        super().__init__(f"Unsupported type hint `{_name(type_hint)}`.", INVALID_PARAMETER_VALUE)


class InvalidTypeHintException(MlflowException):
    """A type hint that does not say enough."""

    def __init__(self, *, message: str) -> None:
        super().__init__(message, INVALID_PARAMETER_VALUE)


class ColSpecType(NamedTuple):
    """The type of a hint, and whether a value is needed."""

    dtype: Any
    required: bool


def schema_of_hint(hint: Any) -> Schema:
    """
    The schema of data of the type `hint`, which is a list.

    Raises:
        UnsupportedTypeHintException: None can be made of it.
    """
    if typing.get_origin(hint) is not list or not typing.get_args(hint):
        raise UnsupportedTypeHintException(hint)
    return Schema([ColSpec(type_of_hint(typing.get_args(hint)[0]).dtype)])


def type_of_hint(hint: Any) -> ColSpecType:
    """
    The type of values of the type `hint`.

    Raises:
        UnsupportedTypeHintException: There is none.
    """
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if hint in _SINGLE:
        return ColSpecType(_SINGLE[hint], True)
    if hint is Any:
        return ColSpecType(AnyType(), True)
    if origin in UNION_TYPES:
        return _union(inside)
    if origin is list and inside:
        return ColSpecType(Array(type_of_hint(inside[0]).dtype), True)
    if origin is dict and len(inside) == 2 and inside[0] is str:
        return ColSpecType(Map(type_of_hint(inside[1]).dtype), True)
    if _is_pydantic(hint):
        return ColSpecType(Object([_property(name, each) for name, each in hint.model_fields.items()]), True)
    if dataclasses.is_dataclass(hint):
        return ColSpecType(Object([_field(name, each) for name, each in _fields(hint).items()]), True)
    raise UnsupportedTypeHintException(hint)


def convert_dataclass_to_schema(dataclass: Any) -> Schema:
    """
    The schema of which the fields of a dataclass are the columns.

    Raises:
        MlflowException: A field has a type that columns cannot have.

    Source: MLflow `mlflow.types.schema.convert_dataclass_to_schema`.
    """
    found = [(name, type_of_hint(each)) for name, each in _fields(dataclass).items()]
    return Schema([ColSpec(each.dtype, name, each.required) for name, each in found])


def validated(data: Any, hint: Any) -> Any:
    """
    `data` as the type `hint`: models of pydantic are made of dicts, frames and arrays become lists.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: It is not of that type.
    """
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and not isinstance(data, list):
        data = _listed(data)
    if hint is Any:
        return data
    if origin in UNION_TYPES:
        return _validated_union(data, inside)
    if origin is list:
        _require(isinstance(data, list), data, hint)
        return [validated(each, inside[0]) for each in data] if inside else data
    if origin is dict:
        _require(isinstance(data, dict) and all(isinstance(key, str) for key in data), data, hint)
        return {key: validated(each, inside[1]) for key, each in data.items()}
    if _is_pydantic(hint):
        return _validated_pydantic(data, hint)
    if hint is float and type(data) is int:
        return data
    if isinstance(hint, type):
        _require(isinstance(data, hint) and (hint is bool or type(data) is not bool), data, hint)
    return data


def _validated_union(data: Any, inside: tuple[Any, ...]) -> Any:
    if data is None and type(None) in inside:
        return None
    for each in inside:
        try:
            return validated(data, each)
        except MlflowException:
            continue
    raise _wrong(data, typing.Union[inside])  # noqa: UP007 - made of what is known only here


def _validated_pydantic(data: Any, hint: Any) -> Any:
    import pydantic

    if isinstance(data, hint):
        return data
    _require(isinstance(data, dict), data, hint)
    try:
        return hint.model_validate(data)
    except pydantic.ValidationError as error:
        raise MlflowException.invalid_parameter_value(str(error)) from error


def _listed(data: Any) -> Any:
    """A frame or array as the list that a function asks for; anything else as it is."""
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and isinstance(data, pandas.DataFrame):
        return data.iloc[:, 0].tolist() if len(data.columns) == 1 else data.to_dict(orient="records")
    if (pandas is not None and isinstance(data, pandas.Series)) or (
        numpy is not None and isinstance(data, numpy.ndarray)
    ):
        return data.tolist()
    return data


def _require(is_of_type: bool, data: Any, hint: Any) -> None:
    if not is_of_type:
        raise _wrong(data, hint)


def _wrong(data: Any, hint: Any) -> MlflowException:
    return MlflowException.invalid_parameter_value(
        f"Expected type {_name(hint)}, but got {type(data).__name__}: {str(data)[:100]}"
    )


def _union(inside: tuple[Any, ...]) -> ColSpecType:
    given = [each for each in inside if each is not type(None)]
    dtype: ColumnType = type_of_hint(given[0]).dtype if len(given) == 1 else AnyType()
    return ColSpecType(dtype, len(given) == len(inside))


def _property(name: str, field: Any) -> Property:
    found = type_of_hint(field.annotation)
    return Property(name, found.dtype, required=found.required)


def _field(name: str, hint: Any) -> Property:
    found = type_of_hint(hint)
    return Property(name, found.dtype, required=found.required)


def _fields(dataclass: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(dataclass)
    return {each.name: hints[each.name] for each in dataclasses.fields(dataclass)}


def _is_pydantic(hint: Any) -> bool:
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(hint, type) and issubclass(hint, pydantic.BaseModel)


def _name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)
