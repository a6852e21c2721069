"""What the server measures of itself, for Prometheus."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genesis_flow.api.rest.wire import Reply
from genesis_flow.server_settings import PROMETHEUS_MULTIPROC_DIR

#: Where an endpoint notes in the scope of a request which one it is.
ENDPOINT: Final = "genesis_flow.endpoint"
#: Of requests that no endpoint answered: unknown paths, and what is refused before it reaches one.
NO_ENDPOINT: Final = "none"
#: Whoever sends requests can think of any number of others.
_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
#: Upper bounds of the buckets of the histogram, in seconds.
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Measures:
    """The numbers of one application, together with those of other processes of the same server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        directory = PROMETHEUS_MULTIPROC_DIR.get()
        # Several processes are read from their files; else each application has numbers of its own.
        registry = None if directory else self._registry
        if directory:
            _forget_ended(Path(directory))
            MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]
        else:
            ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "genesis_flow_requests_total", "Requests that were answered.", ("endpoint", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "genesis_flow_request_seconds", "Time from the headers of a request to the end of its response.",
            ("endpoint", "method"), registry=registry, buckets=_BUCKETS,
        )
        self._in_flight = Gauge(
            "genesis_flow_requests_in_flight", "Requests that are not answered yet.", registry=registry,
            multiprocess_mode="livesum",
        )
        self.calls = Gauge(
            "genesis_flow_calls", "Calls of use cases that run or wait for a thread.", registry=registry,
            multiprocess_mode="livesum",
        )

    def begin(self) -> float:
        """Note that a request began; returns when."""
        self._in_flight.inc()
        return time.perf_counter()

    def end(self, start: float, endpoint: str, method: str, status: int) -> None:
        """Note that a request that began at `start` ended; status 0 for one without a response."""
        self._in_flight.dec()
        self._requests.labels(endpoint, method, status).inc()
        self._seconds.labels(endpoint, method).observe(time.perf_counter() - start)

    def reply(self) -> Reply:
        """The numbers in the text format of Prometheus."""
        return Reply(200, generate_latest(self._registry), CONTENT_TYPE_LATEST)


def _forget_ended(directory: Path) -> None:
    """Count nothing as in flight in processes that are no more."""
    for file in directory.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        except PermissionError:
            pass


class Measuring:
    """Middleware that measures requests."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app, self._measures = app, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        noted: dict[str, Any] = {}
        scope[ENDPOINT] = noted  # the same object in the scopes that routers derive from this one
        start = self._measures.begin()
        try:
            await self._app(scope, receive, send_noted)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            self._measures.end(start, noted.get("path", NO_ENDPOINT), method, status)
