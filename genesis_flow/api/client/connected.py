"""What every part of the client shares: the store that it talks to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genesis_flow.api import session

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application


class Connected:
    """Knows its tracking URI; opens the store on first use."""

    def __init__(self, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        self._tracking_uri = str(tracking_uri) if tracking_uri else session.tracking_uri()
        self._registry_uri = str(registry_uri) if registry_uri else session.chosen_registry_uri() or self._tracking_uri

    @property
    def tracking_uri(self) -> str:
        """The URI of the store that this client talks to."""
        return self._tracking_uri

    @property
    def _application(self) -> Application:
        return session.application(self._tracking_uri)

    @property
    def _registry(self) -> Application:
        return session.application(self._registry_uri)

    def __repr__(self) -> str:
        from genesis_flow.domain.values.uris import redacted

        return f"{type(self).__name__}(tracking_uri={redacted(self._tracking_uri)!r})"


def texts(tags: dict[str, Any] | None) -> dict[Any, str]:
    """Tags with their values as texts."""
    return {key: str(value) for key, value in (tags or {}).items()}
