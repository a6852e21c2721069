"""A container on Azurite for the tests of one module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.domain.values.storage import Transfers
from tests.services import azure_blobs

#: Small pieces, so that little data have many of them.
SMALL = Transfers(block_bytes=128 << 10, threads=4)


@contextmanager
def container(name: str) -> Iterator[Any]:
    """The driver's client of a new container, which is erased afterwards; the test is skipped without a server."""
    text = azure_blobs.required_connection_string()
    from azure.storage.blob import BlobServiceClient

    with BlobServiceClient.from_connection_string(text) as service:
        client = service.create_container(azure_blobs.container_name(name))
        try:
            yield client
        finally:
            client.delete_container()


def stores(**changes: Any) -> FsspecArtifactStores:
    """Artifact stores with access to the account of the tests, in small pieces."""
    return FsspecArtifactStores(partial(azure_blobs.access, **{"transfers": SMALL, **changes}))
