"""
Schemas of datasets that are tensors.

Source: MLflow 3.17 `mlflow.data.schema`.
"""

from __future__ import annotations

from typing import Any

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.schemas import Schema

__all__ = ["TensorDatasetSchema"]


class TensorDatasetSchema:
    """
    The schemas of tensors of features and, perhaps, targets.

    Source: MLflow `mlflow.data.schema.TensorDatasetSchema`.
    """

    def __init__(self, features: Schema, targets: Schema | None = None) -> None:
        for label, value in (("features", features), ("targets", targets)):
            if not isinstance(value, Schema) and (label == "features" or value is not None):
                raise MlflowException.invalid_parameter_value(
                    f"{label} must be a Schema, got '{type(value)}'"
                )
        self.features = features
        self.targets = targets

    def to_dict(self) -> dict[str, Any]:
        """The schemas, each as JSON, below "mlflow_tensorspec"."""
        targets = None if self.targets is None else self.targets.to_json()
        return {"mlflow_tensorspec": {"features": self.features.to_json(), "targets": targets}}

    @classmethod
    def from_dict(cls, schema_dict: dict[str, Any]) -> TensorDatasetSchema:
        """The schemas that `to_dict` gave."""
        if "mlflow_tensorspec" not in schema_dict:
            raise MlflowException.invalid_parameter_value(
                "TensorDatasetSchema dictionary is missing expected key 'mlflow_tensorspec'"
            )
        content = schema_dict["mlflow_tensorspec"]
        features, targets = content["features"], content.get("targets")
        return cls(Schema.from_json(features), None if targets is None else Schema.from_json(targets))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TensorDatasetSchema)
            and self.features == other.features
            and self.targets == other.targets
        )

    __hash__ = None  # type: ignore[assignment]  # as Schema

    def __repr__(self) -> str:
        return f"features:\n  {self.features!r}\ntargets:\n  {self.targets!r}\n"
