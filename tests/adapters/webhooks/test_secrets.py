"""Secrets in a store: encrypted as MLflow encrypts them, and shown by no error."""

from __future__ import annotations

import base64
import sys

import pytest
from cryptography.fernet import Fernet

from genesis_flow.adapters.signing.fernet import VARIABLE, FernetBox, new_key
from genesis_flow.domain.errors import CorruptRecord, InvalidInput, Unsupported

KEY, OTHER_KEY = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))
BOX = FernetBox(lambda: KEY)


@pytest.mark.parametrize("secret", ["s3cret", "ü\0\n", "x" * 1_000])
def test_what_is_sealed_can_be_opened(secret: str) -> None:
    """By us and by MLflow, which uses Fernet with the same key; no two are alike."""
    sealed = BOX.seal(secret)
    assert secret == BOX.open(sealed) == Fernet(KEY).decrypt(sealed.encode()).decode()
    assert secret == BOX.open(Fernet(KEY).encrypt(secret.encode()).decode())
    assert BOX.seal(secret) != sealed


@pytest.mark.parametrize("sealed", ["", "s3cret", "gAAAAA==", "ü", "\0", None])
def test_what_cannot_be_opened(sealed: str | None) -> None:
    """Made with another key, damaged, or never sealed: an error that says what to do."""
    if sealed is None:
        sealed = FernetBox(lambda: OTHER_KEY).seal("s3cret")
    with pytest.raises(CorruptRecord, match="was encrypted with another key") as caught:
        BOX.open(sealed)
    assert KEY not in caught.value.message


@pytest.mark.parametrize("key", [None, "", "short", "ü" * 44, KEY[:-2]])
def test_without_a_key(key: str | None) -> None:
    """A secret is refused, and one that is there cannot be opened; neither it nor the key is shown."""
    box, sealed = FernetBox(lambda: key), BOX.seal("s3cret")
    with pytest.raises(InvalidInput, match=f"Set {VARIABLE}") as refused:
        box.seal("s3cret")
    with pytest.raises(CorruptRecord, match=f"Set {VARIABLE}") as closed:
        box.open(sealed)
    for message in (refused.value.message, closed.value.message):
        assert "s3cret" not in message
        assert not key or f"{key} " not in message


def test_a_new_key() -> None:
    """One that can be used, and another one each time."""
    key = new_key()
    assert "s" == FernetBox(lambda: key).open(FernetBox(lambda: key).seal("s"))
    assert key != new_key()


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)
    with pytest.raises(Unsupported, match=r"pip install 'genesis-flow\[signing\]'"):
        BOX.seal("s3cret")
