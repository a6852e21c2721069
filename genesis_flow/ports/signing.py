"""Keys, and what they sign."""

from __future__ import annotations

from abc import ABC, abstractmethod

import attrs


@attrs.frozen
class KeyPair:
    """A private key and its public key, as PEM."""

    private: str = attrs.field(repr=False)
    public: str = ""


class Signer(ABC):
    """
    Keys, and what they sign.

    Promises: no message of an error shows anything of a private key. Each method may raise `Unsupported`: a library
    is missing; the message names the extra.
    """

    @abstractmethod
    def make_keys(self, password: bytes | None = None) -> KeyPair:
        """A new pair of keys; with a password the private one is encrypted."""

    @abstractmethod
    def public_of(self, private: str, password: bytes | None = None) -> str:
        """
        The public key of a private one.

        Raises:
            InvalidInput: Not a private key of the kind that is used here, or the password is wrong or missing.
        """

    @abstractmethod
    def id_of(self, public: str) -> str:
        """
        What tells a public key from others: "sha256:" and hexadecimal digits.

        Raises:
            InvalidInput: Not a public key of the kind that is used here.
        """

    @abstractmethod
    def sign(self, private: str, statement: bytes, password: bytes | None = None) -> bytes:
        """
        The signature of `statement`.

        Raises:
            InvalidInput: As `public_of`.
        """

    @abstractmethod
    def is_signature(self, public: str, signature: bytes, statement: bytes) -> bool:
        """
        Whether `signature` was made of `statement` with the private key that belongs to `public`.

        Raises:
            InvalidInput: As `id_of`.
        """
