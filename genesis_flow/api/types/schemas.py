"""
Schemas of data: typed columns, or tensors.

Source: MLflow 3.17 `mlflow.types.schema`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.column_types import ColumnType, DataType, expected_type, type_from_dict


def _type_or_name(given: Any) -> ColumnType:
    if isinstance(given, str):
        if given not in DataType.__members__:
            raise MlflowException.invalid_parameter_value(
                f"Unsupported type '{given}', expected instance of DataType or one of {list(DataType.__members__)}"
            )
        return DataType[given]
    if not isinstance(given, ColumnType):
        raise TypeError(expected_type("type", given))
    return given


@attrs.define(repr=False)
class ColSpec:
    """A column: its type (an object, or the name of a `DataType`), name, and whether it may lack values."""

    type: ColumnType = attrs.field(converter=_type_or_name, on_setattr=attrs.setters.frozen)
    name: Any = None
    required: bool = attrs.field(default=True, on_setattr=attrs.setters.frozen)

    def __repr__(self) -> str:
        text = f"{self.type!r} ({'required' if self.required else 'optional'})"
        return text if self.name is None else f"{self.name!r}: {text}"

    def to_dict(self) -> dict[str, Any]:
        """The column as a dict that JSON can hold."""
        name = {} if self.name is None else {"name": self.name}
        return {**self.type.to_dict(), **name, "required": self.required}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> ColSpec:
        """The column that `to_dict` gave."""
        return cls(type_from_dict(kwargs), kwargs.get("name"), kwargs.get("required", True))


def _lengths(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, tuple | list):
        raise TypeError(f"Expected `shape` to be instance of `{tuple}` or `{list}`, received `{shape.__class__}`")
    return tuple(shape)


def _dtype(given: Any) -> Any:
    import numpy as np

    if not isinstance(given, np.dtype):
        raise TypeError(f"Expected `dtype` to be instance of `{np.dtype}`, received `{given.__class__}`")
    # The longest text of some array says nothing about others.
    return {"U": np.dtype("str"), "S": np.dtype("bytes")}.get(given.char, given)


@attrs.frozen
class TensorInfo:
    """
    What tensors are like.

    Attributes:
        dtype: A `numpy.dtype` without a size for texts and bytes. shape: Lengths, -1 where they vary.
    """

    dtype: Any = attrs.field(converter=_dtype)
    shape: tuple[int, ...] = attrs.field(converter=_lengths)

    def to_dict(self) -> dict[str, Any]:
        """What they are like as a dict that JSON can hold."""
        return {"dtype": self.dtype.name, "shape": self.shape}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> TensorInfo:
        """What `to_dict` gave."""
        import numpy as np

        if not {"dtype", "shape"} <= kwargs.keys():
            raise MlflowException("Missing keys in TensorSpec JSON: ['dtype', 'shape']")
        return cls(np.dtype(kwargs["dtype"]), tuple(kwargs["shape"]))


@attrs.frozen(repr=False)
class TensorSpec:
    """
    A tensor.

    Attributes:
        type: A `numpy.dtype` without a size for texts and bytes.
        shape: Lengths, -1 where they vary.
    """

    type: Any = attrs.field(converter=_dtype)
    shape: tuple[int, ...] = attrs.field(converter=_lengths)
    name: str | None = None
    required: bool = attrs.field(default=True, init=False)

    def __repr__(self) -> str:
        text = f"Tensor({self.type.name!r}, {self.shape!r})"
        return text if self.name is None else f"{self.name!r}: {text}"

    def to_dict(self) -> dict[str, Any]:
        """The tensor as a dict that JSON can hold."""
        name = {} if self.name is None else {"name": self.name}
        return {**name, "type": "tensor", "tensor-spec": TensorInfo(self.type, self.shape).to_dict()}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> TensorSpec:
        """The tensor that `to_dict` gave."""
        if not {"tensor-spec", "type"} <= kwargs.keys():
            raise MlflowException("Missing keys in TensorSpec JSON: ['tensor-spec', 'type']")
        found = TensorInfo.from_json_dict(**kwargs["tensor-spec"])
        return cls(found.dtype, found.shape, kwargs.get("name"))


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

    def input_types_dict(self) -> dict[Any, Any]:
        """The types by name."""
        return {name: each.type for name, each in self.input_dict().items()}

    def input_dict(self) -> dict[Any, Any]:
        """The columns or tensors by name."""
        if not self.has_input_names():
            raise MlflowException("Cannot get input dict for schema without names.")
        return {each.name: each for each in self._inputs}

    def numpy_types(self) -> list[Any]:
        """The `numpy.dtype`s of tensors, or of columns of single values."""
        if self.is_tensor_spec():
            return self.input_types()
        return [each.to_numpy() for each in self._data_types("numpy")]

    def pandas_types(self) -> list[Any]:
        """The types of columns of a frame."""
        if self.is_tensor_spec():
            raise MlflowException("TensorSpec only supports numpy types, use numpy_types() instead")
        return [each.to_pandas() for each in self._data_types("pandas")]

    def _data_types(self, kind: str) -> list[DataType]:
        types = [each for each in self.input_types() if isinstance(each, DataType)]
        if len(types) < len(self):
            raise MlflowException(f"Failed to get {kind} types as some of the inputs types are not DataType.")
        return types

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
    kind = TensorSpec if content.get("type") == "tensor" else ColSpec
    return kind.from_json_dict(**content)


__all__ = ["ColSpec", "Schema", "TensorInfo", "TensorSpec"]
