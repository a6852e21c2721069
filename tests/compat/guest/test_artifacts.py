"""Stock MLflow keeps artifacts in Azure Blob Storage by our repository."""

from __future__ import annotations

import pytest

from tests.adapters.artifacts import azure
from tests.compat.guest.conftest import SQLITE, Guest
from tests.services.azure_blobs import required_connection_string

pytestmark = pytest.mark.stock

OF_A_SCHEME = {
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
}


def test_a_repository_keeps_its_promises(guest: Guest) -> None:
    """By each scheme, files and trees are stored, listed, downloaded and erased; a run keeps its artifacts there."""
    with azure.container(f"guest-{guest.version.replace('.', '-')}") as container:
        found = guest.run(
            "tests.compat.guest.artifacts_script", container.container_name, f"{SQLITE}{guest.directory}/cloud.db",
            AZURE_STORAGE_CONNECTION_STRING=required_connection_string(),
        )  # fmt: skip

    assert {"uri": True, "listed": ["inner", "notes.txt"], "text": "words"} == found.pop("run")
    assert dict.fromkeys(("azure", "az", "abfs", "abfss"), OF_A_SCHEME) == found
