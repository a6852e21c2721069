"""
Data of functions, checked by what they say about its type.

Source: MLflow `mlflow.pyfunc.utils.data_validation`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.type_hints import UnsupportedTypeHintException, schema_of_hint, validated
from genesis_flow.domain.values.hints import data_parameter, hints_of

__all__ = ["FuncInfo", "pyfunc"]


class FuncInfo(NamedTuple):
    """What a function says about its data; pickles of MLflow hold such."""

    input_type_hint: Any
    input_param_name: str


def pyfunc(func: Callable[..., Any]) -> Callable[..., Any]:
    """
    `func`, checking and converting its data by its type hint, if that is one that data can be checked by.

    Args:
        func: The `predict` of a `PythonModel`, or a function of one argument.

    Source: MLflow `mlflow.pyfunc.utils.pyfunc`.
    """
    if getattr(func, "_is_pyfunc", False):
        return func

    @functools.wraps(func)
    def checked(*args: Any, **kwargs: Any) -> Any:
        name = data_parameter(func)
        if name is None or not _can_check(hint := hints_of(func).input):
            return func(*args, **kwargs)
        index = list(inspect.signature(func).parameters).index(name)
        args, kwargs = _validate_model_input(args, kwargs, index, hint, name)
        return func(*args, **kwargs)

    checked._is_pyfunc = True  # type: ignore[attr-defined]
    return checked


def _validate_model_input(
    args: tuple[Any, ...], kwargs: dict[str, Any], model_input_index: int, type_hint: Any, model_input_name: str
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments with the data among them checked and converted; called by pickles of MLflow."""
    if model_input_name in kwargs:
        return args, {**kwargs, model_input_name: _checked(kwargs[model_input_name], type_hint)}
    if len(args) > model_input_index:
        changed = list(args)
        changed[model_input_index] = _checked(args[model_input_index], type_hint)
        return tuple(changed), kwargs
    return args, kwargs


def _checked(data: Any, hint: Any) -> Any:
    try:
        return validated(data, hint)
    except MlflowException as error:
        raise MlflowException.invalid_parameter_value(
            f"Failed to validate data against type hint `{hint}`, invalid elements: {error.message}"
        ) from error


def _can_check(hint: Any) -> bool:
    if hint is None:
        return False
    try:
        schema_of_hint(hint)
    except UnsupportedTypeHintException:
        return False
    return True
