"""
What is signed of a version of a registered model, and how the signature is kept with it.

Signed are the name and number of the version, the digest of its manifest, the key and the time: none of them can be
changed, and the signature is of no use on another version. It is kept in tags of the version.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Final

import attrs

from genesis_flow.domain.errors import UntrustedContent

KEY_TAG: Final = "genesis_flow.signature.key"
VALUE_TAG: Final = "genesis_flow.signature.value"
DIGEST_TAG: Final = "genesis_flow.signature.digest"
TIME_TAG: Final = "genesis_flow.signature.time"

_TAGS: Final = (KEY_TAG, VALUE_TAG, DIGEST_TAG, TIME_TAG)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_TIME: Final = re.compile(r"[0-9]{1,15}")
_CONTEXT: Final = "genesis-flow model version signature 1"


@attrs.frozen
class VersionSignature:
    """
    A signature of a version.

    Attributes:
        key_id: Of the key, as "sha256:" and hexadecimal digits. value: What the key made of the statement.
        digest: Of the manifest of the version's files. signed_at: Milliseconds since the epoch (UTC).
    """

    key_id: str
    value: bytes
    digest: str
    signed_at: int

    def to_tags(self) -> dict[str, str]:
        """The tags that keep it."""
        value = base64.b64encode(self.value).decode()
        return dict(zip(_TAGS, (self.key_id, value, self.digest, str(self.signed_at)), strict=True))


def statement(name: str, version: int, *, key_id: str, digest: str, signed_at: int) -> bytes:
    """What is signed; two different statements have different bytes."""
    content = [_CONTEXT, name, version, key_id, digest, signed_at]
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()


def signature_in(tags: Mapping[str, str]) -> VersionSignature | None:
    """
    The signature that tags of a version keep, None if there is none.

    Raises:
        UntrustedContent: They keep something else, or a part of one.
    """
    found = [tags.get(tag) for tag in _TAGS]
    if all(each is None for each in found):
        return None
    key_id, value, digest, time = (each or "" for each in found)
    if not (value and _DIGEST.fullmatch(key_id) and _DIGEST.fullmatch(digest) and _TIME.fullmatch(time)):
        raise UntrustedContent("The signature of the version is damaged.")
    try:
        return VersionSignature(key_id, base64.b64decode(value, validate=True), digest, int(time))
    except (binascii.Error, ValueError):
        raise UntrustedContent("The signature of the version is damaged.") from None
