"""The composition root of stores that speak MongoDB's protocol; see `bootstrap.py`."""

from __future__ import annotations

from urllib.parse import urlsplit

from genesis_flow.adapters.cosmos.dialect import dialect_for
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.dialect import MONGODB
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.settings import Settings


def open_database(settings: Settings) -> MongoDatabase:
    """The database of a MongoDB URI, with the limits of the server that its host or the settings name."""
    _require_escaped(settings.tracking_uri)
    dialect = dialect_for(settings.tracking_uri, settings.mongodb_dialect)
    if dialect is MONGODB:
        return MongoDatabase(
            settings.tracking_uri, settings.artifact_root, settings.timeout_s, settings.patience_s
        )
    from genesis_flow.adapters.cosmos.database import open_cosmos
    from genesis_flow.adapters.cosmos.throttling import Patience

    return open_cosmos(
        settings.tracking_uri, settings.artifact_root, settings.timeout_s, settings.patience_s,
        dialect=dialect, patience=Patience(settings.throttling_timeout_s),
    )


def _require_escaped(uri: str) -> None:
    """Refuse a URI of which the driver's own complaint would show the password."""
    try:
        is_plain = "@" not in uri.partition("://")[2].partition("?")[0].partition("/")[2] and bool(urlsplit(uri))
    except ValueError:
        is_plain = False
    if not is_plain:
        raise InvalidInput(
            "tracking_uri",
            "The tracking URI is not a valid MongoDB URI: its hosts are malformed, or user and "
            "password are not percent-encoded, such as '/' as %2F and '@' as %40.",
        )
