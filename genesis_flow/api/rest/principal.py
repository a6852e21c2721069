"""
Who asks, and what they may do: the one place that decides it.

Today there is one principal, whoever uses this machine. A request from elsewhere has none, unless the server was told
to let everybody in.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, Final

import attrs

from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.errors import Unauthenticated

#: The usual names of this machine; the others are addresses, which take longer to understand.
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
#: Headers of proxies: behind one, the peer is the proxy and not who asks.
_PROXIED: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})


@attrs.frozen
class Principal:
    """Who asks; `name` is for logs."""

    name: str


LOCAL: Final = Principal("local")
ANONYMOUS: Final = Principal("anonymous")


@attrs.frozen
class Gate:
    """
    Lets requests in.

    Attributes:
        allow_anonymous: Let in whoever can reach the server, from whatever machine.
    """

    allow_anonymous: bool = False

    def authenticate(self, scope: Any) -> Principal:
        """
        Who sends the request of an ASGI scope.

        Raises:
            Unauthenticated: Not a process of this machine, and the server does not serve others.
        """
        if _is_local(scope):
            return LOCAL
        if self.allow_anonymous:
            return ANONYMOUS
        raise Unauthenticated(
            "This server serves its own machine only. It has no sign-on yet: start it with --allow-anonymous where a "
            "proxy or the network decides who reaches it."
        )

    def authorize(self, principal: Principal, endpoint: Endpoint) -> None:
        """
        Let `principal` do what `endpoint` does; whoever was let in may do everything.

        Raises:
            Forbidden: Nobody yet.
        """


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine and no other can reach it."""
    if host in _LOOPBACK:
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_local(scope: Any) -> bool:
    client = scope.get("client")
    is_direct = _PROXIED.isdisjoint(name for name, _ in scope["headers"])
    return client is not None and is_loopback(client[0]) and is_direct
