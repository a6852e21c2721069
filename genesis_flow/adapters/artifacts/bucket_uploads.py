"""Uploads that clients send to object storage themselves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import attrs

from genesis_flow.domain.entities.artifact import MultipartUpload, UploadedPart, UploadLink
from genesis_flow.domain.values.paths import ArtifactPath
from genesis_flow.ports.direct_uploads import DirectUploads


class BucketUploads(ABC):
    """What `DirectUploads` promises, for the objects of one bucket, by their names."""

    @abstractmethod
    def link(self, name: str, *, expires_s: int) -> UploadLink:
        """Where the whole object can be stored."""

    @abstractmethod
    def begin(self, name: str, *, parts: int, expires_s: int) -> MultipartUpload:
        """Links for the parts of an object."""

    @abstractmethod
    def complete(self, name: str, upload_id: str | None, parts: Sequence[UploadedPart]) -> None:
        """Let the object appear."""

    @abstractmethod
    def abort(self, name: str, upload_id: str | None) -> None:
        """Give an upload up."""


@attrs.frozen
class ObjectUploads(DirectUploads):
    """
    Uploads below the root of a store.

    Attributes:
        uploads: To its bucket. name_of: The name of a path in the bucket.
        free_name_of: The same, if nothing is in the way of a file there.
    """

    _uploads: BucketUploads
    _name_of: Callable[[ArtifactPath], str]
    _free_name_of: Callable[[ArtifactPath], str]

    def link(self, path: ArtifactPath, *, expires_s: int) -> UploadLink:
        return self._uploads.link(self._free_name_of(path), expires_s=expires_s)

    def begin(self, path: ArtifactPath, *, parts: int, expires_s: int) -> MultipartUpload:
        return self._uploads.begin(self._free_name_of(path), parts=parts, expires_s=expires_s)

    def complete(self, path: ArtifactPath, upload_id: str | None, parts: Sequence[UploadedPart]) -> None:
        self._uploads.complete(self._free_name_of(path), upload_id, parts)

    def abort(self, path: ArtifactPath, upload_id: str | None) -> None:
        self._uploads.abort(self._name_of(path), upload_id)
