"""What `import mlflow` loads of genesis-flow, and how a store says what is wrong; run by an interpreter with MLflow."""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

GROUPS = ("mlflow.tracking_store", "mlflow.model_registry_store", "mlflow.artifact_repository")


def loaded() -> dict[str, Any]:
    """The cost of loading our entry points, and the modules that are there once MLflow is imported."""
    before = {name for name in sys.modules if "." not in name}
    start = time.process_time()
    import_module("genesis_flow.api.plugin.entry_points")
    cpu_s = time.process_time() - start
    packages = {name for name in sys.modules if "." not in name} - before - sys.stdlib_module_names
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        import_module("mlflow")
        import_module("mlflow.tracking")
    return {
        "cpu_s": cpu_s,
        "packages": sorted(packages),
        "modules": sorted(name for name in sys.modules if name.startswith("genesis_flow")),
        "warnings": [str(each.message) for each in warned if "attempting to register" in str(each.message)],
    }


def offered() -> dict[str, list[str]]:
    """The schemes of our entry points by group."""
    return {
        group: sorted(point.name for point in entry_points(group=group) if "genesis_flow" in point.value)
        for group in GROUPS
    }


def refused(uri: str) -> list[str]:
    """What a store says that cannot be opened."""
    import mlflow

    try:
        mlflow.MlflowClient(uri).search_experiments()
    except mlflow.MlflowException as error:
        return [error.error_code, error.message]
    return []


def main() -> None:
    """Everything, as a line of JSON."""
    found = loaded()
    print(json.dumps({"loaded": found, "offered": offered(), "refused": [refused(uri) for uri in sys.argv[1:]]}))


if __name__ == "__main__":
    main()
