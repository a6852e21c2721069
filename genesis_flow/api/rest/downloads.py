"""Files of artifacts, opened to be sent to clients."""

from __future__ import annotations

import io
from typing import BinaryIO

from genesis_flow.api.rest.locations import require_served
from genesis_flow.api.rest.routes import Download
from genesis_flow.api.rest.use_cases import UseCases
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.domain.values.text import shown


def opened(use_cases: UseCases, location: str, path: str) -> Download:
    """
    The file `path` below a location.

    Raises:
        NotFound: No such file.
        InvalidInput: A directory, or not a legal path.
        Forbidden: On the disk of this machine, and not among what is served.
    """
    name = artifact_path(path).name
    require_served(_real(use_cases, location), use_cases.settings)
    try:
        file = use_cases.artifacts.open_below(location, path)
    except NotFound:
        if use_cases.artifacts.find_below(location, path):
            raise InvalidInput(
                "path", f"Artifact path refers to a directory, not a file: '{shown(path)}'"
            ) from None
        raise
    return Download(file, name, _size_bytes(file))


def _real(use_cases: UseCases, location: str) -> str:
    if not location.startswith("runs:/"):
        return location
    return use_cases.lifecycle.get(location.removeprefix("runs:/").partition("/")[0]).artifact_uri


def _size_bytes(file: BinaryIO) -> int | None:
    if not file.seekable():
        return None
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size
