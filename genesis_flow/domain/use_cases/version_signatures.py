"""Signing versions of registered models, and finding out whether a signature is valid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.errors import InvalidInput, UntrustedContent
from genesis_flow.domain.use_cases.model_versions import ModelVersions
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.version_signatures import VersionSignature, signature_in, statement
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.signing import KeyPair, Signer


@attrs.frozen
class VersionSignatures:
    """
    Signing versions of registered models, and finding out whether a signature is valid.

    A signature says nothing of the files by itself: they have to be verified by the digest that it names.
    """

    _signer: Signer
    _clock: Clock

    def make_keys(self, password: bytes | None = None) -> KeyPair:
        """A new pair of keys; with a password the private one is encrypted."""
        return self._signer.make_keys(password)

    def key_id(self, public: str) -> str:
        """
        What tells a public key from others.

        Raises:
            InvalidInput: Not a public key for Ed25519.
        """
        return self._signer.id_of(public)

    def sign(
        self, versions: ModelVersions, version: ModelVersion, digest: str, private: str, password: bytes | None = None
    ) -> VersionSignature:
        """
        Sign a version in the registry of `versions`; a signature that it had is replaced.

        Args:
            digest: Of the manifest of its files, which the caller has verified.
            private: The key, as PEM.

        Raises:
            InvalidInput: Not a private key for Ed25519, or its password is wrong or missing.
            NotFound: The version is gone.
        """
        key_id = self._signer.id_of(self._signer.public_of(private, password))
        signed_at = self._clock.now()
        data = statement(version.name, version.version, key_id=key_id, digest=digest, signed_at=signed_at)
        signature = VersionSignature(key_id, self._signer.sign(private, data, password), digest, signed_at)
        versions.set_tags(version.name, version.version, signature.to_tags())
        return signature

    def verified(self, version: ModelVersion, keys: Sequence[str]) -> VersionSignature:
        """
        The signature of a version, if one of `keys` (public keys as PEM) made it for this version.

        Raises:
            UntrustedContent: There is none, or it is damaged, by another key, or of something else.
            InvalidInput: One of the keys is not a public key for Ed25519.
        """
        what = f"Version {version.version} of '{shown(version.name)}'"
        known: dict[str, Any] = {self._signer.id_of(key): key for key in keys}
        if not known:
            raise InvalidInput("keys", "Name the public keys whose signatures are valid.")
        found = signature_in(version.tags)
        if found is None:
            raise UntrustedContent(f"{what} is not signed. Nothing was loaded.")
        if found.key_id not in known:
            raise UntrustedContent(
                f"{what} is signed with the key {found.key_id}, which is not one of those that are trusted. "
                "Nothing was loaded."
            )
        data = statement(
            version.name, version.version, key_id=found.key_id, digest=found.digest, signed_at=found.signed_at
        )
        if not self._signer.is_signature(known[found.key_id], found.value, data):
            raise UntrustedContent(
                f"The signature of {what[0].lower()}{what[1:]} is not valid: it was changed, or made for another "
                "version. Nothing was loaded."
            )
        return found
