"""
Schemas of datasets: typed columns, or tensors.

Source: MLflow 3.17 `mlflow.types.schema`, `mlflow.data.schema`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from genesis_flow.api.data.column_types import ColumnType, DataType, type_from_dict
from genesis_flow.api.exceptions import MlflowException


def _type_or_name(type: ColumnType | str) -> ColumnType:
    return type_from_dict({"type": type}) if isinstance(type, str) else type


@attrs.frozen(repr=False)
class ColSpec:
    """A column: its type (an object, or the name of a `DataType`), name, and whether it may lack values."""

    type: ColumnType = attrs.field(converter=_type_or_name)
    name: Any = None
    required: bool = True

    def __repr__(self) -> str:
        text = f"{self.type!r} ({'required' if self.required else 'optional'})"
        return text if self.name is None else f"{self.name!r}: {text}"

    def to_dict(self) -> dict[str, Any]:
        """The column as a dict that JSON can hold."""
        name = {} if self.name is None else {"name": self.name}
        return {**self.type.to_dict(), **name, "required": self.required}


def _lengths(shape: Any) -> tuple[int, ...]:
    return tuple(shape)


@attrs.frozen(repr=False)
class TensorSpec:
    """
    A tensor.

    Attributes:
        type: A `numpy.dtype` without a size for texts and bytes.
        shape: Lengths, -1 where they vary.
    """

    type: Any
    shape: tuple[int, ...] = attrs.field(converter=_lengths)
    name: str | None = None
    required: bool = attrs.field(default=True, init=False)

    def __repr__(self) -> str:
        text = f"Tensor({self.type.name!r}, {self.shape!r})"
        return text if self.name is None else f"{self.name!r}: {text}"

    def to_dict(self) -> dict[str, Any]:
        """The tensor as a dict that JSON can hold."""
        name = {} if self.name is None else {"name": self.name}
        return {**name, "type": "tensor", "tensor-spec": {"dtype": self.type.name, "shape": self.shape}}


class Schema:
    """Columns, or tensors, in order; either all of them have names or none."""

    def __init__(self, inputs: Sequence[ColSpec] | Sequence[TensorSpec]) -> None:
        """
        A schema.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: No inputs, columns and tensors mixed, names for
                some only, several tensors without names, or columns without names that may lack values.
        """
        if reason := _fault(inputs):
            raise MlflowException.invalid_parameter_value(f"Creating Schema with {reason} is not allowed.")
        self._inputs: list[ColSpec | TensorSpec] = list(inputs)

    def __len__(self) -> int:
        return len(self._inputs)

    def __iter__(self) -> Iterator[ColSpec | TensorSpec]:
        return iter(self._inputs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self._inputs == other._inputs

    __hash__ = None  # type: ignore[assignment]  # equal by content that types need not hash

    def __repr__(self) -> str:
        return repr(self._inputs)

    @property
    def inputs(self) -> list[ColSpec | TensorSpec]:
        """The columns or tensors."""
        return self._inputs

    def is_tensor_spec(self) -> bool:
        """Whether these are tensors."""
        return isinstance(self._inputs[0], TensorSpec)

    def has_input_names(self) -> bool:
        """Whether the columns or tensors have names."""
        return self._inputs[0].name is not None

    def input_names(self) -> list[Any]:
        """The names, or numbers where there are none."""
        return [each.name or at for at, each in enumerate(self._inputs)]

    def required_input_names(self) -> list[Any]:
        """The names of what always has values."""
        return [each.name or at for at, each in enumerate(self._inputs) if each.required]

    def optional_input_names(self) -> list[Any]:
        """The names of what may lack values."""
        return [each.name or at for at, each in enumerate(self._inputs) if not each.required]

    def input_types(self) -> list[Any]:
        """The types."""
        return [each.type for each in self._inputs]

    def to_dict(self) -> list[dict[str, Any]]:
        """The schema as a list of dicts that JSON can hold."""
        return [each.to_dict() for each in self._inputs]

    def to_json(self) -> str:
        """The schema as JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, json_str: str) -> Schema:
        """The schema that `to_json` gave."""
        return cls([_spec(content) for content in json.loads(json_str)])


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


def _fault(inputs: Any) -> str | None:
    if not isinstance(inputs, list) or not inputs:
        return "empty inputs"
    if {type(each) for each in inputs} not in ({ColSpec}, {TensorSpec}):
        return "a combination of ColSpec and TensorSpec"
    unnamed = [each for each in inputs if each.name is None]
    if len(unnamed) not in (0, len(inputs)):
        return "a combination of named and unnamed inputs"
    if len(unnamed) > 1 and isinstance(inputs[0], TensorSpec):
        return "multiple unnamed TensorSpecs"
    if any(not each.required for each in unnamed):
        return "unnamed optional inputs"
    return None


def _spec(content: dict[str, Any]) -> Any:
    if content.get("type") != "tensor":
        return ColSpec(type_from_dict(content), content.get("name"), content.get("required", True))
    import numpy as np

    tensor = content["tensor-spec"]
    return TensorSpec(np.dtype(tensor["dtype"]), tensor["shape"], content.get("name"))


__all__ = ["ColSpec", "DataType", "Schema", "TensorDatasetSchema", "TensorSpec"]
