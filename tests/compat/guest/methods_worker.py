"""Writes which methods of MLflow's stores ours have, with which parameters; for an interpreter with stock MLflow."""

from __future__ import annotations

import inspect
import json
from typing import Any


def methods(base: type, ours: type) -> dict[str, Any]:
    """The names that are ours, those that are as in `base`, and the parameters of those that are in both."""
    from_us = [part for part in ours.__mro__ if part.__module__.startswith("genesis_flow.")]
    own = {name for part in from_us for name in vars(part) if not name.startswith("__")}
    known = {name for name in dir(base) if not name.startswith(("__", "_abc_"))}
    return {
        "own": sorted(own),
        "inherited": sorted(known - own),
        "parameters": {name: [_parameters(base, name), _parameters(ours, name)] for name in sorted(own & known)},
    }


def _parameters(kind: type, name: str) -> list[str]:
    return list(inspect.signature(getattr(kind, name)).parameters)


def main() -> None:
    """Both stores, as one line of JSON."""
    from mlflow.store.model_registry.abstract_store import AbstractStore as Registry
    from mlflow.store.tracking.abstract_store import AbstractStore as Tracking

    from genesis_flow.api.plugin.registry_store import GenesisRegistryStore
    from genesis_flow.api.plugin.tracking_store import GenesisTrackingStore

    found = {"tracking": methods(Tracking, GenesisTrackingStore), "registry": methods(Registry, GenesisRegistryStore)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
