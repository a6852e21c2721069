"""
Parameters of predictions: their names, types and defaults.

Source: MLflow 3.17 `mlflow.types.schema`.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any, Final

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.column_types import DataType, Object, type_from_dict

_TYPES: Final = [name for name in DataType.__members__ if name != "binary"]


class ParamSpec:
    """A parameter: its name, type, default, and (-1,) as its shape if it is a list."""

    def __init__(
        self, name: str, dtype: DataType | Object | str, default: Any, shape: tuple[int, ...] | None = None
    ) -> None:
        """
        A parameter.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: An unknown type, or a default that is not of it.
        """
        self._name = name
        self._shape = None if shape is None else tuple(shape)
        self._dtype = _param_type(dtype)
        self._default = default
        if self._shape not in (None, (-1,)):
            raise MlflowException.invalid_parameter_value(
                "Shape must be None for scalar or dictionary value, or (-1,) for 1D array value for "
                f"ParamSpec {self!r}), received {self._shape}"
            )
        self._default = self.validate_type_and_shape(repr(self), default, self._dtype, self._shape)

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def dtype(self) -> DataType | Object:
        """Its type, or the one of its elements."""
        return self._dtype

    @property
    def default(self) -> Any:
        """What it is where nobody gives it."""
        return self._default

    @property
    def shape(self) -> tuple[int, ...] | None:
        """(-1,) for a list, else None."""
        return self._shape

    @classmethod
    def validate_param_spec(cls, value: Any, param_spec: ParamSpec) -> Any:
        """`value` as the type of `param_spec`; see `validate_type_and_shape`."""
        return cls.validate_type_and_shape(repr(param_spec), value, param_spec.dtype, param_spec.shape)

    @classmethod
    def validate_type_and_shape(
        cls, spec: str, value: Any, value_type: DataType | Object, shape: tuple[int, ...] | None
    ) -> Any:
        """
        `value` as a single value, or list of values, of `value_type`.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: It cannot be converted without loss.
        """
        if value is None:
            return None
        try:
            if shape is None:
                return _converted(value, value_type)
            if not _is_list(value):
                raise MlflowException.invalid_parameter_value(
                    f"Value must be a 1D array with shape (-1,) for param {spec}, received {type(value).__name__} "
                    f"with ndim {getattr(value, 'ndim', 0)}"
                )
            return [_converted(each, value_type) for each in value]
        except _NotSafe as error:
            raise MlflowException.invalid_parameter_value(
                f"Failed to validate type and shape for {spec}, error: {error}"
            ) from None

    def to_dict(self) -> dict[str, Any]:
        """The parameter as a dict that JSON can hold."""
        default = self._default
        if isinstance(default, list):
            default = [_written(each) for each in default]
        found = {"name": self._name, "default": _written(default), "shape": self._shape}
        return found | self._dtype.to_dict()

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> ParamSpec:
        """The parameter that `to_dict` gave; before MLflow 2.6 the type was called `dtype`."""
        if not {"name", "default"} <= kwargs.keys() or not {"type", "dtype"} & kwargs.keys():
            raise MlflowException.invalid_parameter_value(
                "Missing keys in ParamSpec JSON: Required: `name`, `default` and `type` (or `dtype`)"
            )
        found = type_from_dict({**kwargs, "type": kwargs.get("type") or kwargs["dtype"]})
        shape = kwargs.get("shape")
        return cls(str(kwargs["name"]), _param_type(found), kwargs["default"], tuple(shape) if shape else None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParamSpec) and (self._name, self._dtype, self._default, self._shape) == (
            other._name, other._dtype, other._default, other._shape,
        )  # fmt: skip

    __hash__ = None  # type: ignore[assignment]  # defaults may be lists

    def __repr__(self) -> str:
        shape = f" (shape: {self._shape})" if self._shape is not None else ""
        return f"{self._name!r}: {self._dtype!r} (default: {self._default}){shape}"


class ParamSchema:
    """Parameters, in order."""

    def __init__(self, params: list[ParamSpec]) -> None:
        """
        Parameters of predictions.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: Something else than a list of `ParamSpec`s, or one name twice.
        """
        if not isinstance(params, list) or not all(isinstance(each, ParamSpec) for each in params):
            raise MlflowException.invalid_parameter_value(
                f"ParamSchema inputs only accept {list[ParamSpec]}, received {type(params)}"
            )
        names = [each.name for each in params]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise MlflowException.invalid_parameter_value(f"Duplicated parameters found in schema: {doubled}")
        self._params = params

    @property
    def params(self) -> list[ParamSpec]:
        """The parameters."""
        return self._params

    def to_dict(self) -> list[dict[str, Any]]:
        """The parameters as a list of dicts that JSON can hold."""
        return [each.to_dict() for each in self._params]

    def to_json(self) -> str:
        """The parameters as JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, json_str: str) -> ParamSchema:
        """The parameters that `to_json` gave."""
        return cls([ParamSpec.from_json_dict(**content) for content in json.loads(json_str)])

    def __len__(self) -> int:
        return len(self._params)

    def __iter__(self) -> Iterator[ParamSpec]:
        return iter(self._params)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParamSchema) and self._params == other._params

    __hash__ = None  # type: ignore[assignment]  # as ParamSpec

    def __repr__(self) -> str:
        return repr(self._params)


