"""Writing pickles and skops files, and seeing which packages they refer to. Reading them is in `loading`."""

from __future__ import annotations

import json
import pickle
import types
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

from genesis_flow.adapters.flavors.libraries import library
from genesis_flow.domain.errors import InvalidInput

#: Our package and MLflow's, as pickles name them: what we write is read where only MLflow is installed.
OURS: Final = "genesis_flow"
THEIRS: Final = "mlflow"

#: Classes of ours that models are built on, and what MLflow calls them.
_EQUIVALENTS: Final = {
    ("genesis_flow.api.pyfunc.model", "PythonModel"): ("mlflow.pyfunc.model", "PythonModel"),
    ("genesis_flow.ports.python_models", "PythonModelContext"): ("mlflow.pyfunc.model", "PythonModelContext"),
    ("genesis_flow.ports.python_models", "FunctionModel"): ("mlflow.pyfunc.model", "_FunctionPythonModel"),
    ("genesis_flow.api.exceptions", "MlflowException"): ("mlflow.exceptions", "MlflowException"),
}

#: What checks data by the types that a function names; the copy in a pickle is made anew where it is read.
_CHECKING: Final = ("mlflow.pyfunc.utils.data_validation", "pyfunc")


class _Named:
    """What a module has under a name, or the module itself: imported where the pickle is read."""

    def __init__(self, module: str, name: str | None = None) -> None:
        self._module, self._name = module, name

    def __reduce__(self) -> tuple[Any, ...]:
        from cloudpickle.cloudpickle import subimport

        if self._name is None:
            return subimport, (self._module,)
        return getattr, (_Named(self._module), self._name)


class _Called:
    """Stands for `_CHECKING` itself."""

    def __call__(self, function: Any) -> Any:  # never called here, but what reduces to a call has to be callable
        raise NotImplementedError

    def __reduce__(self) -> tuple[Any, ...]:
        return _Named(*_CHECKING).__reduce__()


def dump(
    model: Any, path: Path, *, by_value: bool, opened: Callable[[Path], IO[bytes]] | None = None
) -> frozenset[str]:
    """
    Pickle `model` into the file `path`.

    Args:
        by_value: Whether classes and functions that cannot be imported elsewhere are written with their code.
        opened: What opens the file for writing, for one that is compressed.

    Returns:
        The top-level modules that the pickle refers to.

    Raises:
        InvalidInput: It cannot be pickled.
    """
    kind = _by_value_pickler() if by_value else _Pickler
    try:
        with opened(path) if opened else path.open("wb") as file:
            pickler = kind(file, protocol=pickle.DEFAULT_PROTOCOL)
            pickler.dump(model)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput("model", f"Pickling the model of type {type(model).__name__} failed: {error}") from error
    found: frozenset[str] = frozenset(pickler.modules)
    return found


def modules_of_skops(path: Path) -> frozenset[str]:
    """The top-level modules that a skops file which we wrote refers to."""
    with zipfile.ZipFile(path) as archive:
        pending = [json.loads(archive.read("schema.json"))]
    found = set()
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            found.add(str(node.get("__module__", "")).partition(".")[0])
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return frozenset(found)


def _noted(modules: set[str], value: Any) -> None:
    if isinstance(value, types.ModuleType):
        name: Any = value.__name__
    elif isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        name = value.__module__
    else:
        name = type(value).__module__
    if isinstance(name, str):
        modules.add(name.partition(".")[0])


class _Pickler(pickle.Pickler):
    def __init__(self, file: IO[bytes], protocol: int) -> None:
        super().__init__(file, protocol)
        self.modules: set[str] = set()

    def reducer_override(self, value: Any) -> Any:
        _noted(self.modules, value)
        return NotImplemented


def _by_value_pickler() -> Any:
    cloudpickle = library("cloudpickle", distribution="cloudpickle", extra="sklearn")

    class ByValuePickler(cloudpickle.Pickler):  # type: ignore[misc, name-defined]
        def __init__(self, file: IO[bytes], protocol: int) -> None:
            super().__init__(file, protocol)
            self.modules: set[str] = set()

        def reducer_override(self, value: Any) -> Any:
            _noted(self.modules, value)
            if isinstance(value, type):
                equivalent = _EQUIVALENTS.get((value.__module__, value.__qualname__))
                if equivalent is not None:
                    return _Named(*equivalent).__reduce__()
            elif isinstance(value, types.ModuleType) and value.__name__.partition(".")[0] == OURS:
                name = value.__name__.removeprefix(f"{OURS}.api").removeprefix(OURS)
                return _Named(f"{THEIRS}{name}").__reduce__()
            elif isinstance(value, types.FunctionType) and getattr(value, "_is_pyfunc", False):
                return _Called(), (value.__wrapped__,)  # type: ignore[attr-defined]
            return super().reducer_override(value)

    return ByValuePickler
