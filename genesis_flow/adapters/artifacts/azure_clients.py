"""The clients of this process: one pool of connections for each account and secret, as long as the process lives."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Final

import attrs

from genesis_flow.adapters.artifacts.azure_accounts import AccountAccess, without_signatures
from genesis_flow.adapters.artifacts.azure_transport import Retries, private_transport, tls_context
from genesis_flow.adapters.artifacts.connections import Connections
from genesis_flow.domain.values.storage import Transfers

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient

#: Connections that are kept at least, as several threads of a program may log at the same time.
_CONNECTIONS: Final = 32
#: Seconds: to connect, and to wait for an answer.
_CONNECT_S: Final = 10
_READ_S: Final = 60


@attrs.frozen
class Account:
    """
    One account, and the connections to it.

    Attributes:
        service: The driver's client. connections: For requests without the driver.
    """

    access: AccountAccess
    service: BlobServiceClient
    connections: Connections
    credential: Any = attrs.field(repr=False)


class Accounts:
    """The accounts of this process, by secret; after a fork the child makes its own connections."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[int, AccountAccess, Transfers], Account] = {}

    def account(self, found: AccountAccess, transfers: Transfers) -> Account:
        """The account that is reached so, with as many connections as its transfers need."""
        key = (os.getpid(), found, transfers)
        if key not in self._accounts:
            self._accounts[key] = _new_account(found, transfers)
        return self._accounts[key]

    def close(self) -> None:
        """Let go of all connections."""
        for account in self._accounts.values():
            account.service.close()
            account.connections.close()
        self._accounts.clear()


def _new_account(found: AccountAccess, transfers: Transfers) -> Account:
    from azure.storage.blob import BlobServiceClient

    logging.getLogger("urllib3.connectionpool").addFilter(without_signatures)
    most, block = max(_CONNECTIONS, 4 * transfers.threads), transfers.block_bytes
    credential = _credential(found)
    service = BlobServiceClient(
        found.endpoint,
        credential=credential,
        transport=private_transport(most, connect_s=_CONNECT_S, read_s=_READ_S),
        max_block_size=block, max_single_put_size=block, max_single_get_size=block, max_chunk_get_size=block,
        retry_policy=Retries(),
    )  # fmt: skip
    connections = Connections(found.endpoint, tls_context(), most=most, connect_s=_CONNECT_S, read_s=_READ_S)
    return Account(found, service, connections, credential)


def _credential(found: AccountAccess) -> Any:
    if found.key is not None:
        return {"account_name": found.account, "account_key": found.key}
    if found.sas is not None:
        from azure.core.credentials import AzureSasCredential

        return AzureSasCredential(found.sas)
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()
