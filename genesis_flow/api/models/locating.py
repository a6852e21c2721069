"""Where the files of a stored model are, whatever names it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from genesis_flow.api import session
from genesis_flow.api.models.trust import policy_for, require_unsigned_allowed, trust_in_files, vouched
from genesis_flow.domain.entities.model_record import RECORD_FILE, ModelRecord
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.model_uris import is_model_uri, model_uri
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.domain.values.trust import NO_TRUST, Trust, trust

if TYPE_CHECKING:
    from genesis_flow.domain.use_cases.model_persistence import ModelPlace


@attrs.frozen
class Located:
    """
    A model on the local disk.

    Attributes:
        directory: Where. digest: Of its manifest, where that is known from elsewhere.
        place: Where it is stored; None for a path.
        trust: What the trust policy says of it, and whether this process may have written it.
    """

    directory: Path
    digest: str | None = None
    place: ModelPlace | None = None
    trust: Trust = NO_TRUST

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
        UntrustedContent: The trust policy asks for a valid signature; nothing was read.
    """
    path = Path(os.path.expanduser(model_uri))
    # A directory called "models:" must not take the place of a registry, nor of what is trusted of it.
    if not is_model_uri(model_uri) and dst_path is None and path.exists():
        directory = path.parent if path.name == RECORD_FILE and path.is_file() else path
        return _trusted_where_it_lies(directory)
    persistence = session.application().model_persistence
    source, vouched_for, digest = _source(model_uri.removesuffix(f"/{RECORD_FILE}"))
    place = persistence.locate(source)
    directory = persistence.fetch(place, None if dst_path is None else Path(dst_path))
    if vouched_for is None:
        if place.is_local and dst_path is None:
            found = _trusted_where_it_lies(directory, place.experiment_id)
            return attrs.evolve(found, digest=place.digest, place=place)
        vouched_for = trust_in_files(place.uri, place.experiment_id)
    if digest is not None:  # here, so that nothing that reads files by itself reads others than those that were signed
        session.model_directories().read(directory, digest)
    return Located(directory, digest or place.digest, place, vouched_for)


def _trusted_where_it_lies(directory: Path, experiment_id: str | None = None) -> Located:
    """A model on this machine's disk, and what is trusted of it; where that counts, no link is followed again."""
    real = directory.resolve()
    found = trust_in_files(str(real), experiment_id)
    return Located(real if found.names or found.allow_unsafe else directory, trust=found)


def located_record(model_uri: str) -> ModelRecord:
    """What the model that `model_uri` names says about itself."""
    return located(model_uri).record()


def trusted_by(names: Iterable[str] | None, allow_unsafe_deserialization: bool, found: Located | None = None) -> Trust:
    """What a caller of `load_model` vouches for, and the trust policy does for the model that was found."""
    given = trust(names, allow_unsafe=allow_unsafe_deserialization)
    policy = NO_TRUST if found is None else found.trust
    return Trust(
        given.names | policy.names, given.allow_unsafe or policy.allow_unsafe, own_models=policy.own_models
    )


def _source(uri: str) -> tuple[str, Trust | None, str | None]:
    """
    What a version of a registered model was made from (any other URI as it is), what the trust policy says of it
    (None for what is no version), and the digest of its manifest if that is signed.
    """
    if not is_model_uri(uri):
        return uri, None, None
    from genesis_flow.api.client.registry_sources import registered_version

    registry, wanted = session.registry_uri(), model_uri(uri)
    policy, path = policy_for(registry), artifact_path(wanted.path).text
    if wanted.logged_model_id is not None:
        require_unsigned_allowed(policy, uri)
        return uri, None, None
    version = registered_version(wanted, registry)
    vouched_for, digest = vouched(version, policy, path)
    location = version.storage_location
    return f"{location.rstrip('/')}/{path}" if path else location, vouched_for, digest


__all__ = ["Located", "located", "located_record", "trusted_by"]
