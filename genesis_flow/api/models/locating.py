"""Where the files of a stored model are, whatever names it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from genesis_flow.api import session
from genesis_flow.domain.entities.model_record import RECORD_FILE, ModelRecord
from genesis_flow.domain.errors import UntrustedContent
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.trust import Trust, trust
from genesis_flow.domain.values.trust_policies import NO_POLICY, RegistryPolicy

if TYPE_CHECKING:
    from genesis_flow.domain.use_cases.model_persistence import ModelPlace

_log: Final = logging.getLogger(__name__)


@attrs.frozen
class Located:
    """
    A model on the local disk.

    Attributes:
        directory: Where. digest: Of its manifest, where that is known from elsewhere.
        place: Where it is stored; None for a path.
        policy: What holds for models from there.
    """

    directory: Path
    digest: str | None = None
    place: ModelPlace | None = None
    policy: RegistryPolicy = NO_POLICY

    def read_text(self, name: Any) -> str:
        """What is in the model's file `name`."""
        return contained(self.directory, name).read_text(encoding="utf-8")

    def record(self) -> ModelRecord:
        """What the model says about itself, once its files are verified."""
        return session.model_directories().read(self.directory, self.digest)

    def trust(self, names: Iterable[str] | None, allow_unsafe_deserialization: bool) -> Trust:
        """What the caller of `load_model` and the policy vouch for."""
        own = trust(names, allow_unsafe=allow_unsafe_deserialization)
        granted = self.policy.granted(own)
        if granted != own:
            _log.warning("The trust policy vouches for more than the call: the model is at '%s'.", self.directory)
        return granted


def located(model_uri: str, dst_path: str | os.PathLike[str] | None = None) -> Located:
    """
    The files of the model that `model_uri` names; on this machine's disk they are read where they are.

    Args:
        model_uri: A path, a URI of an artifact store, `runs:/<run_id>/<path>`, `models:/<name>/<version>`,
            `models:/<name>@<alias>`, `models:/<name>/<stage>`, `models:/<name>/latest` or `models:/<model_id>`.
        dst_path: Directory to copy to; None for none, if nothing has to be copied.

    Raises:
        NotFound, InvalidInput: It names nothing.
        UntrustedContent: The trust policy requires a signature that is not there.
    """
    path = Path(os.path.expanduser(model_uri))
    if path.exists() and dst_path is None:
        return Located(path.parent if path.name == RECORD_FILE and path.is_file() else path)
    persistence = session.application().model_persistence
    source = _source(model_uri.removesuffix(f"/{RECORD_FILE}"))
    place = persistence.locate(source.uri)
    directory = persistence.fetch(place, None if dst_path is None else Path(dst_path))
    return Located(directory, source.digest or place.digest, place, source.policy)


def located_record(model_uri: str) -> ModelRecord:
    """What the model that `model_uri` names says about itself."""
    return located(model_uri).record()


@attrs.frozen
class _Source:
    """Where the files of a model are, the digest that a signature gives them, and the policy that holds for them."""

    uri: str
    digest: str | None
    policy: RegistryPolicy


def _source(uri: str) -> _Source:
    """What a version of a registered model was made from; any other URI as it is."""
    from genesis_flow.domain.use_cases.logged_model_places import is_logged_model_uri

    if not uri.startswith("models:") or is_logged_model_uri(uri):
        policy = session.trust_policy(session.tracking_uri())
        if policy.require_signed:
            raise UntrustedContent(
                "The trust policy allows only signed versions of registered models: load 'models:/<name>/<version>'. "
                "Nothing was loaded."
            )
        return _Source(uri, None, policy)
    from genesis_flow.api.client.registry_sources import model_place, registry_of

    place: Any = model_place(uri)
    registry = registry_of(None)
    policy = session.trust_policy(registry)
    below = f"{place.location.rstrip('/')}/{place.path}" if place.path else str(place.location)
    if not policy.require_signed:
        return _Source(below, None, policy)
    if place.path:
        raise UntrustedContent("The trust policy allows only whole models: a signature covers all files of a version.")
    application = session.application(registry)
    version = application.model_versions.get(place.name, place.version)
    signed = application.model_signing.verify(version, [key.read_bytes() for key in policy.public_keys])
    return _Source(version.storage_location, signed.digest, policy)


__all__ = ["Located", "located", "located_record"]
