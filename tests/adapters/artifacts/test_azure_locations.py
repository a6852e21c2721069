"""What URIs of Azure Blob Storage mean."""

from __future__ import annotations

import pytest

from genesis_flow.adapters.artifacts import azure_locations
from genesis_flow.adapters.artifacts.azure_locations import azure_address
from genesis_flow.adapters.artifacts.buckets import BucketAddress, bucket_address
from genesis_flow.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("azure://data/a/b", BucketAddress("azure", "data", "", "a/b")),
        ("az://data", BucketAddress("az", "data", "", "")),
        ("abfs://data/", BucketAddress("abfs", "data", "", "")),
        ("ABFSS://data@acc.dfs.core.windows.net/a", BucketAddress("abfss", "data", "acc.dfs.core.windows.net", "a")),
        ("wasb://data@acc.blob.core.windows.net", BucketAddress("wasb", "data", "acc.blob.core.windows.net", "")),
        ("wasbs://data@ACC.blob.core.chinacloudapi.cn/a b/%20#c", BucketAddress(
            "wasbs", "data", "acc.blob.core.chinacloudapi.cn", "a b/%20#c"
        )),
        ("wasbs://data@acc.blob.core.usgovcloudapi.net/a//b/", BucketAddress(
            "wasbs", "data", "acc.blob.core.usgovcloudapi.net", "a/b"
        )),
        ("azure://$web@acc.z12.blob.storage.azure.net/x", BucketAddress(
            "azure", "$web", "acc.z12.blob.storage.azure.net", "x"
        )),
    ],
)  # fmt: skip
def test_uris_name_a_container_and_a_path(uri: str, expected: BucketAddress) -> None:
    """With or without an account; what is in the path counts as it is, without empty parts."""
    assert expected == azure_address(uri)
    assert expected == azure_address(expected.uri)


@pytest.mark.parametrize(
    "uri",
    [
        "azure://", "azure:///a", "azure://ab/a", "azure://Data/a", "azure://a--b/c", "azure://-ab/c",
        f"azure://{'a' * 64}/b", "azure://data/../x", "azure://data/a/%2e%2e/b", "azure://data/a\\b",
        "azure://data/a\nb", "wasbs://data@evil.example/a", "wasbs://data@acc.blob.core.windows.net.evil.example/a",
        "wasbs://data@evil.example/acc.blob.core.windows.net", "wasbs://data@/a", "wasbs://@acc.blob.core.windows.net/a",
        "wasbs://data@acc.blob.core.windows.net:444/a", "wasbs://data@x@acc.blob.core.windows.net/a",
        "wasbs://data@acc.queue.core.windows.net/a", "azure:data/a",
    ],
)  # fmt: skip
def test_other_uris_are_refused(uri: str) -> None:
    """No container, a host that is not Azure's, and paths that climb."""
    with pytest.raises(InvalidInput) as caught:
        azure_address(uri)
    assert "artifact_uri" == caught.value.field


@pytest.mark.parametrize(
    "uri", ["azure://data/a?sv=2024&sig=hunter2", "azure://data/a?b", "wasbs://hunter2:key@acc.blob.core.windows.net/a"]
)
def test_secrets_in_a_uri_are_refused_and_not_shown(uri: str) -> None:
    """A signature or password is not repeated by the error."""
    with pytest.raises(InvalidInput) as caught:
        azure_address(uri)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "uri", ["s3://", "s3:///a", "s3://user:hunter2@b/a", "s3://b:80/a", "gs://b/a?x=hunter2", "gs://b/../a"]
)
def test_other_buckets_are_refused(uri: str) -> None:
    """Buckets have a plain name; users, passwords and ports are refused without being shown."""
    with pytest.raises(InvalidInput) as caught:
        bucket_address(uri)
    assert "hunter2" not in str(caught.value)


def test_a_directory_is_above() -> None:
    """The parent of a path, and of the top, which is its own."""
    assert BucketAddress("az", "data", "", "a") == azure_address("az://data/a/b").parent()
    assert BucketAddress("az", "data", "", "") == azure_address("az://data/a").parent()
    assert BucketAddress("az", "data", "", "") == azure_address("az://data").parent()


@pytest.mark.parametrize(
    ("endpoint", "account", "is_private"),
    [
        ("https://acc.blob.core.windows.net", "acc", True),
        ("http://acc.blob.core.windows.net", "acc", False),
        ("http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1", True),
        ("http://localhost:10000/devstoreaccount1/", "devstoreaccount1", True),
        ("http://acc.localhost:10000", "acc", True),
        ("http://127.0.0.1.evil.example/acc", "127", False),
        ("https://acc.blob.internal.example", "acc", True),
        ("ftp://acc.example", "acc", False),
    ],
)
def test_endpoints_have_an_account_and_are_private_or_not(endpoint: str, account: str, is_private: bool) -> None:
    """HTTPS is private, and HTTP within this machine; the account is in the host, or in the path of an emulator."""
    assert (account, is_private) == (
        azure_locations.account_of_endpoint(endpoint),
        azure_locations.is_private(endpoint),
    )
