"""
Signatures: what a model takes, gives, and can be told besides.

Source: MLflow `mlflow.models.signature`.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.inference import UNKNOWN, infer_param_schema, infer_schema
from genesis_flow.api.types.params import ParamSchema
from genesis_flow.api.types.schemas import Schema

__all__ = ["ModelSignature", "infer_signature"]

_log = logging.getLogger(__name__)


class ModelSignature:
    """What a model takes, gives, and can be told besides; each None where nothing is said."""

    def __init__(self, inputs: Any = None, outputs: Any = None, params: ParamSchema | None = None) -> None:
        """
        A signature.

        Args:
            inputs, outputs: Schemas, or dataclasses whose fields are columns.

        Raises:
            TypeError: Something else.
            ValueError: Nothing is given.
        """
        self.inputs: Schema | None = _schema("inputs", inputs)
        self.outputs: Schema | None = _schema("outputs", outputs)
        if params is not None and not isinstance(params, ParamSchema):
            raise TypeError(f"If params are provided, they must by of type ParamSchema, got '{type(params).__name__}'")
        if self.inputs is None and self.outputs is None and params is None:
            raise ValueError("At least one of inputs, outputs or params must be provided")
        self.params: ParamSchema | None = params
        self._is_signature_from_type_hint = False
        self._is_type_hint_from_example = False

    def to_dict(self) -> dict[str, Any]:
        """The signature by "inputs", "outputs" and "params", each as JSON or None."""
        parts = {"inputs": self.inputs, "outputs": self.outputs, "params": self.params}
        return {name: each.to_json() if each else None for name, each in parts.items()}

    @classmethod
    def from_dict(cls, signature_dict: dict[str, Any]) -> ModelSignature:
        """
        The signature that `to_dict` gave.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: It is none.
        """
        try:
            inputs, outputs, params = (signature_dict.get(name) for name in ("inputs", "outputs", "params"))
            return cls(
                Schema.from_json(inputs) if inputs else None,
                Schema.from_json(outputs) if outputs else None,
                ParamSchema.from_json(params) if params else None,
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise MlflowException.invalid_parameter_value(f"The signature cannot be read: {error}") from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelSignature) and (self.inputs, self.outputs, self.params) == (
            other.inputs, other.outputs, other.params,
        )  # fmt: skip

    __hash__ = None  # type: ignore[assignment]  # as Schema

    def __repr__(self) -> str:
        return "".join(f"{name}: \n  {getattr(self, name)!r}\n" for name in ("inputs", "outputs", "params"))


def infer_signature(
    model_input: Any = None, model_output: Any = None, params: dict[str, Any] | None = None
) -> ModelSignature:
    """
    The signature of a model, from an example of what it takes and gives.

    Args:
        model_input, model_output: Frames, series, arrays, sparse matrices, dicts, lists, single values.
        params: What it can be told besides, with defaults.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: `params` that have no schema.
        ValueError: Nothing is given.

    Source: MLflow `mlflow.models.infer_signature`.
    """
    return ModelSignature(
        None if model_input is None else _inferred(model_input),
        None if model_output is None else _inferred(model_output),
        infer_param_schema(params) if params else None,
    )


def _inferred(example: Any) -> Schema:
    try:
        return infer_schema(example)
    except (ValueError, TypeError, MlflowException) as error:
        _log.warning("The data has no schema, so anything is accepted: %s", error)
        return UNKNOWN


def _schema(name: str, given: Any) -> Schema | None:
    if dataclasses.is_dataclass(given) and not isinstance(given, Schema):
        from genesis_flow.api.types.type_hints import convert_dataclass_to_schema

        return convert_dataclass_to_schema(given)
    if given is not None and not isinstance(given, Schema):
        raise TypeError(
            f"{name} must be either None, mlflow.models.signature.Schema, or a dataclass,got '{type(given).__name__}'"
        )
    return given
