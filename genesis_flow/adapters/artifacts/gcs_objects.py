"""Google Cloud Storage, by gcsfs."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import attrs

from genesis_flow.adapters.artifacts import digests
from genesis_flow.adapters.artifacts.buckets import BucketAddress
from genesis_flow.adapters.artifacts.fsspec_bucket import FsspecBucket, Head, translating_cloud_errors
from genesis_flow.adapters.artifacts.parallel import in_parallel
from genesis_flow.domain.errors import NeedsCredentials
from genesis_flow.domain.values.storage import StorageAccess


def open_gcs(address: BucketAddress, access: StorageAccess) -> GcsBucket:
    """The objects of a bucket; credentials come from where all of Google's tools look for them."""
    from gcsfs.core import GCSFileSystem

    # An emulator knows nobody.
    token = {"token": "anon"} if access.gcs_endpoint else {}
    files = GCSFileSystem(endpoint_url=access.gcs_endpoint, use_listings_cache=False, **token)
    return GcsBucket(files, address.bucket, address.scheme, access.transfers)


@attrs.frozen
class GcsBucket(FsspecBucket):
    """The objects of one bucket of Google Cloud Storage."""

    def head(self, name: str) -> Head | None:
        with translating_cloud_errors(name):
            try:
                found = self._files.info(self._place(name))
            except FileNotFoundError:
                return None
        if found["type"] != "file" or found["name"] != self._place(name):
            return None
        version = str(found.get("generation") or found.get("etag"))
        md5 = base64.b64decode(found["md5Hash"]) if found.get("md5Hash") else None
        return Head(version, int(found["size"]), (found.get("metadata") or {}).get(digests.KEY), md5)

    def metadata_option(self, metadata: dict[str, str]) -> dict[str, Any]:
        return {"metadata": metadata}

    def erase(self, names: Sequence[str]) -> None:
        in_parallel(self._erase_one, names, threads=self.transfers.threads)

    def _erase_one(self, name: str) -> None:
        with translating_cloud_errors(name):
            try:
                self._files.rm_file(self._place(name))
            except FileNotFoundError:
                return

    def download_url(self, name: str, expires_s: int) -> str:
        try:
            with translating_cloud_errors(name):
                return str(self._files.sign(self._place(name), expiration=expires_s))
        except AttributeError:
            raise NeedsCredentials(
                "These credentials of Google Cloud cannot make links: use those of a service account, with its key."
            ) from None

    def sweep(self, name: str, *, older_than_s: float) -> int:
        """What was sent and not finished is never listed; the service erases it after a week."""
        return 0
