"""The artifact stores keep the contract of their port."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.ports.artifacts import ArtifactStore
from tests.contracts.artifacts import ArtifactStoreContract


class TestLocalStore(ArtifactStoreContract):
    """Artifacts on a local disk."""

    @pytest.fixture
    def new_store(self, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], ArtifactStore]:
        top = tmp_path_factory.mktemp("root")
        return lambda: FsspecArtifactStores().open(f"file://{top}/{uuid4().hex}/a%20b")


class TestLinkedLocalStore(ArtifactStoreContract):
    """Artifacts on a local disk, where the root itself is reached through a link."""

    @pytest.fixture
    def new_store(self, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], ArtifactStore]:
        top = tmp_path_factory.mktemp("root")
        (top / "real").mkdir()
        (top / "link").symlink_to("real")
        return lambda: FsspecArtifactStores().open(str(Path(top, "link", uuid4().hex)))


class TestMemoryStore(ArtifactStoreContract):
    """Artifacts in memory."""

    @pytest.fixture
    def new_store(self) -> Callable[[], ArtifactStore]:
        return lambda: FsspecArtifactStores().open(f"memory://{uuid4().hex}/root")
