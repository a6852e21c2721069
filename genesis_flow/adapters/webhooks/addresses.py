"""
Which addresses are public, and looking them up within a time.

Source: the registries of special addresses that `ipaddress` knows; RFC 6052 and RFC 8215 for NAT64.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import Forbidden, Throttled, Unavailable

#: As `socket.getaddrinfo` gives it: family, type, protocol, canonical name, address.
Found = tuple[Any, Any, int, str, tuple[Any, ...]]
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
#: Tables of older versions of Python lack some of it.
_IETF: Final = ipaddress.IPv4Network("192.0.0.0/24")
#: Where all public addresses are.
_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
#: Azure answers virtual machines there, with what belongs to the machine: public by its number only.
_AZURE_PLATFORM: Final = ipaddress.IPv4Address("168.63.129.16")

_LOOKUPS_AT_ONCE: Final = 16


def is_public(address: IpAddress) -> bool:
    """Whether strangers may name this address: one of the public internet, and of one machine there."""
    inner = _inner(address)
    if isinstance(inner, ipaddress.IPv6Address):
        return inner.is_global and inner in _UNICAST
    return inner.is_global and not inner.is_multicast and inner != _AZURE_PLATFORM and inner not in _IETF


def _inner(address: IpAddress) -> IpAddress:
    """The IPv4 address that packets to an IPv6 address reach in the end, where it holds one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


class NotPublic(Forbidden):
    """A host has an `address` that is not public."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(f"{host!r} resolves to {address}, which is not a public address: nothing is sent there.")
        self.address = address


@attrs.frozen
class Lookups:
    """
    Looks up hosts in threads of their own, since nothing else ends a look-up that takes too long.

    Look-ups that were given up go on until the system gives them up, too; there are only so many at a time.
    """

    _free: threading.BoundedSemaphore = attrs.field(
        factory=lambda: threading.BoundedSemaphore(_LOOKUPS_AT_ONCE), init=False, repr=False
    )

    def public(self, host: str, port: int, timeout_s: float) -> list[Found]:
        """
        The addresses of a host, all of them public.

        Raises:
            NotPublic: One of them is not. Unavailable: There is none, or not in time. Throttled: Too many look-ups.
        """
        found = self.all(host, port, timeout_s)
        for *_, place in found:
            try:
                is_allowed = is_public(ipaddress.ip_address(place[0]))
            except ValueError:
                is_allowed = False
            if not is_allowed:
                raise NotPublic(host, str(place[0]))
        return found

    def all(self, host: str, port: int, timeout_s: float) -> list[Found]:
        """
        The addresses of a host.

        Raises:
            Unavailable: There is none, or not in time. Throttled: Too many look-ups.
        """
        deadline = time.monotonic() + timeout_s
        if not self._free.acquire(timeout=timeout_s):
            raise Throttled(f"Too many hosts are being looked up to look up {host!r}.")
        outcome: list[list[Found] | Exception] = []
        thread = threading.Thread(target=self._look, args=(host, port, outcome), name="webhook-lookup", daemon=True)
        try:
            thread.start()
            thread.join(max(0.0, deadline - time.monotonic()))
        except RuntimeError:  # when the interpreter ends, threads cannot be started any more
            self._look(host, port, outcome)
        if not outcome:
            raise Unavailable(f"Timed out resolving {host!r} after {timeout_s:g} seconds")
        if isinstance(outcome[0], Exception):
            raise Unavailable(str(outcome[0])) from outcome[0]
        return outcome[0]

    def _look(self, host: str, port: int, outcome: list[list[Found] | Exception]) -> None:
        try:
            outcome.append(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except Exception as error:  # `socket.gaierror`, or what encoding an odd name raises
            outcome.append(error)
        finally:
            self._free.release()
