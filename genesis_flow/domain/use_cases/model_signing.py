"""Signing versions of registered models, and verifying that a version is what was signed."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.errors import InvalidState, UntrustedContent
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.model_versions import ModelVersionRepository
from genesis_flow.ports.signatures import Signatures

#: The tag of a version with its signature: JSON with the id of the key, the manifest's digest, the signature and when
#: it was made (milliseconds since the epoch).
SIGNATURE_TAG: Final = "genesis_flow.signature"

_CONTEXT: Final = "genesis-flow model version 1"


@attrs.frozen
class Signed:
    """What a signature says: which key, for files with which manifest's digest, and when (milliseconds)."""

    key_id: str
    digest: str
    signed_at: int


@attrs.frozen
class ModelSigning:
    """
    Signatures of versions.

    What is signed is the digest of the manifest together with the name and number of the version: a signature
    cannot be moved to other files nor to another version.
    """

    _versions: ModelVersionRepository
    _signatures: Signatures
    _clock: Clock

    def sign(self, version: ModelVersion, digest: str | None, private_key: bytes) -> Signed:
        """
        Sign the files of a version, and keep the signature with it; an earlier one is replaced.

        Args:
            digest: Of the manifest of its files, which were just verified; None where there is none.
            private_key: Ed25519, as PEM.

        Raises:
            InvalidState: There is no manifest. InvalidInput: Not a private key.
        """
        if digest is None:
            raise InvalidState(
                "model version", f"{version.name}/{version.version}",
                "Only models with a manifest can be signed: this one was saved by another library. Load it, log it "
                "with genesis-flow and register what was logged.",
            )
        key_id, signature = self._signatures.sign(private_key, _message(version, digest))
        signed = Signed(key_id, digest, self._clock.now())
        content = {
            "key": key_id, "digest": digest, "at": signed.signed_at, "signature": base64.b64encode(signature).decode(),
        }
        self._versions.set_tags(version.name, version.version, {SIGNATURE_TAG: json.dumps(content)})
        return signed

    def verify(self, version: ModelVersion, public_keys: Iterable[bytes]) -> Signed:
        """
        What the signature of a version says, if one of `public_keys` (PEM) made it.

        Whoever loads the version still has to see that its files have the digest.

        Raises:
            UntrustedContent: It is not signed, or by none of these keys, or for another version or other files.
        """
        signed, signature = _parsed(version)
        message = _message(version, signed.digest)
        if not any(self._signatures.verify(key, message, signature) for key in public_keys):
            raise UntrustedContent(
                f"Version {version.version} of '{shown(version.name)}' is signed with the key {shown(signed.key_id)}, "
                "but none of the public keys that are trusted confirms the signature for this version. Nothing was "
                "loaded."
            )
        return signed


def _message(version: ModelVersion, digest: str) -> bytes:
    return json.dumps([_CONTEXT, version.name, version.version, digest], separators=(",", ":")).encode()


def _parsed(version: ModelVersion) -> tuple[Signed, bytes]:
    text = version.tags.get(SIGNATURE_TAG)
    if text is None:
        raise UntrustedContent(
            f"Version {version.version} of '{shown(version.name)}' is not signed. Sign it with "
            "`genesis-flow models sign`, or load from a registry whose policy does not require signatures."
        )
    try:
        content: Any = json.loads(text)
        signature = base64.b64decode(content["signature"], validate=True)
        return Signed(str(content["key"]), str(content["digest"]), int(content["at"])), signature
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise UntrustedContent(
            f"The signature of version {version.version} of '{shown(version.name)}' cannot be read."
        ) from None
