"""The application on which a store of MLflow is built."""

from __future__ import annotations

from typing import Final

from mlflow.utils.uri import resolve_uri_if_local

from genesis_flow.api import session
from genesis_flow.bootstrap import Application, open_application
from genesis_flow.domain.values.uris import scheme_of
from genesis_flow.settings import settings_for, surroundings

#: What stands before the `sqlite:` of our files, so that MLflow does not take them for its own.
SQLITE_PREFIX: Final = "genesis+"


def opened(store_uri: str, artifact_root: str | None = None) -> Application:
    """
    The application on a store, opened once for each artifact root.

    It stays open until the process ends: MLflow ends the active run when the interpreter exits.

    Raises:
        InvalidInput: No store serves the URI, or a setting of the environment is wrong.
    """
    uri = _uri_of_ours(store_uri)
    settings = settings_for(uri, resolve_uri_if_local(artifact_root))
    name = f"guest of {settings.tracking_uri} {settings.artifact_root}"
    application = session.shared(name, lambda: open_application(settings))
    session.shared(_any_root(uri), lambda: application)
    return application


def opened_with_any_root(store_uri: str) -> Application:
    """
    An application on a store, for what has nothing to do with artifact roots: the first that was opened.

    Raises:
        InvalidInput: As `opened`.
    """
    return session.shared(_any_root(_uri_of_ours(store_uri)), lambda: opened(store_uri))


def _any_root(uri: str) -> str:
    return f"guest of {uri} in {surroundings()}"  # a path in it may be relative to the working directory


def _uri_of_ours(store_uri: str) -> str:
    is_file = scheme_of(store_uri).startswith(SQLITE_PREFIX)
    return store_uri[len(SQLITE_PREFIX) :] if is_file else store_uri
