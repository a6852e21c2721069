"""
What whoever loads models trusts, for each registry.

It comes from the loader's side only: never from a model, nor from what a registry says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.registry_places import RegistryPlace, registry_place
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust, trust

_VERSION: Final = 1
_POLICY_KEYS: Final = frozenset({"version", "registries", "default"})
_ENTRY_KEYS: Final = frozenset({"trusted", "require_signed", "keys", "allow_unsafe"})

#: `allow_unsafe` for versions with a valid signature only.
SIGNED: Final = "signed"


@attrs.frozen
class RegistryPolicy:
    """
    What is trusted of the versions in some registries.

    Attributes:
        trusted: Full names of classes that models may consist of.
        require_signed: Whether a version needs a valid signature by one of `keys` (public keys as PEM).
        allow_unsafe: Whether models may run any code: never, always, or ("signed") with a valid signature.
    """

    trusted: frozenset[str] = frozenset()
    require_signed: bool = False
    keys: tuple[str, ...] = ()
    allow_unsafe: bool | str = False

    @property
    def asks_for_signatures(self) -> bool:
        """Whether anything depends on a signature."""
        return self.require_signed or self.allow_unsafe == SIGNED

    def trust_in(self, *, is_signed: bool) -> Trust:
        """What is trusted of a version, if its signature was found to be valid or not."""
        return Trust(self.trusted, self.allow_unsafe is True or (self.allow_unsafe == SIGNED and is_signed))


@attrs.frozen
class TrustPolicy:
    """What is trusted for each registry, and of all others."""

    registries: Mapping[RegistryPlace, RegistryPolicy] = attrs.field(factory=dict)
    default: RegistryPolicy = RegistryPolicy()

    def for_registry(self, uri: str) -> RegistryPolicy:
        """
        What is trusted of the registry at `uri`: the narrowest entry that covers it, else the default.

        Raises:
            InvalidInput: It cannot be told which registry that is, and entries differ by that.
        """
        if not self.registries:
            return self.default
        place = registry_place(uri)
        covering = [each for each in self.registries if each.covers(place)]
        return self.registries[max(covering, key=lambda each: each.narrowness)] if covering else self.default


def trust_policy(content: Any, read_key: Callable[[str], str]) -> TrustPolicy:
    """
    The policy that `content` describes.

    Args:
        content: `{"version": 1, "registries": [{"uri": ..., "trusted": [...], "require_signed": ..., "keys": [...],
            "allow_unsafe": ...}], "default": {...}}`.
        read_key: From what stands in "keys" to the PEM of a public key.

    Raises:
        InvalidInput: It has a key that is not known, or a value that does not fit. Nothing is guessed.
    """
    _require_keys(content, _POLICY_KEYS, "The trust policy")
    if content.get("version") is not True and content.get("version") == _VERSION:
        entries = content.get("registries", [])
        if not isinstance(entries, list):
            raise _wrong("'registries' is a list of entries.")
        found: dict[RegistryPlace, RegistryPolicy] = {}
        for number, entry in enumerate(entries, 1):
            place, policy = _entry(entry, f"Entry {number} of 'registries'", read_key)
            if place in found:
                raise _wrong(f"Entry {number} of 'registries' is for a registry that another entry is for.")
            found[place] = policy
        return TrustPolicy(found, _policy(content.get("default", {}), "'default'", read_key))
    raise _wrong(f"It says 'version: {_VERSION}'.")


def _entry(entry: Any, what: str, read_key: Callable[[str], str]) -> tuple[RegistryPlace, RegistryPolicy]:
    _require_keys(entry, _ENTRY_KEYS | {"uri"}, what)
    uri = entry.get("uri")
    if isinstance(uri, str) and uri.startswith("sqlite:///") and not uri.startswith("sqlite:////"):
        raise _wrong(f"{what}: write the absolute path of a SQLite file: sqlite:////path.")
    try:
        place = registry_place(uri)
    except InvalidInput as error:
        raise _wrong(f"{what}: {error.message}") from None
    return place, _policy({key: value for key, value in entry.items() if key != "uri"}, what, read_key)


def _policy(entry: Any, what: str, read_key: Callable[[str], str]) -> RegistryPolicy:
    _require_keys(entry, _ENTRY_KEYS, what)
    names, keys = _texts(entry, "trusted", what), _texts(entry, "keys", what)
    require_signed, allow_unsafe = entry.get("require_signed", False), entry.get("allow_unsafe", False)
    if not isinstance(require_signed, bool):
        raise _wrong(f"{what}: 'require_signed' is true or false.")
    if not isinstance(allow_unsafe, bool) and allow_unsafe != SIGNED:
        raise _wrong(f"{what}: 'allow_unsafe' is true, false or signed.")
    found = RegistryPolicy(trust(names).names, require_signed, tuple(map(read_key, keys)), allow_unsafe)
    if found.asks_for_signatures and not found.keys:
        raise _wrong(f"{what} asks for signatures, but 'keys' names no public key.")
    return found


def _texts(entry: Mapping[str, Any], key: str, what: str) -> list[str]:
    found = entry.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise _wrong(f"{what}: '{key}' is a list of texts.")
    return found


def _require_keys(content: Any, known: frozenset[str], what: str) -> None:
    if not isinstance(content, Mapping):
        raise _wrong(f"{what} is a mapping.")
    unknown = [key for key in content if key not in known]
    if unknown:
        raise _wrong(f"{what} has the key '{shown(unknown[0])}'; known are {', '.join(sorted(known))}.")


def _wrong(reason: str) -> InvalidInput:
    return InvalidInput("trust_policy", f"The trust policy is not valid. {reason}")
