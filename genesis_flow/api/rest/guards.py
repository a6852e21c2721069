"""What every request must pass before anything reads it, and the headers of every response."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from fnmatch import fnmatchcase, translate
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import attrs
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from genesis_flow.api.rest.routing import route_path

_OPEN_PATHS: Final = frozenset({"/health", "/version"})
_CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LOCAL_ORIGINS: Final = r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"
_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@attrs.frozen
class Guards:
    """
    Middleware that refuses requests with a foreign Host or Origin, and adds security headers.

    A page in a browser can have a name of its own resolve to this machine (DNS rebinding); it cannot send an address as
    the Host. So names have to be allowed, while loopback and private addresses are by default.

    Attributes:
        hosts: Allowed hosts, with `*`; empty for localhost, loopback and private addresses.
        origins: Origins whose pages may change things, with `*`; those of this machine and of the host itself may.
            What their pages may read is told to browsers by `cors`.
        frame_options: Value of X-Frame-Options; "NONE" for no such header.

    Source: MLflow 3.17 `server/fastapi_security.py`; its default also allows names such as `10.example.com`.
    """

    app: ASGIApp
    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()
    frame_options: str = "SAMEORIGIN"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = [*message.get("headers", ())]
                names = {name.lower() for name, _ in own}
                message["headers"] = [*own, *(pair for pair in self._headers() if pair[0] not in names)]
            await send(message)

        problem = self._problem(scope)
        if problem:
            await _refuse(send_guarded, problem)
        else:
            await self.app(scope, receive, send_guarded)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'; frame-ancestors 'self'"),
            (b"cache-control", b"no-store"),
            (b"vary", b"Origin"),
        ]
        if self.frame_options.upper() != "NONE":
            headers.append((b"x-frame-options", self.frame_options.upper().encode("latin-1")))
        return headers

    def _problem(self, scope: Scope) -> str | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if route_path(scope) not in _OPEN_PATHS and not self._is_host_allowed(host):
            return "Invalid Host header - possible DNS rebinding attack detected"
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin and scope["method"] in _CHANGING and not self._is_origin_allowed(origin, host):
            return "Cross-origin request blocked"
        return None

    def _is_host_allowed(self, host: str) -> bool:
        if self.hosts:
            return any(fnmatchcase(host, allowed.lower()) for allowed in self.hosts)
        name = _name(host)
        if name in _LOCAL_HOSTS:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or address.is_private

    def _is_origin_allowed(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
            is_local = parts.hostname in _LOCAL_HOSTS
        except ValueError:
            return False
        return is_local or parts.netloc == host or any(fnmatchcase(origin, each.lower()) for each in self.origins)


def cors(origins: Sequence[str]) -> Middleware:
    """
    Middleware that tells browsers which pages may read answers: those of `origins`, with `*`, and of this machine.

    Source: MLflow 3.17 `server/fastapi_security.py`; there, only "*" alone is understood.
    """
    if "*" in origins:
        # Whoever may ask asks without credentials: browsers would refuse both together.
        every = ["*"]
        return Middleware(
            CORSMiddleware, allow_origins=every, allow_methods=every, allow_headers=every, expose_headers=every
        )  # fmt: skip
    return Middleware(
        CORSMiddleware, allow_origin_regex="|".join([_LOCAL_ORIGINS, *(translate(each.lower()) for each in origins)]),
        allow_credentials=True, allow_methods=sorted({"GET", "OPTIONS", *_CHANGING}), allow_headers=["*"],
        expose_headers=["*"],
    )  # fmt: skip


def _name(host: str) -> str:
    """The name or address in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


async def _refuse(send: Send, problem: str) -> None:
    body = problem.encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
