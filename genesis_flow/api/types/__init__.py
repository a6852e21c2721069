"""
Types of the data that models take and give.

Source: MLflow `mlflow.types`.
"""

from __future__ import annotations

from genesis_flow.api.types.schema import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec

__all__ = ["ColSpec", "DataType", "ParamSchema", "ParamSpec", "Schema", "TensorSpec"]
