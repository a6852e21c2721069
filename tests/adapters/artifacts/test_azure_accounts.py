"""Which credentials are used for which account of Azure Storage."""

from __future__ import annotations

import base64
import logging
import multiprocessing
from typing import Any

import pytest

from genesis_flow.adapters.artifacts.azure_accounts import (
    AccountAccess,
    account_access,
    parsed_connection_string,
    without_signatures,
)
from genesis_flow.adapters.artifacts.azure_clients import Accounts
from genesis_flow.adapters.artifacts.azure_locations import azure_address
from genesis_flow.adapters.artifacts.azure_transport import tls_context
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.storage import StorageAccess, Transfers

pytest.importorskip("azure.storage.blob")

KEY = base64.b64encode(b"hunter2" * 9).decode()
OTHER = base64.b64encode(b"other" * 9).decode()
STRING = f"DefaultEndpointsProtocol=https;AccountName=acc;AccountKey={KEY};EndpointSuffix=core.windows.net"
HOST = "https://acc.blob.core.windows.net"
WASBS = "wasbs://data@acc.blob.core.windows.net/a"


@pytest.mark.parametrize(
    ("uri", "settings", "expected"),
    [
        ("azure://data/a", {"azure_connection_string": STRING}, AccountAccess("acc", HOST, KEY)),
        (WASBS, {"azure_connection_string": STRING, "azure_key": OTHER}, AccountAccess("acc", HOST, KEY)),
        ("azure://data/a", {"azure_account": "acc", "azure_key": KEY}, AccountAccess("acc", HOST, KEY)),
        (WASBS, {"azure_key": KEY}, AccountAccess("acc", HOST, KEY)),
        (WASBS, {"azure_account": "acc", "azure_sas": "?sig=x"}, AccountAccess("acc", HOST, sas="sig=x")),
        (WASBS, {"azure_account": "acc", "azure_sas": "sig=x", "azure_key": KEY}, AccountAccess("acc", HOST, KEY)),
        (WASBS, {}, AccountAccess("acc", HOST)),
        ("azure://data/a", {"azure_account": "acc"}, AccountAccess("acc", HOST)),
        ("abfss://data@acc.dfs.core.windows.net/a", {}, AccountAccess("acc", HOST)),
        ("abfss://data@acc.dfs.core.usgovcloudapi.net/a", {}, AccountAccess(
            "acc", "https://acc.blob.core.usgovcloudapi.net"
        )),
        ("azure://data/a", {"azure_endpoint": "http://127.0.0.1:9/acc/", "azure_key": KEY}, AccountAccess(
            "acc", "http://127.0.0.1:9/acc", KEY
        )),
    ],
)  # fmt: skip
def test_the_first_that_fits_is_used(uri: str, settings: dict[str, Any], expected: AccountAccess) -> None:
    """A connection string, then a key, then a signature, then the identity of the process."""
    assert expected == account_access(azure_address(uri), StorageAccess(**settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"azure_connection_string": STRING},
        {"azure_account": "acc", "azure_key": KEY},
        {"azure_account": "acc", "azure_sas": "sig=hunter2"},
        {"azure_account": "acc", "azure_key": KEY, "azure_endpoint": "http://127.0.0.1:9/acc"},
    ],
)
def test_secrets_of_one_account_do_not_go_to_another(settings: dict[str, Any]) -> None:
    """A URI that names another account gets nothing but what this process may do there."""
    other = azure_address("wasbs://data@evil.blob.core.windows.net/a")
    expected = AccountAccess("evil", "https://evil.blob.core.windows.net")
    assert expected == account_access(other, StorageAccess(**settings))


