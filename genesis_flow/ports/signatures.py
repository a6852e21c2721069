"""Signatures of texts, by keys in files."""

from __future__ import annotations

from abc import ABC, abstractmethod

import attrs


@attrs.frozen
class KeyPair:
    """A new key, as PEM: whoever has `private` can sign, whoever has `public` can verify."""

    private: bytes = attrs.field(repr=False)
    public: bytes


class Signatures(ABC):
    """
    Ed25519 signatures (RFC 8032), keys as PEM (PKCS 8, SubjectPublicKeyInfo).

    Any method may raise `Unsupported`: the library is missing, the message names the extra.
    """

    @abstractmethod
    def new_keys(self) -> KeyPair:
        """A new pair of keys."""

    @abstractmethod
    def sign(self, private: bytes, message: bytes) -> tuple[str, bytes]:
        """
        The id of the key, and what it signs `message` with.

        Raises:
            InvalidInput: Not a private Ed25519 key without a password.
        """

    @abstractmethod
    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """
        Whether `signature` is one of `message` by the key.

        Raises:
            InvalidInput: Not a public Ed25519 key.
        """
