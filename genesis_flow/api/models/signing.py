"""
Signing versions of registered models.

Source: ours.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.use_cases.model_persistence import ModelPlace
from genesis_flow.domain.values.manifests import MANIFEST_FILE, Manifest
from genesis_flow.domain.values.model_uris import model_uri as parsed
from genesis_flow.domain.values.version_signatures import VersionSignature
from genesis_flow.ports.signing import KeyPair

__all__ = ["make_keys", "sign_model_version", "verify_model_version", "version_named"]


def make_keys(password: bytes | None = None) -> KeyPair:
    """
    A new pair of keys for Ed25519, as PEM; with a password the private one is encrypted.

    Raises:
        Unsupported: The package cryptography is not installed.
    """
    return session.version_signatures().make_keys(password)


@translating_errors
def sign_model_version(model_uri: str, private_key: str, *, password: bytes | None = None) -> VersionSignature:
    """
    Sign a version of a registered model; a signature that it had is replaced.

    Signed are its name and number and the digest of the list of its files, which are verified first; files that
    have no such list, as those that MLflow saved, get one. A registered model that is renamed has to be signed anew.

    Args:
        model_uri: `models:/<name>/<version>`, or with an alias or stage. private_key: As PEM.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST. INVALID_PARAMETER_VALUE: Not a version or a key; the files are not
            those that were saved. NOT_IMPLEMENTED: The package cryptography is not installed.
    """
    version = version_named(model_uri)
    versions = session.application(session.registry_uri()).model_versions
    return session.version_signatures().sign(versions, version, _sealed(version).digest, private_key, password)


@translating_errors
def verify_model_version(model_uri: str, public_keys: Sequence[str]) -> VersionSignature:
    """
    The signature of a version, if it is by one of these keys (as PEM), and the files are those that were signed.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST. INVALID_PARAMETER_VALUE: There is no such signature, or files were
            changed.
    """
    version = version_named(model_uri)
    found = session.version_signatures().verified(version, public_keys)
    persistence = session.application().model_persistence
    with tempfile.TemporaryDirectory(prefix="genesis-flow-model-") as directory:
        place = persistence.locate(version.storage_location)
        session.model_directories().read(_fetched(place, Path(directory)), found.digest)
    return found


def version_named(model_uri: str) -> ModelVersion:
    """
    The version that a `models:/` URI names.

    Raises:
        InvalidInput: It is no URI of a whole version. NotFound: There is none.
    """
    wanted = parsed(model_uri)
    if wanted.logged_model_id is not None or wanted.path:
        raise InvalidInput("model_uri", "Name a version of a registered model, such as models:/name/1.")
    return session.application(session.registry_uri()).model_versions.resolve(wanted)


def _sealed(version: ModelVersion) -> Manifest:
    """The verified manifest of a version's files; where they have none, it is made and stored with them."""
    persistence, directories = session.application().model_persistence, session.model_directories()
    place = persistence.locate(version.storage_location)
    with tempfile.TemporaryDirectory(prefix="genesis-flow-model-") as directory:
        local = _fetched(place, Path(directory) / "files")
        manifest = directories.read(local, place.digest).manifest
        if manifest is None:
            manifest = directories.seal(local)
            listed = Path(directory) / "listed"
            listed.mkdir()
            (listed / MANIFEST_FILE).write_bytes((local / MANIFEST_FILE).read_bytes())
            persistence.replace(place, listed, manifest)
        return manifest


def _fetched(place: ModelPlace, directory: Path) -> Path:
    """The files of a model on the local disk: where they are, or copied below `directory`."""
    persistence: Any = session.application().model_persistence
    local = place.store.local_path(place.path)
    if local is not None:
        return local
    directory.mkdir(parents=True, exist_ok=True)
    found: Path = persistence.fetch(place, directory)
    return found
