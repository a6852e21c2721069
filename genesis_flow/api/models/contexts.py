"""
What is known of the prediction that is being made.

Source: MLflow `mlflow.pyfunc.context`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_in_force: ContextVar[Context | None] = ContextVar("prediction_context", default=None)


@dataclass(init=False)
class Context:
    """
    What is known of a prediction.

    Attributes:
        request_id: Of whoever asked. is_evaluate: Whether a model is being evaluated.
        dependencies_schemas: Kept for callers. model_id: The logged model that predicts.
        endpoint_name: Of the server that was asked.

    Source: MLflow `mlflow.pyfunc.Context`.
    """

    request_id: str | None = None
    is_evaluate: bool = False
    dependencies_schemas: dict[str, Any] | None = None
    model_id: str | None = None
    endpoint_name: str | None = None

    def __init__(
        self,
        request_id: str | None = None,
        is_evaluate: bool = False,
        dependencies_schemas: dict[str, Any] | None = None,
        model_id: str | None = None,
        endpoint_name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """What is known; arguments of later versions are left out."""
        self.request_id = request_id
        self.is_evaluate = is_evaluate
        self.dependencies_schemas = dependencies_schemas
        self.model_id = model_id
        self.endpoint_name = endpoint_name

    def update(self, **kwargs: Any) -> None:
        """
        Change attributes.

        Raises:
            AttributeError: There is no such attribute.
        """
        for name, value in kwargs.items():
            if not hasattr(self, name):
                raise AttributeError(f"Context has no attribute named '{name}'")
            setattr(self, name, value)


@contextmanager
def set_prediction_context(context: Context | None) -> Iterator[None]:
    """
    Have `get_prediction_context` say this in a block, in this thread or task.

    Raises:
        TypeError: It is no context.

    Source: MLflow `mlflow.pyfunc.set_prediction_context`.
    """
    if context and not isinstance(context, Context):
        raise TypeError(f"Expected context to be an instance of Context, but got: {context}")
    token = _in_force.set(context)
    try:
        yield
    finally:
        _in_force.reset(token)


def get_prediction_context() -> Context | None:
    """
    What is known of the prediction that is being made in this thread or task; None for none.

    Source: MLflow `mlflow.pyfunc.context.get_prediction_context`.
    """
    return _in_force.get()


__all__ = ["Context", "get_prediction_context", "set_prediction_context"]
