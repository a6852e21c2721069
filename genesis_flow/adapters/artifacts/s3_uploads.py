"""Uploads that clients send to S3 themselves, by presigned requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from mimetypes import guess_type
from typing import Any, Final

import attrs
from fsspec.asyn import sync

from genesis_flow.adapters.artifacts.bucket_uploads import BucketUploads
from genesis_flow.adapters.artifacts.fsspec_bucket import translating_cloud_errors
from genesis_flow.domain.entities.artifact import MultipartUpload, UploadedPart, UploadLink
from genesis_flow.domain.errors import Conflict, GenesisFlowError, InvalidInput, NotFound

_UNKNOWN: Final = "application/octet-stream"


def _no_upload(name: str) -> GenesisFlowError:
    return NotFound("upload", name, f"There is no such upload of '{name}': it was completed or given up.")


def _parts_missing(name: str) -> GenesisFlowError:
    return Conflict(f"Not all parts of '{name}' are there as they were said to be. Upload it again.")


def _parts_small(name: str) -> GenesisFlowError:
    return InvalidInput("parts", f"S3 wants 5 MiB in each part of '{name}' but the last.")


#: What S3 says against an upload; the rest is as everywhere.
_BY_CODE: Final[Mapping[str, Callable[[str], GenesisFlowError]]] = {
    "NoSuchUpload": _no_upload,
    "InvalidPart": _parts_missing,
    "InvalidPartOrder": _parts_missing,
    "EntityTooSmall": _parts_small,
}


@attrs.frozen
class S3Uploads(BucketUploads):
    """
    Uploads to one bucket.

    Attributes:
        files: An s3fs filesystem. bucket: Its name.
    """

    _files: Any
    _bucket: str

    def link(self, name: str, *, expires_s: int) -> UploadLink:
        kind = guess_type(name)[0] or _UNKNOWN
        with translating_cloud_errors(name):
            (url,) = self._signed("put_object", [{"Key": name, "ContentType": kind}], expires_s)
        return UploadLink(url, {"Content-Type": kind})

    def begin(self, name: str, *, parts: int, expires_s: int) -> MultipartUpload:
        with translating_cloud_errors(name):
            id = str(self._files.call_s3("create_multipart_upload", Bucket=self._bucket, Key=name)["UploadId"])
            requests = ({"Key": name, "UploadId": id, "PartNumber": number} for number in range(1, parts + 1))
            urls = self._signed("upload_part", requests, expires_s)
        return MultipartUpload(id, [*map(UploadLink, urls)])

    def complete(self, name: str, upload_id: str | None, parts: Sequence[UploadedPart]) -> None:
        lacking = [part.number for part in parts if not part.etag]
        if lacking:
            raise InvalidInput(f"parts[{lacking[0] - 1}].etag", "Give the ETag that the storage answered to each part.")
        given = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        with self._of_upload(name, upload_id) as upload:
            self._files.call_s3("complete_multipart_upload", **upload, MultipartUpload={"Parts": given})

    def abort(self, name: str, upload_id: str | None) -> None:
        with self._of_upload(name, upload_id) as upload:
            self._files.call_s3("abort_multipart_upload", **upload)

    @contextmanager
    def _of_upload(self, name: str, upload_id: str | None) -> Iterator[Mapping[str, str]]:
        """The arguments that name an upload; what S3 says against it is raised."""
        if not upload_id:
            raise InvalidInput("upload_id", "Give the id that the upload was begun with.")
        with translating_cloud_errors(name):
            try:
                yield {"Bucket": self._bucket, "Key": name, "UploadId": upload_id}
            except OSError as error:
                maker = _BY_CODE.get(_code_of(error))
                if maker is None:
                    raise
                raise maker(name) from None

    def _signed(self, method: str, requests: Iterable[Mapping[str, Any]], expires_s: int) -> list[str]:
        async def sign() -> list[str]:
            await self._files.set_session()
            s3 = await self._files.get_s3(self._bucket)
            return [
                await s3.generate_presigned_url(method, Params={"Bucket": self._bucket, **each}, ExpiresIn=expires_s)
                for each in requests
            ]

        signed: list[str] = sync(self._files.loop, sign)
        return signed


def _code_of(error: OSError) -> str:
    """The code that S3 gave, "" without one; s3fs keeps what botocore raised as the cause."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
