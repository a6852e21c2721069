"""Whether a server serves artifacts, and where they are then."""

from __future__ import annotations

from typing import Any

import attrs

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.rest.messages.fields import Values
from genesis_flow.api.rest.routes import PROXY, Endpoint
from genesis_flow.api.rest.use_cases import UseCases
from genesis_flow.domain.values.locations import PROXIED
from genesis_flow.settings import (
    MLFLOW_DEFAULT_ARTIFACT_ROOT,
    Settings,
    absolute_location,
    destination_of,
    settings_for,
)


@attrs.frozen
class Serving:
    """
    Which artifacts a server serves.

    Attributes:
        is_on: Clients send files to the server and get them from it.
        destination: Where it keeps them, a URI or path; by default $MLFLOW_ARTIFACTS_DESTINATION, else where
            experiments would keep them without a server.
        is_alone: Nothing else is served.
    """

    is_on: bool = True
    destination: str | None = None
    is_alone: bool = False


def settings_of(tracking_uri: str, artifact_root: str | None, serving: Serving) -> Settings:
    """The settings of a server on a store."""
    settings = settings_for(tracking_uri)
    if serving.is_on:
        destination = destination_of(serving.destination) or settings.artifacts_destination or settings.artifact_root
        chosen = artifact_root or MLFLOW_DEFAULT_ARTIFACT_ROOT.get()
        root = absolute_location(chosen) if chosen else f"{PROXIED}:/"
        return attrs.evolve(settings, artifact_root=root, artifacts_destination=destination_of(destination))
    if artifact_root:
        return attrs.evolve(settings, artifact_root=absolute_location(artifact_root))
    return settings


def switched_off(endpoint: Endpoint, serving: Serving) -> Endpoint:
    """`endpoint` itself, or one in its place that says why it is not served."""
    is_proxy = endpoint.prefixes == PROXY
    if is_proxy and not serving.is_on:
        reason = (
            "`--no-serve-artifacts`. To enable artifacts server functionality, run `mlflow server` with "
            "`--serve-artifacts`"
        )
        return _refusing(endpoint, f"with {reason}")
    if not is_proxy and serving.is_alone:
        reason = (
            "`--artifacts-only` mode. To enable tracking server functionality, run `mlflow server` without "
            "`--artifacts-only`"
        )
        return _refusing(endpoint, f"in {reason}")
    return endpoint


def _refusing(endpoint: Endpoint, reason: str) -> Endpoint:
    message = f"Endpoint: {endpoint.prefixes[0]}{endpoint.path} disabled due to the mlflow server running {reason}"

    def refuse(use_cases: UseCases, given: Values) -> dict[str, Any]:
        raise MlflowException(message, "TEMPORARILY_UNAVAILABLE")

    return attrs.evolve(endpoint, fields=(), handler=refuse)
