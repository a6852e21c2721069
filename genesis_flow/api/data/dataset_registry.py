"""The constructors of datasets that `genesis_flow.data` offers."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.data.dataset import Dataset
from genesis_flow.api.data.numpy_dataset import from_numpy
from genesis_flow.api.data.pandas_dataset import from_pandas
from genesis_flow.api.exceptions import MlflowException

_PACKAGE: Final = __name__.rpartition(".")[0]
_BY_KEYWORD: Final = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class DatasetRegistry:
    """
    Constructors of datasets by name.

    Source: MLflow `mlflow.data.dataset_registry.DatasetRegistry`.
    """

    def __init__(self) -> None:
        self.constructors: dict[str, Callable[..., Dataset]] = {}

    def register_constructor(
        self, constructor_fn: Callable[..., Dataset], constructor_name: str | None = None
    ) -> str:
        """
        Add a constructor.

        Args:
            constructor_fn: Takes `name` and `digest`, and its annotation says that it returns a `Dataset`.
            constructor_name: Begins with "from_" or "load_"; by default the name of the function.

        Returns:
            The name.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: Another name, parameters or annotation.
        """
        name = constructor_fn.__name__ if constructor_name is None else constructor_name
        _require_constructor(constructor_fn, name)
        self.constructors[name] = constructor_fn
        return name


def register_constructor(
    constructor_fn: Callable[..., Dataset], constructor_name: str | None = None
) -> str:
    """Add a constructor to `genesis_flow.data` for this process; see `DatasetRegistry`."""
    name = _registry().register_constructor(constructor_fn, constructor_name)
    package: Any = sys.modules[_PACKAGE]
    setattr(package, name, constructor_fn)
    if name not in package.__all__:
        package.__all__.append(name)
    return name


def get_registered_constructors() -> dict[str, Callable[..., Dataset]]:
    """The constructors by name."""
    return _registry().constructors


def _require_constructor(function: Callable[..., Any], name: str) -> None:
    if not name.startswith(("load_", "from_")):
        raise MlflowException.invalid_parameter_value(
            f"Invalid dataset constructor name: {name}. Constructor name must start with 'load_' or 'from_'."
        )
    parameters = inspect.signature(function).parameters
    for needed in ("name", "digest"):
        if needed not in parameters or parameters[needed].kind not in _BY_KEYWORD:
            raise MlflowException.invalid_parameter_value(
                f"Invalid dataset constructor function: {function.__name__}. Function must define an "
                f"optional parameter named '{needed}'."
            )
    if not _returns_dataset(function):
        raise MlflowException.invalid_parameter_value(
            f"Invalid dataset constructor function: {function.__name__}. Function must have a return type "
            "annotation that is a subclass of Dataset."
        )


def _returns_dataset(function: Callable[..., Any]) -> bool:
    try:
        returned = inspect.signature(function, eval_str=True).return_annotation
    except (NameError, SyntaxError):
        return False
    return isinstance(returned, type) and issubclass(returned, Dataset)


def _registry() -> DatasetRegistry:
    """What callers registered for this process, and our own."""
    return session.shared("dataset constructors", _own_constructors)


def _own_constructors() -> DatasetRegistry:
    registry = DatasetRegistry()
    registry.register_constructor(from_pandas)
    registry.register_constructor(from_numpy)
    return registry
