"""Running code that lies in a model directory, after the caller said that it may."""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import importlib
import importlib.util
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from genesis_flow import ALIASES, AliasFinder
from genesis_flow.adapters.flavors.pickling import THEIRS
from genesis_flow.domain.entities.model_record import FUNCTION, ModelRecord
from genesis_flow.domain.errors import CorruptRecord, InvalidInput
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.text import shown

_PREFIX: Final = "genesis-flow-code-"
_lock: Final = threading.RLock()
_copies: Final[dict[str, Path]] = {}


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
            sys.meta_path.insert(0, _Alias.finder)
    try:
        yield
    finally:
        with _lock:
            _Alias.users -= 1
            if not _Alias.users:
                sys.meta_path.remove(_Alias.finder)
                for name in [name for name in sys.modules if name.partition(".")[0] == THEIRS]:
                    del sys.modules[name]


class _Alias:
    """The finder of `named_as_mlflow`, and how many blocks need it now."""

    finder: Final = AliasFinder(THEIRS, ALIASES)
    users = 0


def _has_mlflow() -> bool:
    if _Alias.users:
        return False
    # Whether the program wants this package to be `mlflow` is its own decision.
    is_played = any(getattr(finder, "package", None) == THEIRS for finder in sys.meta_path)
    return is_played or THEIRS in sys.modules or _is_mlflow_installed()


@functools.cache
def _is_mlflow_installed() -> bool:
    return PathFinder.find_spec(THEIRS) is not None


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
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as directory:
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
    """Make a copy of the code importable, before all else; equal code has one copy in this process."""
    copy = Path(tempfile.mkdtemp(prefix=_PREFIX))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    shutil.copytree(
        directory, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), symlinks=True
    )
    with _lock:
        known = _copies.setdefault(_fingerprint(copy), copy)
        if known != copy:
            shutil.rmtree(copy, ignore_errors=True)
        for name in _top_level(known):
            _forget_others(name, known)
        if str(known) in sys.path:
            sys.path.remove(str(known))
        sys.path.insert(0, str(known))
        importlib.invalidate_caches()


def _fingerprint(directory: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found.update(f"{path.relative_to(directory)}\0{len(data)}\0".encode(errors="surrogateescape"))
        found.update(data)
    return found.hexdigest()


def _forget_others(name: str, directory: Path) -> None:
    """What another model brought under a name is not this model's."""
    for loaded in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        place = str(getattr(sys.modules[loaded], "__file__", None) or "")
        if _PREFIX in place and not place.startswith(f"{directory}/"):
            del sys.modules[loaded]


def _top_level(directory: Path) -> set[str]:
    return {each.stem if each.is_file() else each.name for each in directory.iterdir()}
