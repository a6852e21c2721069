"""Being a guest costs nothing until a store is opened."""

from __future__ import annotations

import pytest

from tests.compat.guest.conftest import Guest

pytestmark = pytest.mark.stock

MOST_CPU_S = 0.03
ATTEMPTS = 5
SCRIPT = "tests.compat.guest.importing_script"
PASSWORD = "c0rrect-h0rse"
STORES = ["genesis+sqlite", "mongodb", "mongodb+srv"]


def test_importing_mlflow_loads_the_entry_points_only(guest: Guest) -> None:
    """Within 30 ms of CPU, no package of others; a store that cannot be opened says why, without its password."""
    found = guest.run(
        SCRIPT,
        f"mongodb://ann:{PASSWORD}/x@localhost/database",
        f"mongodb://ann:{PASSWORD}@localhost:1/database?serverSelectionTimeoutMS=50",
        "genesis+sqlite:///",
    )
    loaded, best = found["loaded"], found["loaded"]["cpu_s"]
    for _ in range(ATTEMPTS):  # whatever else runs only ever adds to it
        if best <= MOST_CPU_S:
            break
        best = min(best, guest.run(SCRIPT)["loaded"]["cpu_s"])
    codes, texts = zip(*found["refused"], strict=True)

    assert best <= MOST_CPU_S
    assert (["genesis_flow"], []) == (loaded["packages"], loaded["warnings"])
    assert [
        "genesis_flow", "genesis_flow.api", "genesis_flow.api.plugin", "genesis_flow.api.plugin.entry_points",
    ] == loaded["modules"]  # fmt: skip
    assert {
        "mlflow.tracking_store": STORES,
        "mlflow.model_registry_store": STORES,
        "mlflow.artifact_repository": ["abfs", "abfss", "az", "azure"],
    } == found["offered"]
    assert ("INVALID_PARAMETER_VALUE", "TEMPORARILY_UNAVAILABLE", "INVALID_PARAMETER_VALUE") == codes
    assert PASSWORD not in "".join(texts)
