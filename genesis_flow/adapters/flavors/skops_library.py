"""The library skops, without the frameworks that importing it would bring along."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

import attrs

from genesis_flow.adapters.flavors.libraries import library

#: Packages inside scikit-learn of which each imports a whole framework; skops only looks for estimators in them.
_NOT_NEEDED: Final = tuple(
    f"sklearn.{place}array_api_compat.{framework}"
    for place in ("externals.", "utils._")
    for framework in ("cupy", "dask", "torch")
)


@attrs.frozen(eq=False)
class _Refusing:
    """Says that some packages are not there, to the thread that asked for this only."""

    thread: int

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in _NOT_NEEDED and threading.get_ident() == self.thread:
            raise ModuleNotFoundError(f"{name} is not needed now", name=name)
        return None


def skops_io() -> Any:
    """
    The module `skops.io`, imported.

    While it is imported, it imports every package of scikit-learn, and those for other frameworks import PyTorch.

    Raises:
        Unsupported: It is not installed.
    """
    if "skops.io" in sys.modules:
        return sys.modules["skops.io"]
    finder: Any = _Refusing(threading.get_ident())
    sys.meta_path.insert(0, finder)
    try:
        return library("skops.io", distribution="skops", extra="sklearn")
    finally:
        sys.meta_path.remove(finder)
