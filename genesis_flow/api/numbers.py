"""Metric values as users give them to floats: numbers, numeric texts, arrays and tensors of one element."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.exceptions import MlflowException


def metric_value(value: Any) -> Any:
    """
    `value` as a float if it can be one, else `value` itself, which the store then refuses.

    Raises:
        MlflowException: An array or tensor does not have exactly one element.

    Source: MLflow 3.17 `tracking/metric_value_conversion_utils.py`.
    """
    if type(value) is float or value is None:
        return value
    if hasattr(value, "__array__") or hasattr(value, "detach"):
        return _element(value)
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return value


def _element(array: Any) -> float:
    try:
        return float((array.detach().cpu() if hasattr(array, "detach") else array).item())
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise MlflowException.invalid_parameter_value(
            f"Failed to convert metric value to float: {error}"
        ) from error


def now_ms() -> int:
    """Milliseconds since the epoch (UTC)."""
    from time import time_ns

    return time_ns() // 1_000_000
