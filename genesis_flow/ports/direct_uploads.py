"""Uploads that do not pass through this process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from genesis_flow.domain.entities.artifact import MultipartUpload, UploadedPart, UploadLink
from genesis_flow.domain.values.paths import ArtifactPath


class DirectUploads(ABC):
    """
    Uploads that clients send to the storage themselves, by links for one file each.

    A link lets its holder write that file and no other, read nothing, and ends by itself. Of two uploads of one file
    at the same time, one is completed, and its file is whole. Methods may raise what `ArtifactStore` does; secrets are
    in no message.
    """

    @abstractmethod
    def link(self, path: ArtifactPath, *, expires_s: int) -> UploadLink:
        """
        Where the whole file `path` can be stored with one PUT, for `expires_s` seconds from now.

        Raises:
            AlreadyExists: `path` is a directory, or a part on its way is a file.
            Unsupported: This storage, or the credentials in use, cannot make such links.
        """

    @abstractmethod
    def begin(self, path: ArtifactPath, *, parts: int, expires_s: int) -> MultipartUpload:
        """
        Links for the parts of the file `path`, which work for `expires_s` seconds from now.

        Raises:
            AlreadyExists: `path` is a directory, or a part on its way is a file.
            Unsupported: As `link`.
        """

    @abstractmethod
    def complete(self, path: ArtifactPath, upload_id: str | None, parts: Sequence[UploadedPart]) -> None:
        """
        Let the file `path` appear with all parts, in their order; it may be called again if its answer was lost.

        Raises:
            InvalidInput: What is said of a part is no answer of the storage to a part of this upload.
            NotFound: There is no such upload.
            Conflict: Parts are missing, or another upload of the file was completed meanwhile.
            AlreadyExists: As `begin`.
        """

    @abstractmethod
    def abort(self, path: ArtifactPath, upload_id: str | None) -> None:
        """Give an upload up; what was sent of it is erased, by the storage itself where only that can do it."""
