"""Which object storage serves a scheme; drivers are imported when a store of theirs is opened."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from genesis_flow.adapters.artifacts.azure_locations import azure_address
from genesis_flow.adapters.artifacts.buckets import Bucket, BucketAddress, bucket_address
from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.values.storage import StorageAccess


@attrs.frozen
class Cloud:
    """
    One kind of object storage.

    Attributes:
        extra: Of this package. needed: Modules that it brings. address_of: What a URI means.
        open_bucket: The bucket of an address; imports the driver.
    """

    extra: str
    needed: tuple[str, ...]
    address_of: Callable[[str], BucketAddress]
    open_bucket: Callable[[BucketAddress, StorageAccess], Bucket]

    def require_driver(self, scheme: str) -> None:
        """
        Refuse to go on without the driver.

        Raises:
            Unsupported: It is not installed; the message names the extra.
        """
        missing = [name for name in self.needed if not _is_installed(name)]
        if missing:
            raise Unsupported(
                f"Artifacts with the scheme '{scheme}' need the extra '{self.extra}': pip install "
                f"'genesis-flow[{self.extra}]'. Not installed: {', '.join(missing)}."
            )


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _azure_bucket(address: BucketAddress, access: StorageAccess) -> Bucket:
    from genesis_flow.adapters.artifacts.azure_blobs import open_container

    return open_container(address, access)


def _s3_bucket(address: BucketAddress, access: StorageAccess) -> Bucket:
    from genesis_flow.adapters.artifacts.s3_objects import open_s3

    return open_s3(address, access)


def _gcs_bucket(address: BucketAddress, access: StorageAccess) -> Bucket:
    from genesis_flow.adapters.artifacts.gcs_objects import open_gcs

    return open_gcs(address, access)


_AZURE: Final = Cloud("azure", ("azure.storage.blob", "azure.identity"), azure_address, _azure_bucket)
_S3: Final = Cloud("s3", ("s3fs",), bucket_address, _s3_bucket)
_GCS: Final = Cloud("gcs", ("gcsfs",), bucket_address, _gcs_bucket)

CLOUDS: Final[Mapping[str, Cloud]] = {
    **dict.fromkeys(("azure", "az", "abfs", "abfss", "wasb", "wasbs"), _AZURE),
    **dict.fromkeys(("s3", "s3a"), _S3),
    **dict.fromkeys(("gs", "gcs"), _GCS),
}
