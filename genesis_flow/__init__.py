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

TYPE_CHECKING = False  # not from `typing`: until the finder below is in place, other threads cannot find an alias
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

__version__ = "0.1.0"

#: What `genesis_flow.<name>` means; anything below it is found below the target.
_ALIASES = {
    name: f"genesis_flow.api.{name}"
    for name in (
        "artifacts", "client", "config", "data", "entities", "environment_variables", "exceptions", "flavors",
        "models", "prompt", "pyfunc", "pytorch", "sklearn", "store", "tracking", "transformers", "types", "utils",
        "version",
    )
}  # fmt: skip


class _AliasFinder:
    """Finds `genesis_flow.entities.run` as `genesis_flow.api.entities.run`, and so on."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, rest = fullname.partition(".")
        if package != __name__ or rest.partition(".")[0] not in _ALIASES:
            return None
        # Nothing is imported here: finders run under the lock of all imports, and would wait for other threads.
        spec: ModuleSpec = _ModuleSpec(fullname, _AliasLoader())
        return spec


class _AliasLoader:
    """Gives the module of another name, unchanged."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        head, dot, tail = spec.name.partition(".")[2].partition(".")
        name = _ALIASES[head] + dot + tail
        try:
            real = import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            raise ModuleNotFoundError(f"No module named {spec.name!r}", name=spec.name) from None
        self._real = real.__spec__
        return real

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._real  # the import system has just put the alias's own in its place


_ModuleSpec: Any = type(__spec__)

if not any(type(finder).__name__ == _AliasFinder.__name__ for finder in sys.meta_path):
    # First, because the finder of files would load what is below an alias a second time, under its own name.
    sys.meta_path.insert(0, _AliasFinder())


def __getattr__(name: str) -> Any:
    if name == "__all__":  # for `from genesis_flow import *`
        return [*import_module("genesis_flow.api").__all__, *_ALIASES]
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _ALIASES:
        value: Any = import_module(f"{__name__}.{name}")
    else:
        api = import_module("genesis_flow.api")
        if name not in api.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(api, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*import_module("genesis_flow.api").__all__, *_ALIASES, "__version__"})
