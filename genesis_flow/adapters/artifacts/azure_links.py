"""
Links to blobs, for clients that have no credentials.

Each is a signature for one blob and for one thing that is done with it. An upload in parts needs no memory here: the
id of each block says of which upload it is, so blocks of two uploads of one blob are never mixed. All ids have the
length of those of `azure_uploads`, as the service wants it of the blocks of one blob.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote

import attrs
from azure.core.exceptions import HttpResponseError

from genesis_flow.adapters.artifacts.azure_accounts import AccountAccess
from genesis_flow.adapters.artifacts.azure_errors import code_of, translating_azure_errors
from genesis_flow.adapters.artifacts.azure_uploads import LOST, block_id
from genesis_flow.adapters.artifacts.bucket_uploads import BucketUploads
from genesis_flow.adapters.artifacts.buckets import attachment
from genesis_flow.domain.entities.artifact import MultipartUpload, UploadedPart, UploadLink
from genesis_flow.domain.errors import Conflict, InvalidInput, NeedsCredentials

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, BlobServiceClient, ContainerClient

#: What a client may do with a blob to store it: "create" alone would not let it replace one.
_WRITE: Final = "w"
_READ: Final = "r"
_TOKEN_BYTES: Final = 24
_ID: Final = re.compile(r"(\d{5})-([0-9a-f]{48})")
_PUT_BLOB: Final = {"x-ms-blob-type": "BlockBlob"}
_FORBIDDEN: Final = 403
#: Clocks differ: what begins now would not yet be valid for some.
_BEFORE: Final = timedelta(minutes=5)


@attrs.frozen
class AzureLinks(BucketUploads):
    """
    Links to the blobs of one container.

    Attributes:
        service: The client of its account. container: Its client. who: Asks. Its key signs; without one, the identity
            of the process does, by a key that the service gives it for the time of a link.
    """

    _service: BlobServiceClient
    _container: ContainerClient
    _who: AccountAccess

    def download_url(self, name: str, expires_s: int) -> str:
        """A URL from which the blob can be read, to be saved under its own name."""
        blob = self._container.get_blob_client(name)
        return f"{blob.url}?{self._signature(name, _READ, expires_s, attachment(name))}"

    def link(self, name: str, *, expires_s: int) -> UploadLink:
        blob = self._container.get_blob_client(name)
        return UploadLink(f"{blob.url}?{self._signature(name, _WRITE, expires_s)}", _PUT_BLOB)

    def begin(self, name: str, *, parts: int, expires_s: int) -> MultipartUpload:
        blob, token = self._container.get_blob_client(name), secrets.token_bytes(_TOKEN_BYTES)
        signature = self._signature(name, _WRITE, expires_s)
        ids = (base64.b64encode(block_id(number, token).encode()).decode() for number in range(1, parts + 1))
        urls = (f"{blob.url}?comp=block&blockid={quote(id, safe='')}&{signature}" for id in ids)
        return MultipartUpload(None, [*map(UploadLink, urls)])

    def complete(self, name: str, upload_id: str | None, parts: Sequence[UploadedPart]) -> None:
        from azure.storage.blob import BlobBlock

        blob = self._container.get_blob_client(name)
        ids = [_id_of(part, blob) for part in parts]
        if len({id.partition("-")[2] for id in ids}) > 1:
            raise _not_of_this("parts")
        with translating_azure_errors(name):
            try:
                blob.commit_block_list([BlobBlock(block_id=id) for id in ids])
            except HttpResponseError as error:
                if code_of(error) in LOST:
                    raise Conflict(
                        f"Not all parts of '{name}' are there: some were not sent, or another upload of the file was "
                        "completed meanwhile. Upload it again."
                    ) from None
                raise

    def abort(self, name: str, upload_id: str | None) -> None:
        """Nothing: the service alone can erase blocks, and does so after a week, or when the blob is written."""

    def _signature(self, name: str, allowed: str, expires_s: int, disposition: str | None = None) -> str:
        from azure.storage.blob import BlobSasPermissions, generate_blob_sas

        now = datetime.now(UTC)
        starts, ends = now - _BEFORE, now + timedelta(seconds=expires_s)
        return generate_blob_sas(
            self._who.account, self._container.container_name, name, **self._signer(name, starts, ends),
            permission=BlobSasPermissions.from_string(allowed), start=starts, expiry=ends,
            protocol="https" if self._container.url.startswith("https:") else None, content_disposition=disposition,
        )  # fmt: skip

    def _signer(self, name: str, starts: datetime, ends: datetime) -> Mapping[str, Any]:
        if self._who.key is not None:
            return {"account_key": self._who.key}
        with translating_azure_errors(name):
            try:
                return {"user_delegation_key": self._service.get_user_delegation_key(starts, ends)}
            except HttpResponseError as error:
                if error.status_code != _FORBIDDEN:
                    raise
                raise NeedsCredentials(
                    "The identity of this process may not make links: give it the role 'Storage Blob Delegator' in "
                    "the storage account, or set the account's key."
                ) from None


def azure_links(service: BlobServiceClient, container: ContainerClient, who: AccountAccess) -> AzureLinks:
    """
    Links to the blobs of a container.

    Raises:
        NeedsCredentials: There is a signature alone, which would have to be given away itself.
    """
    if who.sas is not None:
        raise NeedsCredentials(
            "A shared access signature cannot make links: set the key of the storage account, or use an identity."
        )
    return AzureLinks(service, container, who)


def _id_of(part: UploadedPart, blob: BlobClient) -> str:
    """
    The id of the block that a part was sent as.

    Raises:
        InvalidInput: It was sent to another blob, or its URL is none of ours.
    """
    place, _, query = (part.url or "").partition("?")
    given = parse_qs(query)
    if place != blob.url or given.get("comp") != ["block"] or len(given.get("blockid", ())) != 1:
        raise _not_of_this(f"parts[{part.number - 1}].url")
    try:
        id = base64.b64decode(given["blockid"][0], validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        id = ""
    found = _ID.fullmatch(id)
    if found is None or int(found[1]) != part.number:
        raise _not_of_this(f"parts[{part.number - 1}].url")
    return id


def _not_of_this(field: str) -> InvalidInput:
    return InvalidInput(
        field, f"'{field}' does not belong to this upload: send the URL of each part as it was given out, in order."
    )
