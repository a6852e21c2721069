"""What URIs of Azure Blob Storage mean."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from genesis_flow.adapters.artifacts.buckets import BucketAddress, malformed, plain_path

#: A service and a domain of Azure; who else answers there gets no credentials of ours.
_HOST: Final = re.compile(
    r"(?P<account>[a-z0-9]{3,24})(?:-(?:secondary|ipv6|dualstack))?\.(?:z[0-9]{1,3}\.)?(?P<service>blob|dfs)\."
    r"(?P<suffix>core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|core\.cloudapi\.de"
    r"|storage\.azure\.net)"
)
#: Some clouds are not in that list; the endpoint in the settings may name any host.
_CONTAINER: Final = re.compile(r"\$root|\$web|\$logs|[a-z0-9](?:-?[a-z0-9]){2,62}")
_LOOPBACK: Final = re.compile(r"127(?:\.\d{1,3}){3}|\[?::1\]?|localhost|[a-z0-9]+\.localhost")
USUAL_SUFFIX: Final = "blob.core.windows.net"


def azure_address(uri: str) -> BucketAddress:
    """
    The container and path that `uri` means; every character of the path counts as it is.

    Args:
        uri: `SCHEME://CONTAINER/path` or `SCHEME://CONTAINER@ACCOUNT.blob.core.windows.net/path`; the host may be
            that of the `dfs` service, of a national cloud, or of a DNS zone.

    Raises:
        InvalidInput: No container, another host, a query, `..`.

    Source: MLflow 3.17 `parse_wasbs_uri`, which ignores queries; the other schemes as adlfs reads them.
    """
    scheme, _, rest = uri.partition("://")
    authority, _, path = rest.partition("/")
    container, at, host = authority.partition("@")
    if not _CONTAINER.fullmatch(container) or len(container) > 63:
        raise malformed(
            scheme,
            "write SCHEME://CONTAINER@ACCOUNT.blob.core.windows.net/path, or SCHEME://CONTAINER/path with "
            "the account in the settings; names of containers are 3 to 63 of a-z, 0-9 and single '-'",
        )
    if at and not _HOST.fullmatch(host.lower()):
        raise malformed(scheme, "the host after '@' is not ACCOUNT.blob.core.windows.net, or that of another cloud")
    return BucketAddress(scheme.lower(), container, host.lower() if at else "", plain_path(scheme, path))


def account_of(host: str) -> str:
    """The account whose host this is, "" if it is none."""
    match = _HOST.fullmatch(host)
    return match["account"] if match else ""


def endpoint_of(host: str) -> str:
    """The URL of the Blob service at `host`, which may be that of the `dfs` service."""
    return f"https://{host.replace('.dfs.', '.blob.', 1)}"


def account_of_endpoint(endpoint: str) -> str:
    """The account of an endpoint: the first name of its host or, where that is an address, of its path."""
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").lower()
    if is_loopback(host) and not host.endswith(".localhost"):
        return parts.path.strip("/").partition("/")[0]
    return host.partition(".")[0]


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, where nobody listens in."""
    return _LOOPBACK.fullmatch(host.lower()) is not None


def is_private(endpoint: str) -> bool:
    """Whether what is sent to `endpoint` cannot be read on the way: HTTPS, or this machine."""
    parts = urlsplit(endpoint)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
