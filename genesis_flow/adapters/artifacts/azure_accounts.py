"""
Who asks Azure Storage.

A secret is used for the account that it belongs to and for no other, whatever a URI says.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
from typing import Any, Final
from urllib.parse import parse_qs

import attrs

from genesis_flow.adapters.artifacts import azure_locations
from genesis_flow.adapters.artifacts.buckets import BucketAddress
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.storage import StorageAccess

_STRING: Final = "AZURE_STORAGE_CONNECTION_STRING"
_DEVELOPMENT: Final = "usedevelopmentstorage"
#: The public account of the emulator, as Microsoft documents it.
_EMULATOR_ACCOUNT: Final = "devstoreaccount1"
_EMULATOR_KEY: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_SIGNATURE: Final = re.compile(r"([?&]sig=)[^&\s\"']+", re.I)


@attrs.frozen
class AccountAccess:
    """
    How one account is reached.

    Attributes:
        endpoint: URL of its Blob service. key, sas: One of them, or none for the identity of the process.
        source: The setting that they come from.
    """

    account: str
    endpoint: str
    key: str | None = attrs.field(default=None, repr=False)
    sas: str | None = attrs.field(default=None, repr=False)
    source: str = attrs.field(default="DefaultAzureCredential", eq=False)

    @property
    def shown(self) -> str:
        """For people, without secrets."""
        means = "a key" if self.key else "a shared access signature" if self.sas else "the identity of this process"
        until = parse_qs(self.sas).get("se", [""])[0] if self.sas else ""
        privacy = "" if self.endpoint.startswith("https:") else ", not encrypted: an emulator"
        return (
            f"account {self.account!r} by {means} ({self.source}){f', valid until {until}' if until else ''}, "
            f"at {self.endpoint}{privacy}"
        )


def account_access(address: BucketAddress, access: StorageAccess) -> AccountAccess:
    """
    How the account of `address` is reached: by connection string, by key, by signature, or as this process.

    What belongs to another account is passed over.

    Raises:
        InvalidInput: No account is named anywhere, a setting is malformed, or the way there is not private.
    """
    wanted = azure_locations.account_of(address.host)
    found = _by_connection_string(wanted, access) or _by_settings(wanted, address, access)
    if not azure_locations.is_private(found.endpoint):
        raise InvalidInput(
            "azure_storage",
            "Azure Storage is reached by https only; http is for an emulator on this machine.",
        )
    if found.key is not None:
        _require_base64(found.key)
    return found


def _by_connection_string(wanted: str, access: StorageAccess) -> AccountAccess | None:
    if not access.azure_connection_string:
        return None
    found = parsed_connection_string(access.azure_connection_string)
    return found if wanted in ("", found.account) else None


def parsed_connection_string(text: str) -> AccountAccess:
    """
    What a connection string says.

    Raises:
        InvalidInput: Malformed; the message does not repeat it.
    """
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if fields.get(_DEVELOPMENT, "").lower() == "true":
        endpoint = f"http://127.0.0.1:10000/{_EMULATOR_ACCOUNT}"
        return AccountAccess(_EMULATOR_ACCOUNT, endpoint, _EMULATOR_KEY, source=_STRING)
    account, endpoint = fields.get("accountname", ""), fields.get("blobendpoint", "").rstrip("/")
    if not endpoint and account:
        suffix = fields.get("endpointsuffix", "core.windows.net")
        endpoint = f"{fields.get('defaultendpointsprotocol', 'https')}://{account}.blob.{suffix}"
    account = account or azure_locations.account_of_endpoint(endpoint)
    key, sas = fields.get("accountkey"), _plain_sas(fields.get("sharedaccesssignature"))
    if not account or not endpoint or not (key or sas) or not all(mark for _, mark, _ in pairs):
        raise InvalidInput(
            _STRING,
            "The connection string of Azure Storage is malformed: it needs AccountName with AccountKey, or "
            "BlobEndpoint with SharedAccessSignature. Copy it again from 'Access keys' of the storage account.",
        )
    return AccountAccess(account, endpoint, key, None if key else sas, _STRING)


def _by_settings(wanted: str, address: BucketAddress, access: StorageAccess) -> AccountAccess:
    own = (access.azure_account or "").lower()
    account = wanted or own or azure_locations.account_of_endpoint(access.azure_endpoint or "")
    if not account:
        raise InvalidInput(
            "artifact_uri",
            f"'{address.uri}' does not say which storage account it means: set AZURE_STORAGE_CONNECTION_STRING or "
            "AZURE_STORAGE_ACCOUNT_NAME, or write SCHEME://CONTAINER@ACCOUNT.blob.core.windows.net/path.",
        )
    is_own = account == own
    endpoint = azure_locations.endpoint_of(address.host or f"{account}.{azure_locations.USUAL_SUFFIX}")
    if access.azure_endpoint and (is_own or not wanted):
        endpoint = access.azure_endpoint.rstrip("/")
    if access.azure_key and (is_own or not own):
        return AccountAccess(account, endpoint, key=access.azure_key, source="AZURE_STORAGE_ACCESS_KEY")
    if access.azure_sas and not own:
        raise InvalidInput(
            "AZURE_STORAGE_SAS_TOKEN",
            "AZURE_STORAGE_SAS_TOKEN is set without AZURE_STORAGE_ACCOUNT_NAME: say which account it is for, as it "
            "would otherwise be sent to whatever account a URI names.",
        )
    sas = _plain_sas(access.azure_sas) if is_own else None
    if sas is None:
        return AccountAccess(account, endpoint)
    return AccountAccess(account, endpoint, sas=sas, source="AZURE_STORAGE_SAS_TOKEN")


def _plain_sas(text: str | None) -> str | None:
    return text.strip().lstrip("?") if text else None


def _require_base64(key: str) -> None:
    try:
        base64.b64decode(key, validate=True)
    except binascii.Error:
        raise InvalidInput(
            "AZURE_STORAGE_ACCESS_KEY", "The key of the storage account is not base64. Copy it again."
        ) from None


def without_signatures(record: logging.LogRecord) -> bool:
    """Let every record pass, without the signature in a URL: at DEBUG, the HTTP library writes whole URLs."""
    record.msg = _hidden(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(map(_hidden, record.args))
    return True


def _hidden(value: Any) -> Any:
    text = value if isinstance(value, str) else str(value) if isinstance(value, Exception) else None
    return value if text is None else _SIGNATURE.sub(r"\1***", text)
