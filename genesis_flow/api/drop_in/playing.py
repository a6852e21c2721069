"""What the module that plays `mlflow` is made of."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import genesis_flow
from genesis_flow.api.drop_in import absences
from genesis_flow.api.drop_in.finder import MLFLOW, MODULES, DropInFinder, installed
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION

__all__ = ["COMPATIBLE_MLFLOW_VERSION", "attribute", "be_found", "names"]


def be_found() -> None:
    """Have one finder in force, before all others; the one that is, if there is one."""
    finder = installed() or DropInFinder()
    others = [each for each in sys.meta_path if getattr(each, "package", None) != MLFLOW]
    sys.meta_path[:] = [finder, *others]


def attribute(name: str) -> Any:
    """
    What `mlflow.<name>` is: a function, a class, or a module, which is imported.

    Raises:
        AttributeError: This package does not have it; says why.
    """
    if name in MODULES:
        return import_module(f"{MLFLOW}.{name}")
    if name == "__all__" or name in names():
        return getattr(genesis_flow, name)
    hint = f"module {MLFLOW!r} has no attribute {name!r}"
    if not name.startswith("_"):
        hint = absences.explanation(f"{MLFLOW}.{name}")
    raise AttributeError(hint, name=name, obj=sys.modules.get(MLFLOW))


def names() -> list[str]:
    """What the module has, loaded or not."""
    return dir(genesis_flow)
