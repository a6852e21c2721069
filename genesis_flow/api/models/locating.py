"""Where the files of a stored model are, whatever names it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

from genesis_flow.api import session
from genesis_flow.domain.entities.model_record import RECORD_FILE, ModelRecord
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.trust import Trust, trust


@attrs.frozen
class Located:
    """
    A model on the local disk.

    Attributes:
        directory: Where. digest: Of its manifest, where that is known from elsewhere.
    """

    directory: Path
    digest: str | None = None

    def read_text(self, name: Any) -> str:
        """What is in the model's file `name`."""
        return contained(self.directory, name).read_text(encoding="utf-8")

    def record(self) -> ModelRecord:
        """What the model says about itself, once its files are verified."""
        return session.model_directories().read(self.directory, self.digest)


def located(model_uri: str, dst_path: str | os.PathLike[str] | None = None) -> Located:
    """
    The files of the model that `model_uri` names; on this machine's disk they are read where they are.

    Args:
        model_uri: A path, a URI of an artifact store, `runs:/<run_id>/<path>`, `models:/<name>/<version>`,
            `models:/<name>@<alias>`, `models:/<name>/<stage>`, `models:/<name>/latest` or `models:/<model_id>`.
        dst_path: Directory to copy to, if anything has to be copied; None for a temporary one.

    Raises:
        NotFound, InvalidInput: It names nothing.
    """
    path = Path(os.path.expanduser(model_uri))
    if dst_path is None and path.exists():
        return Located(path.parent if path.name == RECORD_FILE and path.is_file() else path)
    from genesis_flow.api.artifacts import download_artifacts

    return Located(Path(download_artifacts(str(model_uri), dst_path=None if dst_path is None else str(dst_path))))


def located_record(model_uri: str) -> ModelRecord:
    """What the model that `model_uri` names says about itself."""
    return located(model_uri).record()


def trusted_by(names: Iterable[str] | None, allow_unsafe_deserialization: bool) -> Trust:
    """What a caller of `load_model` vouches for."""
    return trust(names, allow_unsafe=allow_unsafe_deserialization)


__all__ = ["Located", "located", "located_record", "trusted_by"]
