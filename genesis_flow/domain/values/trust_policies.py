"""
What whoever loads models grants to, and asks of, each registry.

A policy comes from the loader's own configuration, never from a registry or a model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import NO_TRUST, Trust, trust

#: The entry that is meant for every registry that no other entry names.
ANY: Final = "*"

_KEYS: Final = frozenset({"registry", "trusted", "require_signed", "public_keys", "allow_unsafe"})
_PORT: Final = 27017


@attrs.frozen
class RegistryPolicy:
    """
    What holds for the models of one registry.

    Attributes:
        trust: What is vouched for, beyond what a call of `load_model` says.
        require_signed: Whether only versions are loaded that one of `public_keys` has signed.
        public_keys: Files with public keys (PEM).
    """

    trust: Trust = NO_TRUST
    require_signed: bool = False
    public_keys: tuple[Path, ...] = ()

    def granted(self, names: Trust) -> Trust:
        """`names` and what the policy vouches for."""
        return Trust(names.names | self.trust.names, names.allow_unsafe or self.trust.allow_unsafe)


NO_POLICY: Final = RegistryPolicy()


@attrs.frozen
class Identity:
    """
    Which store a URI means, without credentials and options.

    Attributes:
        places: Of a server, each "host:port" that leads to it; of a file, its path. name: The database.
    """

    scheme: str
    places: frozenset[str]
    name: str = ""

    def is_same(self, other: Identity) -> bool:
        """Whether both mean one store: servers of one cluster may be named in part."""
        return self.scheme == other.scheme and self.name == other.name and bool(self.places & other.places)


def identity(uri: str, default_database: str = "genesis_flow") -> Identity:
    """
    Which store `uri` means.

    Raises:
        InvalidInput: It is no URI of a store.
    """
    try:
        parts = urlsplit(uri)
        path = unquote(parts.path)
    except ValueError:
        raise InvalidInput("registry", "A registry of the trust policy is no URI.") from None
    if parts.scheme == "sqlite":
        return Identity("sqlite", frozenset({str(Path(path.removeprefix("/")).absolute().resolve())}))
    if parts.scheme == "memory":
        return Identity("memory", frozenset({f"{parts.netloc}{path}"}))
    if parts.scheme not in ("mongodb", "mongodb+srv"):
        raise InvalidInput("registry", f"No registry has a URI with the scheme '{shown(parts.scheme)}'.")
    hosts = parts.netloc.rpartition("@")[2].lower().split(",")
    places = frozenset(host if ":" in host.rpartition("]")[2] else f"{host}:{_PORT}" for host in hosts)
    return Identity(parts.scheme, places, path.strip("/") or default_database)


@attrs.frozen
class TrustPolicies:
    """The policies of some registries, in order: the first that fits counts."""

    entries: Sequence[tuple[Identity | None, RegistryPolicy]] = ()

    def of(self, uri: str) -> RegistryPolicy:
        """The policy for the registry that `uri` names."""
        if not self.entries:
            return NO_POLICY
        wanted = identity(uri)
        found = (policy for known, policy in self.entries if known is None or known.is_same(wanted))
        return next(found, NO_POLICY)


def policies_from(content: Mapping[str, Any], beside: Path) -> TrustPolicies:
    """
    The policies that a file says; anything that is not known in it is refused.

    Args:
        content: `{"registries": [{"registry": URI or "*", "trusted": [...], "require_signed": bool,
            "public_keys": [paths], "allow_unsafe": bool}]}`.
        beside: The directory that paths are relative to.

    Raises:
        InvalidInput: It is not what such a file may say.
    """
    rows = content.get("registries")
    if set(content) != {"registries"} or not isinstance(rows, list):
        raise _wrong("it holds one list called 'registries' and nothing else")
    return TrustPolicies([_entry(row, beside) for row in rows])


def _entry(row: Any, beside: Path) -> tuple[Identity | None, RegistryPolicy]:
    if not isinstance(row, dict) or not isinstance(row.get("registry"), str):
        raise _wrong("each entry has a 'registry', which is a URI or '*'")
    unknown = set(map(str, row)) - _KEYS
    if unknown:
        named, known = (", ".join(sorted(map(shown, keys))) for keys in (unknown, _KEYS))
        raise _wrong(f"an entry has no {named}; it may have {known}")
    for key in ("require_signed", "allow_unsafe"):
        if not isinstance(row.get(key, False), bool):
            raise _wrong(f"'{key}' is true or false")
    keys = row.get("public_keys", [])
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise _wrong("'public_keys' is a list of paths")
    if row.get("require_signed") and not keys:
        raise _wrong("'require_signed' needs 'public_keys'")
    policy = RegistryPolicy(
        trust(row.get("trusted"), allow_unsafe=row.get("allow_unsafe", False)),
        row.get("require_signed", False),
        tuple(beside / key for key in keys),
    )
    return (None if row["registry"] == ANY else identity(row["registry"])), policy


def _wrong(rule: str) -> InvalidInput:
    return InvalidInput("trust_policy", f"The trust policy is wrong: {rule}.")
