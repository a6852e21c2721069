"""Artifacts: the files of a run."""

from __future__ import annotations

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
