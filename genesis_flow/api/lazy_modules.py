"""Modules that are attributes of their package before anybody imported them, as MLflow's are."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType

__all__ = ["lazy_modules"]


def lazy_modules(package: str, *names: str) -> Callable[[str], ModuleType]:
    """
    The `__getattr__` of a package that imports the modules in it with these names when they are asked for.

    `import mlflow` imports most of MLflow, so scripts use `mlflow.types.schema.Schema` without a further import.
    """

    def found(name: str) -> ModuleType:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return import_module(f"{package}.{name}")

    return found
