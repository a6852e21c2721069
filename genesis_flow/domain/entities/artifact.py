"""Artifacts: the files of a run, and links to them in the storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs


@attrs.frozen
class ArtifactInfo:
    """
    A file or directory in an artifact store.

    Attributes:
        path: Relative to the root of the store, with `/`.
        size_bytes: None for directories.
    """

    path: str
    is_dir: bool
    size_bytes: int | None


@attrs.frozen
class DownloadLink:
    """
    Where anyone who has it can download a file for a while.

    Attributes:
        url: As good as a key to the file. size_bytes: Of the file, when the link was made.
    """

    url: str = attrs.field(repr=False)
    size_bytes: int


@attrs.frozen
class UploadLink:
    """
    Where anyone who has it can store one file, or one part of it, for a while, by a PUT.

    Attributes:
        url: As good as a key to the file, for writing. headers: What the request has to have.
    """

    url: str = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class MultipartUpload:
    """
    An upload in parts that has begun; nothing of it is to be seen before it is completed.

    Attributes:
        id: What the storage calls it, None where it needs no name. links: Of the parts 1, 2, ... in their order.
    """

    id: str | None
    links: Sequence[UploadLink]


@attrs.frozen
class UploadedPart:
    """
    What a client says of a part that it has sent.

    Attributes:
        number: From 1. etag: What the storage answered. url: Where it was sent.
    """

    number: int
    etag: str | None = None
    url: str | None = attrs.field(default=None, repr=False)
