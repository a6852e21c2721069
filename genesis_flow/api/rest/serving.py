"""The REST API as a server of its own, in one process or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from genesis_flow.api.rest.app import create_app
from genesis_flow.api.rest.protocols import HEADERS_BYTES, MOST_CONNECTIONS, PatientProtocol
from genesis_flow.server_settings import PROMETHEUS_MULTIPROC_DIR

#: Seconds for which requests may go on when the server is told to stop.
SHUTDOWN_S: Final = 30


def serve(*, host: str, port: int, workers: int, announce: Callable[[int], object], **options: Any) -> None:
    """
    Serve until the process is told to stop.

    Args:
        port: 0 for a free one. announce: Called with the port when clients can connect.
        workers: Processes that answer, each with connections of its own to the store; one that ends is replaced.
        options: Of `create_app`.

    Raises:
        As `create_app`.
    """
    app = create_app(**options)  # here, so that wrong options fail before anything listens
    # What a proxy says of who asks is not believed: see `principal`.
    config = uvicorn.Config(
        app if workers == 1 else partial(create_app, **options), factory=workers > 1, workers=workers,
        host=host, port=port, http=PatientProtocol, ws="none", proxy_headers=False, server_header=False,
        access_log=False, log_level="warning", h11_max_incomplete_event_size=HEADERS_BYTES,
        limit_concurrency=2 * MOST_CONNECTIONS, timeout_graceful_shutdown=SHUTDOWN_S,
    )  # fmt: skip
    with config.bind_socket() as listener:
        listener.listen(config.backlog)
        announce(listener.getsockname()[1])
        if workers == 1:
            uvicorn.Server(config).run(sockets=[listener])
        else:
            app.state.close()
            with _counting_together():
                Multiprocess(config, [listener]).run()


@contextmanager
def _counting_together() -> Iterator[None]:
    """Have the processes that are started meanwhile add up what they count."""
    if PROMETHEUS_MULTIPROC_DIR.is_set():
        yield
        return
    with TemporaryDirectory(prefix="genesis-flow-metrics-") as directory:
        PROMETHEUS_MULTIPROC_DIR.set(directory)
        yield
        PROMETHEUS_MULTIPROC_DIR.unset()
