"""What requests without the driver carry to be let in."""

from __future__ import annotations

import base64
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

from genesis_flow.adapters.artifacts import azure_authorization
from genesis_flow.adapters.artifacts.azure_accounts import AccountAccess
from genesis_flow.adapters.artifacts.azure_authorization import authorization

pytest.importorskip("azure.storage.blob")

HOST = "https://acc.blob.core.windows.net"
KEY = base64.b64encode(b"hunter2" * 9).decode()


class _Identity:
    """Gives tokens that work for so many seconds."""

    def __init__(self, valid_s: float) -> None:
        self.valid_s, self.given = valid_s, 0

    def get_token(self, scope: str) -> Any:
        assert "https://storage.azure.com/.default" == scope
        self.given += 1
        return SimpleNamespace(token=f"token {self.given}", expires_on=time.time() + self.valid_s)


@pytest.mark.parametrize(("valid_s", "expected"), [(3_600, ["1", "1", "1"]), (200, ["1", "2", "3"])])
def test_a_token_is_kept_until_shortly_before_its_end(valid_s: float, expected: list[str]) -> None:
    """Asking for one may start a program or send a request, which is not done for every blob."""
    authorize = authorization(AccountAccess("acc", HOST), "data", _Identity(valid_s))
    found = [authorize() for _ in range(3)]
    assert [f"Bearer token {number}" for number in expected] == [headers["Authorization"] for _, headers in found]
    assert [""] * 3 == [query for query, _ in found]


@pytest.mark.parametrize(("valid_s", "expected"), [(3_600, 1), (200, 3)])
def test_a_key_signs_for_one_container_and_an_hour(
    monkeypatch: pytest.MonkeyPatch, valid_s: int, expected: int
) -> None:
    """The signature is made again when its end is near; the key itself is in neither repr nor request."""
    monkeypatch.setattr(azure_authorization, "_SIGNED_S", valid_s)
    made = _count_signatures(monkeypatch)
    authorize = authorization(AccountAccess("acc", HOST, KEY), "data", None)
    for _ in range(3):
        query, headers = authorize()
        assert ({}, ["c"]) == (headers, parse_qs(query)["sr"])
    assert ["data"] * expected == made
    assert KEY not in repr(authorize) + query


def _count_signatures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    import azure.storage.blob

    made: list[str] = []
    real = azure.storage.blob.generate_container_sas

    def counted(account: str, container: str, **options: Any) -> str:
        made.append(container)
        return real(account, container, **options)

    monkeypatch.setattr(azure.storage.blob, "generate_container_sas", counted)
    return made


def test_a_signature_is_used_as_it_is() -> None:
    """Nothing is added to what was given."""
    assert ("sv=1&sig=x%3D", {}) == authorization(AccountAccess("acc", HOST, sas="sv=1&sig=x%3D"), "data", None)()
