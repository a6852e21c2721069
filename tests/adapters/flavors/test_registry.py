"""Flavors are found by name; what a file names is looked up, never imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from genesis_flow.adapters.flavors.registry import BUILT_IN, LOADERS, FlavorRegistry
from genesis_flow.domain.errors import NotFound
from genesis_flow.ports.flavors import ModelFlavor

FLAVORS = FlavorRegistry()


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_flavor_is_found(name: str) -> None:
    """By its name, once, and by its loader module."""
    found = FLAVORS.get(name)

    assert isinstance(found, ModelFlavor)
    assert name == found.name
    assert found is FLAVORS.get(name)
    assert name == LOADERS[found.loader_module]


@pytest.mark.parametrize("name", ["os", "mlflow.sklearn.os", "sklearn", "genesis_flow.sklearn", "", "mlflow.sklearn "])
def test_other_loader_modules_are_nobodys(name: str) -> None:
    """Only exact names count."""
    assert FLAVORS.by_loader(name) is None


def test_an_unknown_flavor_is_not_found() -> None:
    """The error says which there are."""
    with pytest.raises(NotFound, match="python_function"):
        FLAVORS.get("spark")


def test_finding_flavors_imports_nothing_heavy() -> None:
    """Neither the libraries, nor YAML."""
    code = (
        "import sys; from genesis_flow.adapters.flavors.registry import FlavorRegistry as B; "
        "[B().get(n) for n in B().names()]; "
        "print(sorted({m.partition('.')[0] for m in sys.modules} & "
        "{'sklearn', 'torch', 'transformers', 'numpy', 'pandas', 'skops', 'cloudpickle', 'yaml', 'mlflow'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
