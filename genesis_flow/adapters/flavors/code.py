"""Running code that lies in a model directory, after the caller said that it may."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import importlib.abc
import importlib.util
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from genesis_flow.adapters.flavors.pickling import OURS, THEIRS
from genesis_flow.domain.entities.model_record import FUNCTION, ModelRecord
from genesis_flow.domain.errors import CorruptRecord, InvalidInput
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.text import shown

_lock: Final = threading.RLock()


@contextlib.contextmanager
def importing(directory: Path, record: ModelRecord, code: Any = None) -> Iterator[None]:
    """
    Let the model's own code be imported, and `mlflow` mean this package where MLflow is not installed.

    The code is copied first, so that nothing which was compiled elsewhere is run, and nothing is left in the
    model directory. It stays importable, as with MLflow.
    """
    code = code or record.flavors.get(FUNCTION, {}).get("code")
    if code:
        _add_to_path(contained(directory, code, is_directory=True))
    with named_as_mlflow():
        yield


@contextlib.contextmanager
def named_as_mlflow() -> Iterator[None]:
    """Let `import mlflow` find this package while the block runs, unless the real one is there."""
    if _has_mlflow():
        yield
        return
    with _lock:
        _Alias.users += 1
        if _Alias.users == 1:
            # First, because the finder of files would load what is below an alias a second time, under its own name.
            sys.meta_path.insert(0, _ALIAS)
    try:
        yield
    finally:
        with _lock:
            _Alias.users -= 1
            if not _Alias.users:
                sys.meta_path.remove(_ALIAS)
                for name in _Alias.found:
                    sys.modules.pop(name, None)
                _Alias.found.clear()


def _has_mlflow() -> bool:
    return (THEIRS in sys.modules and THEIRS not in _Alias.found) or PathFinder.find_spec(THEIRS) is not None


class _Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `mlflow.pyfunc` as `genesis_flow.pyfunc`."""

    users = 0
    found: Final[set[str]] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != THEIRS:
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        name = OURS + spec.name.removeprefix(THEIRS)
        try:
            real = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            raise ModuleNotFoundError(f"No module named {spec.name!r}", name=spec.name) from None
        self.found.add(spec.name)
        spec.loader_state = real.__spec__
        return real

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None and spec.loader_state is not None:
            module.__spec__ = spec.loader_state  # the import system has just put the alias's own in its place


_ALIAS: Final = _Alias()


def module_of(name: str) -> ModuleType:
    """
    The module `name`, which the model's record says loads it.

    Raises:
        CorruptRecord: It cannot be imported.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise CorruptRecord(f"The model's loader_module {shown(name)} cannot be imported: {error}") from error


def run_file(path: Path, label: str) -> ModuleType:
    """
    A module made of the file `path`.

    Raises:
        InvalidInput: What the file raises.
    """
    with tempfile.TemporaryDirectory(prefix="genesis-flow-code-") as directory:
        copy = Path(shutil.copy(path, directory))
        spec = importlib.util.spec_from_file_location("__mlflow_model__", copy)
        if spec is None or spec.loader is None:
            raise InvalidInput(label, f"{shown(path.name)} is not a file of Python code.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise InvalidInput(
                label, f"Failed to run the code of the model in {shown(path.name)}: {type(error).__name__}: {error}"
            ) from error
        finally:
            sys.dont_write_bytecode = before
            sys.modules.pop(spec.name, None)
    return module


def _add_to_path(directory: Path) -> None:
    copy = tempfile.mkdtemp(prefix="genesis-flow-code-")
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    shutil.copytree(
        directory, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), symlinks=True
    )
    with _lock:
        for name in _top_level(Path(copy)):
            # What another model brought under this name is not this model's.
            for loaded in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
                if _is_of_a_model(sys.modules[loaded]):
                    del sys.modules[loaded]
        sys.path.insert(0, copy)
        importlib.invalidate_caches()


def _top_level(directory: Path) -> set[str]:
    return {each.stem if each.is_file() else each.name for each in directory.iterdir()}


def _is_of_a_model(module: ModuleType) -> bool:
    return "genesis-flow-code-" in (getattr(module, "__file__", None) or "")
