"""What a request for blobs carries to be let in: a signature in its query, or a token in its headers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from genesis_flow.adapters.artifacts.azure_accounts import AccountAccess

#: How long a signature of ours works, and how long before its end the next one is made, or a new token is had. (s)
_SIGNED_S: Final = 3_600
_MARGIN_S: Final = 300
_SCOPE: Final = "https://storage.azure.com/.default"
_VERSION: Final = "2021-12-02"

#: The query, without `?`, and headers.
Authorization = Callable[[], tuple[str, dict[str, str]]]


def authorization(found: AccountAccess, container: str, credential: Any) -> Authorization:
    """
    How requests for `container` are let in; what it takes is had when it is needed, and kept.

    Args:
        credential: Of the identity of this process, if there is no secret.
    """
    if found.sas is not None:
        query = found.sas
        return lambda: (query, {})
    if found.key is None:
        return _Token(credential)
    return _Signing(found.account, found.key, container)


@attrs.define
class _Token:
    """The token of an identity; some ways to have one take a process or a request."""

    _credential: Any
    _headers: dict[str, str] = attrs.field(factory=dict, init=False, repr=False)
    _until: float = attrs.field(default=0.0, init=False)

    def __call__(self) -> tuple[str, dict[str, str]]:
        if time.time() > self._until - _MARGIN_S:
            token = self._credential.get_token(_SCOPE)
            self._headers = {"Authorization": f"Bearer {token.token}", "x-ms-version": _VERSION}
            self._until = token.expires_on
        return "", self._headers


@attrs.define
class _Signing:
    """Signatures for a container, made of the account's key."""

    _account: str
    _key: str = attrs.field(repr=False)
    _container: str
    _query: str = attrs.field(default="", init=False, repr=False)
    _until: float = attrs.field(default=0.0, init=False)

    def __call__(self) -> tuple[str, dict[str, str]]:
        if time.time() > self._until - _MARGIN_S:
            from azure.storage.blob import ContainerSasPermissions, generate_container_sas

            ends = datetime.now(UTC) + timedelta(seconds=_SIGNED_S)
            allowed = ContainerSasPermissions(read=True, create=True, write=True, delete=True, list=True)
            self._query = generate_container_sas(
                self._account, self._container, account_key=self._key, expiry=ends, permission=allowed
            )
            self._until = ends.timestamp()
        return self._query, {}
