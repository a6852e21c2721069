"""
Schemas of whatever data models take and give, equal to MLflow's for the same data.

Source: MLflow 3.17 `mlflow.types.utils`.
"""

from __future__ import annotations

import datetime
import sys
from typing import Any

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.column_types import AnyType, Array, ColumnType, DataType, Object, Property
from genesis_flow.api.types.params import ParamSchema, ParamSpec
from genesis_flow.api.types.schema_inference import frame_schema, series_column, tensor_schema, value_type
from genesis_flow.api.types.schemas import ColSpec, Schema

#: The schema of what nothing is known of.
UNKNOWN = Schema([ColSpec(AnyType())])


def infer_schema(data: Any) -> Schema:
    """
    The schema of frames, series, arrays, sparse matrices, dicts, lists and single values.

    Raises:
        ValueError, TypeError, MlflowException: There is none.
    """
    import numpy as np

    if isinstance(data, dict) and data:
        return _dict_schema(data)
    if isinstance(data, list):
        return _list_schema(data)
    if isinstance(data, np.ndarray):
        return tensor_schema(data)
    if is_sparse(data):
        return tensor_schema(data)
    if _is_pandas(data, "DataFrame"):
        return frame_schema(data)
    if _is_pandas(data, "Series"):
        return Schema([series_column(data)])
    if isinstance(data, str | bytes | bool | int | float | datetime.date | np.generic):
        found = value_type(data)
        if found is not None:
            return Schema([ColSpec(found)])
    raise TypeError(f"Data of {type(data)} has no schema.")


def infer_param_schema(parameters: dict[str, Any]) -> ParamSchema:
    """
    The schema of the parameters of predictions, with the given ones as defaults.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: Something else than single values, lists of one type, or dicts.
    """
    if not isinstance(parameters, dict):
        raise MlflowException.invalid_parameter_value(
            f"Expected parameters to be dict, got {type(parameters).__name__}"
        )
    specs, faults = [], []
    for name, value in parameters.items():
        try:
            specs.append(_param(str(name), value))
        except (MlflowException, ValueError) as error:
            faults.append((name, value, error))
    if faults:
        raise MlflowException.invalid_parameter_value(f"Failed to infer schema for parameters: {faults}")
    return ParamSchema(specs)


def is_sparse(data: Any) -> bool:
    """Whether `data` is a sparse matrix in compressed rows or columns; nothing is imported to find out."""
    scipy = sys.modules.get("scipy.sparse")
    return scipy is not None and isinstance(data, scipy.csr_matrix | scipy.csc_matrix)


def _is_pandas(data: Any, name: str) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, getattr(pandas, name))


def _dict_schema(data: dict[Any, Any]) -> Schema:
    import numpy as np

    if all(isinstance(each, np.ndarray) for each in data.values()):
        return tensor_schema(data)
    if not all(isinstance(name, str) for name in data):
        raise TypeError("The keys of a dictionary have to be texts.")
    columns = []
    for name, value in data.items():
        found = value_type(value)
        if found is None:
            raise ValueError(f"The array '{name}' is empty.")
        columns.append(ColSpec(found, name, required=value is not None))
    return Schema(columns)


def _list_schema(data: list[Any]) -> Schema:
    if not data:
        return Schema([ColSpec(DataType.string)])
    found = value_type(data)
    if not isinstance(found, Array):
        raise ValueError("The list holds nothing that has a type.")
    if isinstance(found.dtype, Object):
        return Schema([ColSpec(each.dtype, each.name, each.required) for each in _in_order(found.dtype, data)])
    return Schema([ColSpec(found.dtype)])


def _in_order(found: Object, rows: list[Any]) -> list[Property]:
    """The properties in the order in which rows have them first."""
    names = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    return sorted(found.properties, key=lambda each: names.index(each.name))


def _param(name: str, value: Any) -> ParamSpec:
    import numpy as np

    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return ParamSpec(name, _element_type(value), value, (-1,))
    if value is None or not isinstance(
        value, dict | str | bytes | bool | int | float | datetime.date | np.generic
    ):
        raise MlflowException.invalid_parameter_value(
            f"Expected parameters to be 1D array or scalar, got {type(value).__name__}"
        )
    return ParamSpec(name, _param_type(value_type(value)), value)


def _element_type(values: list[Any]) -> DataType | Object:
    if any(isinstance(each, list | tuple) for each in values):
        raise MlflowException.invalid_parameter_value("Expected parameters to be 1D array or scalar, got 2D array")
    found = value_type(values)
    return _param_type(found.dtype) if isinstance(found, Array) else DataType.string


def _param_type(found: ColumnType | None) -> DataType | Object:
    if not isinstance(found, DataType | Object):
        raise MlflowException.invalid_parameter_value(f"Parameters cannot be of the type {found!r}")
    return found
