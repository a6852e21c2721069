"""Ed25519 through `cryptography`, which is loaded when something is signed or verified."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import attrs

from genesis_flow.domain.errors import InvalidInput, Unsupported
from genesis_flow.ports.signatures import KeyPair, Signatures

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@attrs.frozen
class Ed25519Signatures(Signatures):
    """Signatures through `cryptography`."""

    def new_keys(self) -> KeyPair:
        kinds, forms = _ed25519(), _serialization()
        key = kinds.Ed25519PrivateKey.generate()
        private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
        public = key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
        return KeyPair(private, public)

    def sign(self, private: bytes, message: bytes) -> tuple[str, bytes]:
        key = _private(private)
        return _id_of(key.public_key()), key.sign(message)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            _public(public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _private(pem: bytes) -> Ed25519PrivateKey:
    try:
        key: Any = _serialization().load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, _ed25519().Ed25519PrivateKey):
        raise InvalidInput("key", "The key is no private Ed25519 key in PEM without a password.")
    return key  # type: ignore[no-any-return]  # checked by a module that is loaded late


def _public(pem: bytes) -> Ed25519PublicKey:
    try:
        key: Any = _serialization().load_pem_public_key(pem)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, _ed25519().Ed25519PublicKey):
        raise InvalidInput("public_key", "The key is no public Ed25519 key in PEM.")
    return key  # type: ignore[no-any-return]  # as above


def _id_of(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise Unsupported(
            "Signatures need the package 'cryptography': pip install 'genesis-flow[signing]'."
        ) from error
    return ed25519


def _serialization() -> Any:
    _ed25519()  # says what to install
    from cryptography.hazmat.primitives import serialization

    return serialization
