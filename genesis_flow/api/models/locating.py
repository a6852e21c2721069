"""Where the files of a stored model are, whatever names it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from genesis_flow.api import session
from genesis_flow.domain.entities.model_record import RECORD_FILE, ModelRecord
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.trust import Trust, trust

if TYPE_CHECKING:
    from genesis_flow.domain.use_cases.model_persistence import ModelPlace


@attrs.frozen
class Located:
    """
    A model on the local disk.

    Attributes:
        directory: Where. digest: Of its manifest, where that is known from elsewhere.
        place: Where it is stored; None for a path.
    """

    directory: Path
    digest: str | None = None
    place: ModelPlace | None = None

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
        dst_path: Directory to copy to; None for none, if nothing has to be copied.

    Raises:
        NotFound, InvalidInput: It names nothing.
    """
    path = Path(os.path.expanduser(model_uri))
    if path.exists() and dst_path is None:
        return Located(path.parent if path.name == RECORD_FILE and path.is_file() else path)
    persistence = session.application().model_persistence
    place = persistence.locate(_source(model_uri.removesuffix(f"/{RECORD_FILE}")))
    directory = persistence.fetch(place, None if dst_path is None else Path(dst_path))
    return Located(directory, place.digest, place)


def located_record(model_uri: str) -> ModelRecord:
    """What the model that `model_uri` names says about itself."""
    return located(model_uri).record()


def trusted_by(names: Iterable[str] | None, allow_unsafe_deserialization: bool) -> Trust:
    """What a caller of `load_model` vouches for."""
    return trust(names, allow_unsafe=allow_unsafe_deserialization)


def _source(uri: str) -> str:
    """What a version of a registered model was made from; any other URI as it is."""
    from genesis_flow.domain.use_cases.logged_model_places import is_logged_model_uri

    if not uri.startswith("models:") or is_logged_model_uri(uri):
        return uri
    from genesis_flow.api.client.registry_sources import model_place

    place: Any = model_place(uri)
    return f"{place.location.rstrip('/')}/{place.path}" if place.path else str(place.location)


__all__ = ["Located", "located", "located_record", "trusted_by"]
