"""Locations that a server of artifacts gives out, `mlflow-artifacts:/path`, where its files really are."""

from __future__ import annotations

import attrs

from genesis_flow.adapters.artifacts import locations
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.locations import PROXIED
from genesis_flow.domain.values.paths import ArtifactPath, artifact_path
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.artifacts import ArtifactStore, ArtifactStores


@attrs.frozen
class ProxiedArtifactStores(ArtifactStores):
    """
    Other stores, and those of `mlflow-artifacts:` URIs below `destination`, a path or a URI of the others.

    A link on this machine's disk that leads out of the destination is not followed, wherever on the way it is.
    """

    _stores: ArtifactStores
    _destination: str

    def open(self, uri: str) -> ArtifactStore:
        return self._stores.open(self._real(uri))

    def locate(self, uri: str) -> tuple[ArtifactStore, ArtifactPath]:
        return self._stores.locate(self._real(uri))

    def _real(self, uri: str) -> str:
        if locations.scheme_of(uri) != PROXIED:
            return uri
        path = uri[len(PROXIED) + 1 :]
        if path.startswith("//"):
            raise InvalidInput(
                "artifact_uri", f"Invalid artifact URI '{shown(uri)}': it names another server; write {PROXIED}:/path."
            )
        below = artifact_path(path.lstrip("/"), "artifact_uri", label="artifact URI")
        if not locations.scheme_of(self._destination):
            self._stores.open(self._destination).local_path(below)  # raises where a link leads out
        root = self._destination.rstrip("/")
        return f"{root}/{below}{'/' if uri.endswith('/') else ''}" if below.text else f"{root}/"
