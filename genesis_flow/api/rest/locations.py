"""Which local paths a caller of the API may name: whoever asks is not who owns this machine's disk."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from genesis_flow.domain.errors import Forbidden
from genesis_flow.domain.values.locations import PROXIED
from genesis_flow.domain.values.uris import scheme_of
from genesis_flow.settings import Settings


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
