"""The flavors that come with this package, by name and by the module that MLflow loads them with."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from genesis_flow.domain.errors import NotFound
from genesis_flow.ports.flavors import Flavors, ModelFlavor

#: Where the flavor with each name is; its module imports nothing heavy.
BUILT_IN: Final[Mapping[str, str]] = {
    "python_function": "genesis_flow.adapters.flavors.python_function:PythonFunctionFlavor",
    "pytorch": "genesis_flow.adapters.flavors.pytorch:PytorchFlavor",
    "sklearn": "genesis_flow.adapters.flavors.sklearn:SklearnFlavor",
    "transformers": "genesis_flow.adapters.flavors.transformers:TransformersFlavor",
}

#: The flavors of the `loader_module`s that a file may name. Such a name is looked up here and never imported.
LOADERS: Final[Mapping[str, str]] = {
    "mlflow.pyfunc.loaders.code_model": "python_function",
    "mlflow.pyfunc.model": "python_function",
    "mlflow.pytorch": "pytorch",
    "mlflow.sklearn": "sklearn",
    "mlflow.transformers": "transformers",
}


@attrs.frozen
class BuiltInFlavors(Flavors):
    """A table of flavors, each made when it is first asked for."""

    _homes: Mapping[str, str] = BUILT_IN
    _loaders: Mapping[str, str] = LOADERS
    _made: dict[str, ModelFlavor] = attrs.field(factory=dict, init=False)

    def get(self, name: str) -> ModelFlavor:
        if name not in self._made:
            if name not in self._homes:
                raise NotFound("flavor", name, f"There is no flavor '{name}', only {', '.join(self.names())}.")
            module, _, class_name = self._homes[name].partition(":")
            self._made[name] = getattr(importlib.import_module(module), class_name)()
        return self._made[name]

    def by_loader(self, loader_module: str) -> ModelFlavor | None:
        name = self._loaders.get(loader_module)
        return None if name is None else self.get(name)

    def names(self) -> Sequence[str]:
        return sorted(self._homes)
