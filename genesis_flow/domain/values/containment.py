"""Files of a model directory, which cannot lie outside of it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from genesis_flow.domain.errors import CorruptRecord, InvalidInput, UntrustedContent
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.domain.values.text import shown


def contained(directory: Path, relative: Any, *, is_directory: bool | None = False) -> Path:
    """
    Where the file or directory `relative` of the model in `directory` lies, symbolic links resolved.

    Args:
        is_directory: None where either will do.

    Raises:
        UntrustedContent: It lies elsewhere, or is neither a plain file nor a directory.
        CorruptRecord: There is no such file or directory.
    """
    try:
        path = artifact_path(relative if isinstance(relative, str) else None, label="path of a model's file")
    except InvalidInput as error:
        raise UntrustedContent(error.message) from None
    if not path.parts:
        raise CorruptRecord(f"The record of the model names no file where it should: {shown(relative)}.")
    root = directory.resolve()
    found = (root / path.text).resolve()
    if root not in found.parents:
        raise UntrustedContent(f"The model's file '{shown(path.text)}' lies outside of its directory.")
    try:
        mode = found.stat().st_mode
    except OSError:
        raise CorruptRecord(f"The model's file '{shown(path.text)}' is missing.") from None
    is_as_wanted = (is_directory is not True and stat.S_ISREG(mode)) or (
        is_directory is not False and stat.S_ISDIR(mode)
    )
    if not is_as_wanted:
        kind = "directory" if is_directory else "file"
        raise CorruptRecord(f"The model's file '{shown(path.text)}' is not a plain {kind}.")
    return found