@pytest.mark.parametrize(
    ("uri", "settings", "message"),
    [
        ("azure://data/a", {}, "does not say which storage account"),
        ("azure://data/a", {"azure_key": KEY}, "does not say which storage account"),
        (WASBS, {"azure_sas": "sig=hunter2"}, "say which account it is for"),
        (WASBS, {"azure_key": "hunter2*not base64"}, "not base64"),
        ("azure://data/a", {"azure_connection_string": STRING.replace("https", "http")}, "by https only"),
        ("azure://data/a", {"azure_endpoint": "http://acc.example", "azure_key": KEY}, "by https only"),
    ],
)
def test_settings_that_do_not_do_are_refused(uri: str, settings: dict[str, Any], message: str) -> None:
    """The error says what is missing and repeats no secret."""
    with pytest.raises(InvalidInput, match=message) as caught:
        account_access(azure_address(uri), StorageAccess(**settings))
    assert "hunter2" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "hunter2", "AccountName=acc", f"AccountKey={KEY}", "AccountName=acc;AccountKey=", "a;b;c",
        f"AccountName=acc;AccountKey={KEY};hunter2", "BlobEndpoint=https://acc.blob.core.windows.net",
    ],
)  # fmt: skip
def test_malformed_connection_strings_are_refused_unseen(text: str) -> None:
    """The error names the setting and holds nothing of its value."""
    with pytest.raises(InvalidInput, match="connection string of Azure Storage is malformed") as caught:
        parsed_connection_string(text)
    assert "hunter2" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{STRING};", AccountAccess("acc", HOST, KEY)),
        (f"accountname=acc; ACCOUNTKEY={KEY}", AccountAccess("acc", HOST, KEY)),
        (f"BlobEndpoint={HOST}/;SharedAccessSignature=?sv=1&sig=x%3D", AccountAccess("acc", HOST, sas="sv=1&sig=x%3D")),
        (
            f"AccountName=acc;AccountKey={KEY};EndpointSuffix=core.chinacloudapi.cn",
            AccountAccess("acc", "https://acc.blob.core.chinacloudapi.cn", KEY),
        ),
    ],
)
def test_connection_strings_are_read(text: str, expected: AccountAccess) -> None:
    """As the portal gives them, by key or by signature, of any cloud."""
    assert expected == parsed_connection_string(text)


def test_the_emulator_has_a_short_name() -> None:
    """`UseDevelopmentStorage=true` is Azurite with its public account."""
    found = parsed_connection_string("UseDevelopmentStorage=true")
    assert ("devstoreaccount1", "http://127.0.0.1:10000/devstoreaccount1") == (found.account, found.endpoint)


def test_no_repr_shows_a_secret() -> None:
    """What holds secrets can be printed."""
    access = StorageAccess(azure_connection_string=STRING, azure_key=KEY, azure_sas="sig=hunter2")
    shown = f"{access!r} {AccountAccess('acc', HOST, KEY)!r} {AccountAccess('acc', HOST, sas='sig=hunter2')!r}"
    assert KEY not in shown
    assert "hunter2" not in shown


def test_clients_are_shared_within_a_process() -> None:
    """One pool of connections for each account, and another one for another secret or process."""
    accounts = Accounts()
    first = accounts.account(AccountAccess("acc", HOST, KEY), Transfers())
    assert first is accounts.account(AccountAccess("acc", HOST, KEY), Transfers())
    assert first is not accounts.account(AccountAccess("acc", HOST, OTHER), Transfers())

    def in_child(queue: Any) -> None:
        queue.put(first is accounts.account(AccountAccess("acc", HOST, KEY), Transfers()))

    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=in_child, args=(queue,))
    child.start()
    child.join()
    assert False is queue.get()


def test_old_tls_is_not_spoken() -> None:
    """TLS 1.2 is the oldest version, and certificates are checked."""
    context = tls_context()
    assert ("TLSv1_2", True) == (context.minimum_version.name, context.check_hostname)


def test_signatures_stay_out_of_logs() -> None:
    """URLs in the HTTP library's log lose the signature, in texts, arguments and errors."""
    url = "/data/a?sv=2024&sig=hunter2%3D&se=1"
    record = logging.LogRecord("urllib3", 10, "", 0, f"GET {url} %s %s %s", (url, OSError(url), 5), None)
    assert without_signatures(record)
    shown = "/data/a?sv=2024&sig=***&se=1"
    assert f"GET {shown} {shown} {shown} 5" == record.getMessage()
