"""
Types and schemas, under the names that MLflow has them.

Source: MLflow 3.17 `mlflow.types.schema`.
"""

from __future__ import annotations

from genesis_flow.api.types.column_types import (
    ANY_TYPE,
    ARRAY_TYPE,
    EXPECTED_TYPE_MESSAGE,
    MAP_TYPE,
    OBJECT_TYPE,
    AnyType,
    Array,
    BaseType,
    DataType,
    Map,
    Object,
    Property,
)
from genesis_flow.api.types.params import ParamSchema, ParamSpec
from genesis_flow.api.types.schemas import ColSpec, Schema, TensorInfo, TensorSpec
from genesis_flow.api.types.type_hints import convert_dataclass_to_schema

__all__ = [
    "ANY_TYPE",
    "ARRAY_TYPE",
    "EXPECTED_TYPE_MESSAGE",
    "MAP_TYPE",
    "OBJECT_TYPE",
    "AnyType",
    "Array",
    "BaseType",
    "ColSpec",
    "DataType",
    "Map",
    "Object",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "TensorInfo",
    "TensorSpec",
    "convert_dataclass_to_schema",
]
