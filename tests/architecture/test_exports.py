"""`__all__` is true: what it names is there, once, and what is public is in it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import genesis_flow.api

#: Needs the real mlflow, apart from its entry points.
PLUGIN = "genesis_flow.api.plugin."
MODULES = [
    "genesis_flow.api",
    *(
        module.name
        for module in pkgutil.walk_packages(genesis_flow.api.__path__, "genesis_flow.api.")
        if not module.name.startswith(PLUGIN) or module.name == f"{PLUGIN}entry_points"
    ),
]


def _loaded(name: str) -> ModuleType:
    return importlib.import_module(name)


EXPORTING = [name for name in MODULES if hasattr(_loaded(name), "__all__")]


@pytest.mark.parametrize("name", EXPORTING)
def test_what_is_exported_is_there(name: str) -> None:
    """Each name once, and nothing private."""
    module = _loaded(name)

    assert [] == [each for each in module.__all__ if not hasattr(module, each)]
    assert len(module.__all__) == len(set(module.__all__))
    assert [] == [each for each in module.__all__ if each.startswith("_")]


@pytest.mark.parametrize("name", EXPORTING)
def test_what_a_module_defines_for_others_is_exported(name: str) -> None:
    """A public function or class of its own is in `__all__`, where there is one."""
    module = _loaded(name)
    own = {
        each
        for each, value in vars(module).items()
        if not each.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == name
    }

    assert set() == own - set(module.__all__)


@pytest.mark.parametrize("name", sorted(genesis_flow.api.__all__))
def test_a_public_name_is_found_everywhere(name: str) -> None:
    """In the package and in its API it is the same object, with a documentation of its own."""
    value = getattr(genesis_flow.api, name)

    assert value is getattr(genesis_flow, name)
    assert inspect.getdoc(value)


def test_importing_all_modules_logs_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is loaded, users see nothing of it."""
    for name in MODULES:
        importlib.reload(_loaded(name)) if name.endswith((".version", ".numbers", ".paging")) else _loaded(name)

    assert ("", "") == tuple(capfd.readouterr())
