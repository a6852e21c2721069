"""What is installed here, by the metadata of packages: nothing is imported, no process is started."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import sys
from pathlib import Path

#: Distributions of modules that are called otherwise and are met in most models.
_USUAL = {
    "cloudpickle": "cloudpickle", "joblib": "joblib", "numpy": "numpy", "pandas": "pandas", "scipy": "scipy",
    "sklearn": "scikit-learn", "skops": "skops", "torch": "torch", "transformers": "transformers",
}  # fmt: skip

#: What is never a requirement of a model: the interpreter's own, ours, and what comes with others.
_NEVER = frozenset(
    {"", "__main__", "__mp_main__", "_pytest", "builtins", "genesis_flow", "mlflow", "joblib", "pydantic_core"}
)


@functools.cache
def version_of(distribution: str) -> str | None:
    """The installed version of a distribution, None if it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def distributions_of(modules: frozenset[str]) -> set[str]:
    """The distributions that hold these top-level modules; none for modules of nobody."""
    wanted = modules - _NEVER - sys.stdlib_module_names
    usual = {_USUAL[name] for name in wanted if name in _USUAL}
    rest = wanted - _USUAL.keys()
    if not rest:
        return usual
    return usual | {name for module in rest for name in _packages().get(module, ())[:1]}


def imported_modules(path: Path) -> frozenset[str]:
    """The top-level modules that a file of code imports, wherever in it; none if it is no code."""
    try:
        nodes = list(ast.walk(ast.parse(path.read_bytes())))
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    names = [each.name for node in nodes if isinstance(node, ast.Import) for each in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return frozenset(name.partition(".")[0] for name in names)


@functools.cache
def _packages() -> dict[str, list[str]]:
    return dict(importlib.metadata.packages_distributions())
