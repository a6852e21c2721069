"""Finding `mlflow` and what is below it in this package."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Final

import genesis_flow
from genesis_flow import ALIASES, AliasFinder
from genesis_flow.api.drop_in import absences

MLFLOW: Final = "mlflow"
#: Holds nothing but `mlflow`: an interpreter that has it on its path imports this package under that name.
DIRECTORY: Final = f"{__file__.rpartition('finder')[0]}path"
#: Where interpreters find this package.
ROOT: Final = os.path.dirname(os.path.dirname(os.path.abspath(genesis_flow.__file__)))

#: What names right below `mlflow` mean, if they are modules.
MODULES: Final = {**ALIASES, "version": "genesis_flow.api.drop_in.version"}


class DropInFinder(AliasFinder):
    """Finds `mlflow.entities.run` as `genesis_flow.api.entities.run`, and `mlflow` as the module that plays it."""

    def __init__(self) -> None:
        super().__init__(MLFLOW, MODULES)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == MLFLOW:
            return PathFinder.find_spec(fullname, [DIRECTORY])
        found = super().find_spec(fullname, path, target)
        if found is None and fullname.startswith(f"{MLFLOW}."):
            _explain(fullname)
        return found


def _explain(fullname: str) -> None:
    """
    Raise an error that says why there is no such module, where an import statement wants it.

    Who only asks whether there is one, with `importlib.util.find_spec`, is not told by an error.
    """
    callers, frame = set(), sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        callers.add(frame.f_code.co_name)
        frame = frame.f_back  # type: ignore[assignment]
    if "_handle_fromlist" in callers:
        # For `from mlflow import name`, Python drops a ModuleNotFoundError and has a text of its own.
        raise ImportError(absences.explanation(fullname), name=MLFLOW)
    if "_find_and_load_unlocked" in callers:
        raise ModuleNotFoundError(absences.explanation(fullname), name=fullname)


def installed() -> DropInFinder | None:
    """The finder that is in force, None without one."""
    return next((finder for finder in sys.meta_path if isinstance(finder, DropInFinder)), None)


def is_played(module: ModuleType | None) -> bool:
    """Whether a module that is loaded as `mlflow` is this package."""
    return hasattr(module, "__genesis_flow__") or getattr(module, "__name__", None) == "genesis_flow"
