"""Doing something once a library is imported, without importing it."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

#: What is to be done, by library and by who wants it.
_waiting: dict[str, dict[str, Callable[[], None]]] = {}
_lock: Final = threading.RLock()


class _Finder:
    """Finds nothing itself: lets the others find a library that is waited for, and is told when it is loaded."""

    def __init__(self) -> None:
        self._here = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _waiting or getattr(self._here, "is_asking", False):
            return None
        self._here.is_asking = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._here.is_asking = False
        if spec is not None and hasattr(spec.loader, "exec_module"):
            _tell_when_loaded(spec.loader, fullname)
        return spec


_finder: Final = _Finder()


def when_imported(library: str, do: Callable[[], None], owner: str = "") -> None:
    """Call `do` once `library` is imported, or now if it is already; it replaces an earlier one of its owner."""
    with _lock:
        waiting = _waiting.setdefault(library, {})
        if library in sys.modules:
            waiting.pop(owner, None)
        else:
            waiting[owner] = do
            if _finder not in sys.meta_path:
                sys.meta_path.insert(0, _finder)
            return
    do()


def _tell_when_loaded(loader: Any, library: str) -> None:
    load = loader.exec_module

    def load_and_tell(module: ModuleType) -> None:
        load(module)
        for do in _waiting.pop(library, {}).values():
            do()

    loader.exec_module = load_and_tell
