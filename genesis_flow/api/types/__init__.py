"""
Types of the data that models take and give.

Source: MLflow `mlflow.types`.
"""

from __future__ import annotations

from genesis_flow.api.lazy_modules import lazy_modules
from genesis_flow.api.types.column_types import DataType
from genesis_flow.api.types.params import ParamSchema, ParamSpec
from genesis_flow.api.types.schemas import ColSpec, Schema, TensorSpec

__all__ = ["ColSpec", "DataType", "ParamSchema", "ParamSpec", "Schema", "TensorSpec"]

__getattr__ = lazy_modules(__name__, "schema", "type_hints")
