"""Which addresses strangers may name, and how long looking them up takes at most."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Any

import pytest

from genesis_flow.adapters.webhooks.addresses import Lookups, NotPublic, is_public
from genesis_flow.domain.errors import Throttled, Unavailable


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
        "::", "::1", "fe80::1", "fe80::1%1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
        "fec0::1", "4000::1", "2001::1", "100::1", "64:ff9b:2::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:168.63.129.16",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    ],
)  # fmt: skip
def test_what_is_not_public(text: str) -> None:
    """Addresses of this machine, of private networks, of a cloud's platform, and those that lead there."""
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "8.8.8.8", "172.32.0.1", "168.63.129.17", "2606:4700::1111", "64:ff9b::101:101", "::ffff:8.8.8.8"],
)
def test_what_is_public(text: str) -> None:
    """Addresses of the internet, also as IPv6 writes them."""
    assert is_public(ipaddress.ip_address(text))


def answering(*addresses: str) -> Any:
    """A name server."""

    def look(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return look


def test_one_private_address_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has a private address beside a public one is refused."""
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "10.0.0.1"))
    with pytest.raises(NotPublic, match=r"'h' resolves to 10\.0\.0\.1"):
        Lookups().public("h", 443, 5)
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "1.1.1.1"))
    assert ["8.8.8.8", "1.1.1.1"] == [place[0] for *_, place in Lookups().public("h", 443, 5)]
    monkeypatch.setattr(socket, "getaddrinfo", answering("no address"))
    with pytest.raises(NotPublic):
        Lookups().public("h", 443, 5)


def test_look_ups_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that hangs holds up nobody for longer than asked for, and holds so many threads at most."""
    release = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        release.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    lookups, began = Lookups(), time.monotonic()
    for _ in range(16):
        with pytest.raises(Unavailable, match=r"Timed out resolving 'h' after 0\.01 seconds"):
            lookups.all("h", 443, 0.01)
    with pytest.raises(Throttled):
        lookups.all("h", 443, 0.01)
    release.set()
    assert [] == lookups.all("h", 443, 30)
    assert time.monotonic() - began < 30


def test_odd_names_are_not_found() -> None:
    """Whatever the resolver makes of a name, it is one error."""
    for host in ("a" * 300, "a..b", "\0", "no.such.host.invalid"):
        with pytest.raises(Unavailable):
            Lookups().all(host, 443, 10)