class _NotSafe(Exception):
    """A value is not of a type, and cannot become it without loss."""


def _param_type(given: Any) -> DataType | Object:
    if isinstance(given, str):
        if given not in _TYPES:
            raise MlflowException.invalid_parameter_value(
                f"Unsupported type '{given}', expected instance of DataType or one of {_TYPES}"
            )
        return DataType[given]
    if not isinstance(given, DataType | Object):
        raise TypeError(f"'dtype' must be DataType, Object or str, but got {type(given).__name__}")
    if given is DataType.binary:
        raise MlflowException.invalid_parameter_value(f"Binary type is not supported for parameters, got {given!r}")
    return given


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) or getattr(value, "ndim", None) == 1


def _converted(value: Any, wanted: DataType | Object) -> Any:
    import numpy as np

    if isinstance(wanted, Object):
        return _object(value, wanted)
    value = value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value
    kind = type(value)
    if wanted is DataType.datetime:
        if kind is str or isinstance(value, datetime.date | np.datetime64):
            try:
                return np.datetime64(value).item()
            except ValueError:
                raise _unsafe(value, wanted) from None
    elif kind in _ACCEPTED[wanted]:
        if wanted is DataType.integer and not -(2**31) <= value < 2**31:
            raise _unsafe(value, wanted)
        return wanted.to_python()(value)
    raise _unsafe(value, wanted)


_ACCEPTED: Final[dict[DataType, tuple[type, ...]]] = {
    DataType.boolean: (bool,),
    DataType.integer: (int,),
    DataType.long: (int,),
    DataType.float: (int, float),
    DataType.double: (int, float),
    DataType.string: (str,),
    DataType.binary: (),
}


def _unsafe(value: Any, wanted: DataType | Object) -> _NotSafe:
    shown = f"DataType.{wanted.name}" if isinstance(wanted, DataType) else wanted
    return _NotSafe(f"Can not safely convert `{type(value)}` to `{shown}` for value `{value}`")


def _object(value: Any, wanted: Object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _unsafe(value, wanted)
    known = {each.name: each for each in wanted.properties}
    if unknown := sorted(map(str, value.keys() - known.keys())):
        raise _NotSafe(f"Invalid properties not defined in the schema found: {unknown}")
    if missing := sorted(name for name, each in known.items() if each.required and name not in value):
        raise _NotSafe(f"Missing required properties: {missing}")
    found = {}
    for name, each in value.items():
        kind = known[name].dtype
        found[name] = _converted(each, kind) if isinstance(kind, DataType | Object) else each
    return found


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


__all__ = ["ParamSchema", "ParamSpec"]
