"""The artifact stores keep the contract of their port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.adapters.artifacts.proxied import ProxiedArtifactStores
from genesis_flow.domain.values.storage import StorageAccess
from genesis_flow.ports.artifacts import ArtifactStore
from tests.adapters.artifacts import azure
from tests.contracts.artifacts import FILE_NAMES, ArtifactStoreContract
from tests.services import objects


@pytest.fixture(scope="module")
def azure_container() -> Iterator[str]:
    """The name of an empty container."""
    with azure.container("contract") as client:
        yield client.container_name


@pytest.fixture(scope="module")
def s3_access() -> Iterator[Callable[[], StorageAccess]]:
    """Access to an S3 with the bucket "data"."""
    with objects.s3_endpoint() as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in objects.S3_ENVIRONMENT.items():
            patch.setenv(name, value)
        from s3fs import S3FileSystem

        S3FileSystem(endpoint_url=endpoint, use_listings_cache=False).mkdir("data")
        yield lambda: StorageAccess(s3_endpoint=endpoint)


@pytest.fixture(scope="module")
def gcs_access() -> Iterator[Callable[[], StorageAccess]]:
    """Access to a Google Cloud Storage with the bucket "data"."""
    with objects.gcs_endpoint() as endpoint:
        from gcsfs.core import GCSFileSystem

        GCSFileSystem(endpoint_url=endpoint, token="anon", use_listings_cache=False, project="test").mkdir("data")
        yield lambda: StorageAccess(gcs_endpoint=endpoint)


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


class TestProxiedStore(ArtifactStoreContract):
    """Artifacts that a server keeps for its clients on a local disk."""

    @pytest.fixture
    def new_store(self, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], ArtifactStore]:
        stores = ProxiedArtifactStores(FsspecArtifactStores(), str(tmp_path_factory.mktemp("root")))
        return lambda: stores.open(f"mlflow-artifacts:/{uuid4().hex}/a b%25")


class TestMemoryStore(ArtifactStoreContract):
    """Artifacts in memory."""

    @pytest.fixture
    def new_store(self) -> Callable[[], ArtifactStore]:
        return lambda: FsspecArtifactStores().open(f"memory://{uuid4().hex}/root")


class TestAzureStore(ArtifactStoreContract):
    """Artifacts in Azure Blob Storage."""

    machine_steps = 8

    @pytest.fixture
    def new_store(self, azure_container: str) -> Callable[[], ArtifactStore]:
        return lambda: azure.stores().open(f"azure://{azure_container}/{uuid4().hex}/a b%25")


class TestS3Store(ArtifactStoreContract):
    """Artifacts in S3."""

    machine_steps = 8

    @pytest.fixture
    def new_store(self, s3_access: Callable[[], StorageAccess]) -> Callable[[], ArtifactStore]:
        return lambda: FsspecArtifactStores(s3_access).open(f"s3://data/{uuid4().hex}/a b%25")


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")  # how gcsfs sends pieces
class TestGcsStore(ArtifactStoreContract):
    """Artifacts in Google Cloud Storage."""

    machine_steps = 8

    @pytest.mark.parametrize("name", [name for name in FILE_NAMES if ";" not in name])
    def test_names_are_kept_as_they_are(self, open_store: ArtifactStore, name: str) -> None:
        """As in the contract; the emulator cuts the names that it is asked for at `;`."""
        super().test_names_are_kept_as_they_are(open_store, name)

    @pytest.fixture
    def new_store(self, gcs_access: Callable[[], StorageAccess]) -> Callable[[], ArtifactStore]:
        return lambda: FsspecArtifactStores(gcs_access).open(f"gs://data/{uuid4().hex}/a b")
