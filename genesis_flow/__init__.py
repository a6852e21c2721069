"""
MLflow-compatible experiment tracking as a library.

`import genesis_flow as mlflow` works for what is listed in the README. Importing this package loads next to
nothing: names and modules are loaded on first use.

The public modules live in `genesis_flow/api/`. One import alias maps the names that MLflow's users know,
`genesis_flow.entities` or `from genesis_flow.tracking import MlflowClient`, to them: both names give the
very same module object, so classes are never defined twice.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder

TYPE_CHECKING = False  # not from `typing`: until the finder below is in place, other threads cannot find an alias
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

__version__ = "0.1.0"

#: What `genesis_flow.<name>` means; anything below it is found below the target.
ALIASES = {
    name: f"genesis_flow.api.{name}"
    for name in (
        "artifacts", "client", "config", "data", "entities", "environment_variables", "exceptions", "flavors",
        "models", "prompt", "pyfunc", "pytorch", "sklearn", "store", "tracking", "transformers", "types", "utils",
        "version",
    )
}  # fmt: skip


class AliasFinder:
    """
    Finds `<package>.entities.run` as `genesis_flow.api.entities.run`, and so on.

    Attributes:
        package: What stands for `genesis_flow`.
        aliases: What the names right below it mean; anything below those is found below their targets.
    """

    def __init__(self, package: str, aliases: Mapping[str, str]) -> None:
        self.package, self.aliases = package, aliases

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, rest = fullname.partition(".")
        if package != self.package:
            return None
        head, dot, tail = rest.partition(".")
        if head in self.aliases:
            name = self.aliases[head] + dot + tail
        elif fullname != __name__ and not rest:
            name = __name__
        else:
            return None
        # Nothing is imported here: finders run under the lock of all imports, and would wait for other threads.
        real = __spec__ if name == __name__ else _file_of(name)
        if real is None:
            return None
        is_package = real.submodule_search_locations is not None
        spec: ModuleSpec = _ModuleSpec(fullname, _AliasLoader(name), origin=real.origin, is_package=is_package)
        return spec


class _AliasLoader:
    """Gives the module of another name, unchanged."""

    def __init__(self, name: str) -> None:
        self._name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self._name)
        self.real = module.__spec__
        # Another thread may be loading it under yet another name just now.
        while hasattr(getattr(self.real, "loader", None), "real"):
            self.real = self.real.loader.real  # type: ignore[union-attr]
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.real  # the import system has just put the alias's own in its place

    def get_code(self, fullname: str) -> Any:
        """For `python -m`."""
        loader: Any = getattr(_file_of(self._name), "loader", None)
        return loader.get_code(self._name)


def _file_of(name: str) -> ModuleSpec | None:
    """Where the module `name` of this package is; it is not imported, nor are its parents."""
    parents = name.split(".")[1:-1]
    return PathFinder.find_spec(name, ["/".join((place, *parents)) for place in __path__])


_ModuleSpec: Any = type(__spec__)

if not any(type(finder).__name__ == AliasFinder.__name__ for finder in sys.meta_path):
    # First, because the finder of files would load what is below an alias a second time, under its own name.
    sys.meta_path.insert(0, AliasFinder(__name__, ALIASES))


def __getattr__(name: str) -> Any:
    if name == "__all__":  # for `from genesis_flow import *`
        return [*import_module("genesis_flow.api").__all__, *ALIASES]
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in ALIASES:
        value: Any = import_module(f"{__name__}.{name}")
    else:
        api = import_module("genesis_flow.api")
        if name not in api.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(api, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*import_module("genesis_flow.api").__all__, *ALIASES, "__version__"})
