"""The scoring server as a server of its own, in one process or several."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from genesis_flow.api.models.function_loading import loaded_from
from genesis_flow.api.models.locating import Located, located, trusted_by
from genesis_flow.api.scoring.app import create_app
from genesis_flow.domain.values.trust import Trust

#: Seconds for which requests may go on when the server is told to stop.
_SHUTDOWN_S: Final = 30
#: Requests of one process at the same time; more are answered with 503.
_MOST_REQUESTS: Final = 256


def serve(
    model_uri: str, *, host: str, port: int, workers: int, timeout_s: float, announce: Callable[[int], object]
) -> None:
    """
    Serve a model until the process is told to stop.

    Args:
        model_uri: As for `pyfunc.load_model`; the trust policy says what it may do.
        port: 0 for a free one. announce: Called with the port when clients can connect.
        workers: Processes that answer, each of which loads the model.

    Raises:
        NotFound, UntrustedContent, InvalidInput: As `pyfunc.load_model`; nothing listens then.
    """
    found = located(model_uri)
    given = trusted_by(None, False, found)
    load = partial(
        _application, str(found.directory.absolute()), found.digest, sorted(given.names), given.allow_unsafe, timeout_s
    )
    config = uvicorn.Config(
        load() if workers == 1 else load, factory=workers > 1, workers=workers, host=host, port=port, ws="none",
        proxy_headers=False, server_header=False, access_log=False, log_level="warning",
        limit_concurrency=_MOST_REQUESTS, timeout_graceful_shutdown=_SHUTDOWN_S,
    )  # fmt: skip
    with config.bind_socket() as listener:
        listener.listen(config.backlog)
        announce(listener.getsockname()[1])
        if workers == 1:
            uvicorn.Server(config).run(sockets=[listener])
        else:
            Multiprocess(config, [listener]).run()


def _application(
    directory: str, digest: str | None, names: list[str], allow_unsafe: bool, timeout_s: float
) -> Starlette:
    given = Trust(frozenset(names), allow_unsafe=allow_unsafe)
    model = loaded_from(Located(Path(directory), digest), given, suppress_warnings=False)
    return create_app(model, timeout_s=timeout_s)
