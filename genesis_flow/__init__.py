"""
MLflow-compatible experiment tracking as a library.

`import genesis_flow as mlflow` works for what is listed in the README. Importing this package loads next to
nothing: names and modules are loaded on first use.

The public modules live in `genesis_flow/api/`. One import alias maps the names that MLflow's users know,
`genesis_flow.entities` or `from genesis_flow.tracking import MlflowClient`, to them: both names give the
very same module object, so classes are never defined twice.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

#: What `genesis_flow.<name>` means; anything below it is found below the target.
_ALIASES = {
    name: f"genesis_flow.api.{name}"
    for name in (
        "artifacts", "client", "config", "data", "entities", "environment_variables", "exceptions",
        "store", "tracking", "utils", "version",
    )
}  # fmt: skip


class _AliasFinder:
    """Finds `genesis_flow.entities.run` as `genesis_flow.api.entities.run`, and so on."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, rest = fullname.partition(".")
        head, dot, tail = rest.partition(".")
        if package != __name__ or head not in _ALIASES:
            return None
        from importlib.util import find_spec

        real = find_spec(_ALIASES[head] + dot + tail)
        if real is None:
            return None
        loader: Any = _AliasLoader(real)
        return importlib.machinery.ModuleSpec(fullname, loader)


class _AliasLoader:
    """Gives the module of another name, unchanged."""

    def __init__(self, real: importlib.machinery.ModuleSpec) -> None:
        self._real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return importlib.import_module(self._real.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._real  # the import system has just put the alias's own in its place


if not any(type(finder).__name__ == _AliasFinder.__name__ for finder in sys.meta_path):
    sys.meta_path.append(_AliasFinder())


def __getattr__(name: str) -> Any:
    if name == "__all__":  # for `from genesis_flow import *`
        return [*importlib.import_module("genesis_flow.api").__all__, *_ALIASES]
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _ALIASES:
        value: Any = importlib.import_module(f"{__name__}.{name}")
    else:
        api = importlib.import_module("genesis_flow.api")
        if name not in api.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(api, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*importlib.import_module("genesis_flow.api").__all__, *_ALIASES, "__version__"})
