"""Reading one version of a blob."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs

from genesis_flow.adapters.artifacts import digests
from genesis_flow.adapters.artifacts.azure_errors import code_of, translating_azure_errors
from genesis_flow.adapters.artifacts.azure_small import Answer, SmallRequests

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

_NO_RANGE: Final = "InvalidRange"
_MISSING: Final = 404


@attrs.frozen
class Reading:
    """
    A blob of which the first piece is here.

    Attributes:
        version: Its ETag. first: All of it, if it is small. digest: As our writers note it. md5: As others do.
    """

    _container: ContainerClient
    _small: SmallRequests
    name: str
    version: str
    size_bytes: int
    first: bytes
    metadata: dict[str, str]
    digest: str | None
    md5: bytes | None

    def checked(self, path: object) -> bytes:
        """The first piece, if it is all that was stored; see `digests.require_whole`."""
        digests.require_whole(path, self.first, self.digest, self.md5)
        return self.first

    def piece(self, start: int, length: int) -> bytes:
        """
        Bytes of the same version.

        Raises:
            Conflict: The blob was replaced meanwhile.
        """
        return b"".join(self.chunks(start, length))

    def chunks(self, start: int, length: int) -> Iterator[bytes]:
        """The same in small pieces."""
        for chunk in self._small.stream(self.name, start, length, self.version):
            yield chunk
            start, length = start + len(chunk), length - len(chunk)
        if length > 0:
            yield self._asked_again(start, length)

    def _asked_again(self, start: int, length: int) -> bytes:
        from azure.core import MatchConditions

        with translating_azure_errors(self.name):
            found = self._container.get_blob_client(self.name).download_blob(
                start, length, etag=self.version, match_condition=MatchConditions.IfNotModified
            )
            return found.readall()


def reading_of(answer: Answer, container: ContainerClient, small: SmallRequests, name: str) -> Reading:
    """The blob whose first bytes were answered."""
    digest = next((value for key, value in answer.metadata.items() if key.lower() == digests.KEY), None)
    return Reading(
        container, small, name, answer.version, answer.total, answer.data, answer.metadata, digest,
        _decoded(answer.md5),
    )  # fmt: skip


def begin_reading(container: ContainerClient, small: SmallRequests, name: str, block_bytes: int) -> Reading | None:
    """The blob with its first piece, None if there is none."""
    from azure.core.exceptions import HttpResponseError

    answers: list[Any] = []
    blob = container.get_blob_client(name)
    with translating_azure_errors(name):
        try:
            found = blob.download_blob(0, block_bytes, raw_response_hook=answers.append)
            headers, properties, first = answers[-1].http_response.headers, found.properties, found.readall()
        except HttpResponseError as error:
            if code_of(error) == _NO_RANGE:
                properties = blob.get_blob_properties()
                return reading_of(Answer(properties.etag, 0, b"", properties.metadata, None), container, small, name)
            if error.status_code != _MISSING or code_of(error) == "ContainerNotFound":
                raise
            return None
    total = int(headers["Content-Range"].rpartition("/")[2])
    answer = Answer(properties.etag, total, first, properties.metadata, headers.get("x-ms-blob-content-md5"))
    return reading_of(answer, container, small, name)


def _decoded(text: str | None) -> bytes | None:
    try:
        return base64.b64decode(text) if text else None
    except binascii.Error:
        return None
