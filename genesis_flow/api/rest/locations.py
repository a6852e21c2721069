"""Which local paths a caller of the API may name: whoever asks is not who owns this machine's disk."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlparse, urlsplit

from genesis_flow.domain.errors import Forbidden, InvalidInput
from genesis_flow.domain.values.locations import PROXIED
from genesis_flow.domain.values.uris import scheme_of
from genesis_flow.server_settings import MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES
from genesis_flow.settings import Settings

#: Schemes whose URIs name a host, to which a server of MLflow would connect. That of Azure, which MLflow counts among
#: them, is not: only hosts of Azure are asked.
_OF_HOSTS: Final = frozenset({"b2", "ftp", "hdfs", "http", "https", "r2", "sftp", "viewfs"})
#: The location of all that the server keeps for clients.
SERVED_ROOT: Final = f"{PROXIED}:/"


def local_path(location: str) -> Path | None:
    """The path on this machine that a location names, None if it is elsewhere."""
    scheme = scheme_of(location)
    if scheme == "file":
        return Path(unquote(urlsplit(location).path))
    return None if scheme else Path(location)


def is_below(path: Path, root: str | None) -> bool:
    """Whether `path`, links followed, is `root` or below it; never where `root` is not on this machine."""
    place = None if root is None else local_path(root)
    return place is not None and path.resolve().is_relative_to(place.resolve())


def is_proxied(location: str) -> bool:
    """Whether clients reach what is at a location by way of this server alone."""
    return scheme_of(location) == PROXIED


def require_served(location: str, settings: Settings) -> None:
    """
    Refuse to open this machine's disk to a caller elsewhere, but for what lies below the artifact root or destination.

    Raises:
        Forbidden: A local path outside it; a caller of the API chose it as the location of an experiment.
    """
    path = local_path(location)
    if path is None:
        return
    if not any(is_below(path, root) for root in (settings.artifact_root, settings.artifacts_destination)):
        raise Forbidden(
            "These artifacts are on the disk of the server, outside its artifact root: they are not shown to "
            "clients. Start the server with an artifact root that holds them (--default-artifact-root)."
        )


def require_plain(location: str, field: str) -> None:
    """
    Refuse a location of artifacts that no storage can have.

    Raises:
        InvalidInput: It is malformed, has a fragment or params, climbs in its query, or names a host.

    Source: MLflow 3.17 `_validate_storage_location_uri`, whose words are kept.
    """
    try:
        parts = urlparse(location)
    except ValueError:
        raise InvalidInput(field, f"'{field}' is no proper URI.") from None
    if parts.fragment or parts.params:
        raise InvalidInput(field, f"'{field}' URL can't include fragments or params.")
    query = parts.query
    while (plain := unquote(query)) != query:
        query = plain
    if ".." in query:
        raise InvalidInput(field, "Invalid query string")
    require_no_host(location, field)


def require_no_host(location: str, field: str) -> None:
    """
    Refuse a location at a host that the caller chose, unless its scheme is allowed.

    Raises:
        InvalidInput: It is one.

    Source: MLflow 3.17 `host_addressed_rejection_message`, whose words are kept.
    """
    scheme = scheme_of(location)
    names_host = scheme in _OF_HOSTS or location.lower().startswith(f"{PROXIED}://")
    if names_host and scheme not in MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES.get():
        raise InvalidInput(
            field,
            f"'{field}' cannot use the '{scheme}' scheme: the '{scheme}' scheme addresses a host other than the "
            "tracking server's configured artifact storage, so the server would connect to the host named in the URI. "
            f"Set the {MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES.name} environment variable on the server to "
            "allow it.",
        )
