"""Stock MLflow keeps artifacts in Azure Blob Storage by our repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters.artifacts import azure
from tests.compat.guest.conftest import SQLITE, Guest
from tests.services.azure_blobs import required_connection_string

pytestmark = [pytest.mark.stock, pytest.mark.xdist_group("guest-scripts")]


@pytest.fixture(scope="module")
def found(guest: Guest) -> Iterator[dict[str, Any]]:
    """What a script did with each scheme."""
    with azure.container(f"guest-{guest.version.replace('.', '-')}") as container:
        yield guest.run(
            "tests.compat.guest.artifacts_script", container.container_name, f"{SQLITE}{guest.directory}/cloud.db",
            AZURE_STORAGE_CONNECTION_STRING=required_connection_string(),
        )  # fmt: skip


@pytest.mark.parametrize("scheme", ["azure", "az", "abfs", "abfss"])
def test_a_repository_keeps_its_promises(found: dict[str, Any], scheme: str) -> None:
    """Files and trees are stored, listed, downloaded and erased; errors have MLflow's codes."""
    assert {
        "kind": "GenesisArtifactRepository",
        "root": ["a.txt", "deep", "tree"],
        "listed": [["tree/a.txt", False, 1], ["tree/inner", True, None]],
        "of a file": [],
        "whole": ["tree/a.txt", "tree/inner/b c.txt"],
        "one": ["tree/inner/b c.txt", "b"],
        "renamed": "a",
        "all": ["a.txt", "deep/er/a.txt", "tree/a.txt", "tree/inner/b c.txt"],
        "errors": {
            "missing": "RESOURCE_DOES_NOT_EXIST",
            "outside": "INVALID_PARAMETER_VALUE",
            "no target": "RESOURCE_DOES_NOT_EXIST",
            "a file as target": "INVALID_PARAMETER_VALUE",
            "no source": "RESOURCE_DOES_NOT_EXIST",
        },
        "after": ["tree/a.txt"],
        "at last": [],
    } == found[scheme]


def test_runs_keep_their_artifacts_there(found: dict[str, Any]) -> None:
    """An experiment's location decides, as in MLflow."""
    assert {"uri": True, "listed": ["inner", "notes.txt"], "text": "words"} == found["run"]
