"""The application on which a store of MLflow is built."""

from __future__ import annotations

from typing import Final

from mlflow.utils.uri import resolve_uri_if_local

from genesis_flow.api import session
from genesis_flow.bootstrap import Application, open_application
from genesis_flow.domain.values.uris import scheme_of
from genesis_flow.settings import settings_for

#: What stands before the `sqlite:` of our files, so that MLflow does not take them for its own.
SQLITE_PREFIX: Final = "genesis+"


def opened(store_uri: str, artifact_root: str | None = None) -> Application:
    """
    The application on a store, opened once for each artifact root.

    It stays open until the process ends: MLflow ends the active run when the interpreter exits.

    Raises:
        InvalidInput: No store serves the URI, or a setting of the environment is wrong.
    """
    if scheme_of(store_uri).startswith(SQLITE_PREFIX):
        store_uri = store_uri[len(SQLITE_PREFIX) :]
    settings = settings_for(store_uri, resolve_uri_if_local(artifact_root))
    name = f"guest of {settings.tracking_uri} {settings.artifact_root}"
    return session.shared(name, lambda: open_application(settings))
