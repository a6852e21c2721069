"""
Which store a registry URI means, compared by its parts: text that only begins alike means another store.

User, password and options are no part of it.
"""

from __future__ import annotations

import os
import re
from typing import Final
from urllib.parse import unquote

import attrs

from genesis_flow.domain.errors import InvalidInput

_URI: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(.*)", re.DOTALL)
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.\-]+)(?::([0-9]{1,5}))?")
_PORTS: Final = {"mongodb": 27017, "mongodb+srv": 0}


@attrs.frozen
class RegistryPlace:
    """
    A registry, or several.

    Attributes:
        scheme: In lower case. hosts: Each as "host:port"; empty for stores without.
        path: The parts of the path of a file, or the name of a database; none for all of them.
    """

    scheme: str
    hosts: frozenset[str] = frozenset()
    path: tuple[str, ...] = ()

    def covers(self, other: RegistryPlace) -> bool:
        """Whether `other` is this place or lies in it: on no other hosts, and below the path."""
        return (
            self.scheme == other.scheme
            and other.hosts <= self.hosts
            and bool(other.hosts) == bool(self.hosts)
            and other.path[: len(self.path)] == self.path
        )

    @property
    def narrowness(self) -> tuple[int, int]:
        """Greater for places that cover less."""
        return (len(self.path), -len(self.hosts))


def registry_place(uri: str) -> RegistryPlace:
    """
    The place that `uri` means.

    Raises:
        InvalidInput: It is no URI of a registry, or not a plain one. The message does not show it.
    """
    match = _URI.fullmatch(uri) if isinstance(uri, str) and uri.isprintable() else None
    scheme = match[1].lower() if match else ""
    if match is None or scheme not in ("memory", "sqlite", *_PORTS) or not match[2].startswith("//"):
        raise _improper("It begins with mongodb://, mongodb+srv://, sqlite:/// or memory://.")
    rest = match[2][2:]
    if scheme == "memory":
        return RegistryPlace(scheme, path=tuple(filter(None, [rest])))
    if scheme == "sqlite":
        return RegistryPlace(scheme, path=_file(rest))
    return RegistryPlace(scheme, *_database(scheme, rest))


def _file(rest: str) -> tuple[str, ...]:
    path = unquote(rest.partition("?")[0])
    if not path.startswith("/") or "\0" in path or len(path) < 2:
        raise _improper("A SQLite file is sqlite:///relative or sqlite:////absolute.")
    return tuple(part for part in os.path.realpath(os.path.join(os.getcwd(), path[1:])).split(os.sep) if part)


def _database(scheme: str, rest: str) -> tuple[frozenset[str], tuple[str, ...]]:
    before, _, _ = rest.partition("?")
    authority, _, database = before.partition("/")
    hosts = authority.rpartition("@")[2]
    # A raw "@" behind the first "/" is a password that is not escaped: where the hosts are then, nobody knows.
    if "/" in database or "@" in database or "@" in authority.rpartition("@")[0] or "#" in before:
        raise _improper("User and password are percent-encoded, and the database is one name.")
    found = frozenset(_host(each, _PORTS[scheme]) for each in hosts.split(","))
    return found, tuple(filter(None, [unquote(database)]))


def _host(text: str, port: int) -> str:
    match = _HOST.fullmatch(text)
    if match is None:
        raise _improper("Its hosts are malformed.")
    return f"{match[1].lower().rstrip('.')}:{int(match[2] or port)}"


def _improper(reason: str) -> InvalidInput:
    return InvalidInput("registry_uri", f"The URI of a registry is not one that can be compared. {reason}")
