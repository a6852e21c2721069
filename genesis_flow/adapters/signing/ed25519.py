"""Signatures by Ed25519, through the package cryptography."""

from __future__ import annotations

import hashlib
from typing import Any

import attrs

from genesis_flow.domain.errors import InvalidInput, Unsupported
from genesis_flow.ports.signing import KeyPair, Signer


@attrs.frozen
class Ed25519Signer(Signer):
    """Keys as PEM: private ones as PKCS 8, public ones as SubjectPublicKeyInfo."""

    def make_keys(self, password: bytes | None = None) -> KeyPair:
        serialization, ed25519, _ = _library()
        key = ed25519.Ed25519PrivateKey.generate()
        encryption = (
            serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        )
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        return KeyPair(private.decode(), _public_pem(key.public_key()))

    def public_of(self, private: str, password: bytes | None = None) -> str:
        return _public_pem(_private(private, password).public_key())

    def id_of(self, public: str) -> str:
        serialization, _, _ = _library()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        data = _public(public).public_bytes(serialization.Encoding.DER, form)
        return f"sha256:{hashlib.sha256(data).hexdigest()}"

    def sign(self, private: str, statement: bytes, password: bytes | None = None) -> bytes:
        signature: bytes = _private(private, password).sign(statement)
        return signature

    def is_signature(self, public: str, signature: bytes, statement: bytes) -> bool:
        _, _, invalid = _library()
        try:
            _public(public).verify(signature, statement)
        except invalid:
            return False
        return True


def _library() -> tuple[Any, Any, Any]:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ModuleNotFoundError as error:
        raise Unsupported(
            "Signatures need the package 'cryptography', which is not installed. Install it with: "
            "pip install 'genesis-flow[signing]'"
        ) from error
    return serialization, ed25519, InvalidSignature


def _private(pem: str, password: bytes | None) -> Any:
    serialization, ed25519, _ = _library()
    try:
        key = serialization.load_pem_private_key(pem.encode(), password)
    except Exception:  # its own messages differ by release, and may quote the key
        raise InvalidInput(
            "key", "This is not a private key as PEM, or its password is missing or wrong."
        ) from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise InvalidInput("key", "The private key is not one for Ed25519.")
    return key


def _public(pem: str) -> Any:
    serialization, ed25519, _ = _library()
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except Exception:  # as above
        raise InvalidInput("key", "This is not a public key as PEM.") from None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise InvalidInput("key", "The public key is not one for Ed25519.")
    return key


def _public_pem(key: Any) -> str:
    serialization, _, _ = _library()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    found: str = key.public_bytes(serialization.Encoding.PEM, form).decode()
    return found
