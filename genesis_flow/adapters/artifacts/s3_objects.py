"""Amazon S3, and what speaks its protocol, by s3fs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from genesis_flow.adapters.artifacts import digests
from genesis_flow.adapters.artifacts.bucket_uploads import BucketUploads
from genesis_flow.adapters.artifacts.buckets import BucketAddress, attachment
from genesis_flow.adapters.artifacts.fsspec_bucket import FsspecBucket, Head, translating_cloud_errors
from genesis_flow.adapters.artifacts.s3_uploads import S3Uploads
from genesis_flow.domain.values.storage import StorageAccess, Transfers

#: What S3 asks of all parts but the last.
_LEAST_PART: Final = 5 << 20
_ERASED_AT_ONCE: Final = 1_000


def open_s3(address: BucketAddress, access: StorageAccess) -> S3Bucket:
    """The objects of a bucket; credentials come from where all of Amazon's tools look for them."""
    from s3fs import S3FileSystem

    files = S3FileSystem(endpoint_url=access.s3_endpoint, use_listings_cache=False)
    transfers = Transfers(max(access.transfers.block_bytes, _LEAST_PART), access.transfers.threads)
    return S3Bucket(files, address.bucket, address.scheme, transfers)


@attrs.frozen
class S3Bucket(FsspecBucket):
    """The objects of one bucket of S3."""

    def head(self, name: str) -> Head | None:
        with translating_cloud_errors(name):
            try:
                found = self._files.call_s3("head_object", Bucket=self._bucket, Key=name)
            except FileNotFoundError:
                return None
        # An ETag is an MD5 only without encryption by a key service, so it is a version and no digest.
        return Head(found["ETag"], found["ContentLength"], found.get("Metadata", {}).get(digests.KEY))

    def metadata_option(self, metadata: dict[str, str]) -> dict[str, Any]:
        return {"Metadata": metadata}

    def erase(self, names: Sequence[str]) -> None:
        for start in range(0, len(names), _ERASED_AT_ONCE):
            batch = names[start : start + _ERASED_AT_ONCE]
            with translating_cloud_errors(batch[0]):
                self._files.call_s3(
                    "delete_objects", Bucket=self._bucket,
                    Delete={"Objects": [{"Key": name} for name in batch], "Quiet": True},
                )  # fmt: skip

    def download_url(self, name: str, expires_s: int) -> str:
        with translating_cloud_errors(name):
            saved = attachment(name)
            return str(self._files.sign(self._place(name), expiration=expires_s, ResponseContentDisposition=saved))

    def uploads(self) -> BucketUploads:
        return S3Uploads(self._files, self._bucket)

    def sweep(self, name: str, *, older_than_s: float) -> int:
        """Abort the uploads in parts that began long ago: their parts are stored, and paid for, until then."""
        erased, marker = 0, {"KeyMarker": "", "UploadIdMarker": ""}
        latest = datetime.now(UTC).timestamp() - older_than_s
        while True:
            with translating_cloud_errors(name):
                found = self._files.call_s3("list_multipart_uploads", Bucket=self._bucket, Prefix=f"{name}/", **marker)
            for each in found.get("Uploads", ()):
                if each["Initiated"].timestamp() <= latest:
                    with translating_cloud_errors(name):
                        self._files.call_s3(
                            "abort_multipart_upload", Bucket=self._bucket, Key=each["Key"], UploadId=each["UploadId"]
                        )
                    erased += 1
            if not found.get("IsTruncated"):
                return erased
            marker = {"KeyMarker": found["NextKeyMarker"], "UploadIdMarker": found["NextUploadIdMarker"]}
