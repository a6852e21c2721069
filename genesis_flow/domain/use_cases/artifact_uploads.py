"""Files that clients send to the storage themselves, by links that they are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from genesis_flow.domain.entities.artifact import MultipartUpload, UploadedPart, UploadLink
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.paths import file_path
from genesis_flow.domain.values.storage import checked_expiry
from genesis_flow.ports.direct_uploads import DirectUploads

#: Parts of an upload at most, as many as S3 takes; Azure takes more.
MOST_PARTS: Final = 10_000
#: Seconds for which links to parts work, as MLflow's do.
PARTS_S: Final = 3_600


@attrs.frozen
class ArtifactUploads:
    """
    Files that clients send to the storage themselves, below one location; see `Artifacts.uploads_below`.

    Every method may also raise what `DirectUploads` does.
    """

    _uploads: DirectUploads

    def link(self, path: str, *, expires_s: int) -> UploadLink:
        """
        Where anyone who has it can store the file `path` for a while.

        Args:
            expires_s: Seconds, at most a week.

        Raises:
            InvalidInput: Not a legal time, or not a legal name for a file.
        """
        return self._uploads.link(file_path(path), expires_s=checked_expiry(expires_s))

    def begin(self, path: str, *, parts: int) -> MultipartUpload:
        """
        Links for the parts of the file `path`, which work for an hour.

        Raises:
            InvalidInput: Not 1 to 10,000 parts, or not a legal name for a file.
        """
        if not 1 <= parts <= MOST_PARTS:
            raise InvalidInput("num_parts", f"An upload has 1 to {MOST_PARTS} parts, not {parts}.")
        return self._uploads.begin(file_path(path), parts=parts, expires_s=PARTS_S)

    def complete(self, path: str, upload_id: str | None, parts: Sequence[UploadedPart]) -> None:
        """
        Let the file `path` appear with all parts.

        Raises:
            InvalidInput: The parts are not numbered 1, 2, ... in this order, or are no parts of this upload.
        """
        if not 1 <= len(parts) <= MOST_PARTS:
            raise InvalidInput("parts", f"An upload has 1 to {MOST_PARTS} parts, not {len(parts)}.")
        for number, part in enumerate(parts, 1):
            if part.number != number:
                raise InvalidInput(
                    f"parts[{number - 1}].part_number",
                    f"Parts are numbered 1, 2, ... without gaps and given in this order; there is {part.number} where "
                    f"{number} has to be.",
                )
        self._uploads.complete(file_path(path), upload_id, parts)

    def abort(self, path: str, upload_id: str | None) -> None:
        """Give an upload up."""
        self._uploads.abort(file_path(path), upload_id)
