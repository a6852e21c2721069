"""Secrets in a store, encrypted by Fernet through the package cryptography, as MLflow encrypts those of webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import CorruptRecord, InvalidInput, Unsupported
from genesis_flow.ports.webhooks import SecretBox

VARIABLE: Final = "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY"

_HOW: Final = (
    f"Set {VARIABLE}, in every process that uses the store, to a key that this prints: "
    "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)


@attrs.frozen
class FernetBox(SecretBox):
    """
    Encrypts with one key.

    Attributes:
        key: Gives it as it is now, 32 bytes in URL-safe base64; None where there is none.
    """

    key: Callable[[], str | None]

    def seal(self, secret: str) -> str:
        key = self.key()
        if not key:
            raise InvalidInput("secret", f"Secrets of webhooks are stored encrypted, and there is no key. {_HOW}")
        sealed: str = _cipher(key).encrypt(secret.encode()).decode()
        return sealed

    def open(self, sealed: str) -> str:
        key = self.key()
        if not key:
            raise CorruptRecord(f"The secret of the webhook is encrypted, and there is no key. {_HOW}")
        try:
            opened: str = _cipher(key).decrypt(sealed.encode()).decode()
        except InvalidInput as error:
            raise CorruptRecord(error.message) from None
        except _invalid_token():
            raise CorruptRecord(
                f"The secret of the webhook was encrypted with another key than {VARIABLE} holds, or is damaged. "
                "Use the key that it was encrypted with, or give the webhook its secret again."
            ) from None
        return opened


def _cipher(key: str) -> Any:
    try:
        from cryptography.fernet import Fernet
    except ModuleNotFoundError as error:
        raise Unsupported(
            "Secrets of webhooks need the package 'cryptography', which is not installed. Install it with: "
            "pip install 'genesis-flow[signing]'"
        ) from error
    try:
        return Fernet(key)
    except ValueError:  # whose message may quote the key
        raise InvalidInput(VARIABLE, f"{VARIABLE} holds no key. {_HOW}") from None


def _invalid_token() -> type[Exception]:
    from cryptography.fernet import InvalidToken

    found: type[Exception] = InvalidToken
    return found


def new_key() -> str:
    """A new key."""
    from cryptography.fernet import Fernet

    found: str = Fernet.generate_key().decode()
    return found
