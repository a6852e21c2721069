"""
Schemas of frames and arrays, equal to MLflow's for the same data.

Source: MLflow 3.17 `mlflow.types.utils`.
"""

from __future__ import annotations

import datetime
from typing import Any

from genesis_flow.api.types.column_types import (
    AnyType,
    Array,
    ColumnType,
    DataType,
    Object,
    Property,
    merged,
)
from genesis_flow.api.types.schemas import ColSpec, Schema, TensorSpec


def frame_schema(df: Any) -> Schema:
    """
    The schema of a `pandas.DataFrame`: a column each, with type, name, and whether it lacks no value.

    Raises:
        ValueError, TypeError, MlflowException: There is none: an unknown type, several types in a column,
            columns of one name, or no columns.
    """
    if not df.columns.is_unique:
        raise TypeError("Columns of one name have no schema.")
    return Schema([_column(df[name], name) for name in df.columns])


def tensor_schema(data: Any) -> Schema:
    """
    The schema of an array, or of a dict of arrays; their first length may vary.

    Raises:
        ValueError: An array without dimensions.
    """
    if isinstance(data, dict):
        return Schema([_tensor(array, name) for name, array in data.items()])
    return Schema([_tensor(data, None)])


def value_type(value: Any) -> ColumnType | None:
    """
    The type of what lies in a cell, None for arrays without elements.

    Raises:
        ValueError: It has none.
    """
    import numpy as np

    if _is_missing(value) or (isinstance(value, (list, dict)) and not value):
        return AnyType()
    if isinstance(value, dict):
        return Object([_property(name, each) for name, each in value.items()])
    if isinstance(value, (list, np.ndarray)):
        return _array_type(value)
    return _scalar_type(value)


def series_column(series: Any) -> ColSpec:
    """The column that a `pandas.Series` is; one without a name is never said to lack values."""
    found = _column(series, series.name)
    return found if series.name is not None else ColSpec(found.type)


def _column(column: Any, name: Any) -> ColSpec:
    if column.dtype.kind == "O":
        is_complete = not any(map(_is_missing, column))
    else:
        is_complete = not column.isna().any()
    return ColSpec(_column_type(column), name, is_complete)


def _column_type(column: Any) -> ColumnType:
    if column.dtype.kind == "O":
        column = column.infer_objects()
    if column.dtype.kind != "O":
        return _element_type(column.dtype)
    import pandas as pd

    try:
        found = value_type(column.to_list())
        if isinstance(found, Array):
            return found.dtype
        raise ValueError("The column holds nothing that has a type.")
    except ValueError:
        if pd.api.types.is_string_dtype(column):
            return DataType.string
        raise


def _element_type(dtype: Any) -> DataType:
    """The type of columns that are arrays of numbers, texts or times."""
    match dtype.kind, dtype.itemsize:
        case "b", _:
            return DataType.boolean
        case ("i", 1 | 2 | 4) | ("u", 1 | 2):
            return DataType.integer
        case ("i", 8) | ("u", 4):
            return DataType.long
        case "f", 2 | 4:
            return DataType.float
        case "f", 8:
            return DataType.double
        case "U", _:
            return DataType.string
        case "S", _:
            return DataType.binary
        case "M", _:
            return DataType.datetime
    raise ValueError(f"Columns of type '{dtype}' have no type in a schema.")


def _scalar_type(value: Any) -> DataType:
    import numpy as np

    types: dict[type, DataType] = {
        bool: DataType.boolean, np.bool_: DataType.boolean,
        int: DataType.long, np.int64: DataType.long, np.int32: DataType.integer,
        float: DataType.double, np.float64: DataType.double, np.float32: DataType.float,
        str: DataType.string, np.str_: DataType.string, object: DataType.string,
        bytes: DataType.binary, np.bytes_: DataType.binary, bytearray: DataType.binary,
        datetime.date: DataType.datetime, datetime.datetime: DataType.datetime,
        np.datetime64: DataType.datetime,
    }  # fmt: skip
    found = types.get(type(value))
    if found is None:
        raise ValueError(f"Values of {type(value)} have no type in a schema.")
    return found


def _array_type(values: Any) -> Array | None:
    """The type of a list or array; None if nothing in it has a type."""
    found: ColumnType | None = None
    for value in values:
        each = value_type(value)
        if each is not None:
            found = each if found is None else merged(found, each)
    return None if found is None else Array(found)


def _property(name: Any, value: Any) -> Property:
    found = value_type(value)
    if found is None or not isinstance(name, str):
        raise ValueError("A dictionary needs texts as keys, and its values must not be empty arrays.")
    return Property(name, found, required=not isinstance(found, AnyType))


def _tensor(array: Any, name: Any) -> TensorSpec:
    import numpy as np

    if not array.shape:
        raise ValueError("An array without dimensions has no schema.")
    # The longest text of this array says nothing about others.
    sizeless = {"U": np.dtype("str"), "S": np.dtype("bytes")}
    return TensorSpec(sizeless.get(array.dtype.char, array.dtype), (-1, *array.shape[1:]), name)


def _is_missing(value: Any) -> bool:
    import pandas as pd

    if isinstance(value, float):
        return value != value
    return value is None or value is pd.NA or value is pd.NaT
