"""
What whoever loads models trusts, for each registry, experiment and place of files.

It comes from the loader's side only: never from a model, nor from what a registry says of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.file_places import Location, location_of
from genesis_flow.domain.values.registry_places import RegistryPlace, registry_place
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust, trust
from genesis_flow.domain.values.uris import scheme_of

_VERSION: Final = 1
_POLICY_KEYS: Final = frozenset({"version", "registries", "experiments", "locations", "default"})
_ENTRY_KEYS: Final = frozenset({"trusted", "require_signed", "keys", "allow_unsafe"})
#: What is no version of a registered model has no signature.
_UNSIGNED_KEYS: Final = frozenset({"trusted", "allow_unsafe"})

#: `allow_unsafe` for versions with a valid signature only.
SIGNED: Final = "signed"


@attrs.frozen
class RegistryPolicy:
    """
    What is trusted of the versions in some registries, or of the models of some experiments or places.

    Attributes:
        trusted: Full names of classes that models may consist of.
        require_signed: Whether a version needs a valid signature by one of `keys` (public keys as PEM).
        allow_unsafe: Whether models may run any code: never, always, or ("signed") with a valid signature; None
            where nobody says it: never, but for what this process wrote itself.
    """

    trusted: frozenset[str] = frozenset()
    require_signed: bool = False
    keys: tuple[str, ...] = ()
    allow_unsafe: bool | str | None = None

    @property
    def asks_for_signatures(self) -> bool:
        """Whether anything depends on a signature."""
        return self.require_signed or self.allow_unsafe == SIGNED

    @property
    def allows_own(self) -> bool:
        """Whether models that this process wrote itself may run their code: unless something else is said."""
        return self.allow_unsafe is None and not self.require_signed

    def trust_in(self, *, is_signed: bool) -> Trust:
        """What is trusted of a version, if its signature was found to be valid or not."""
        return Trust(self.trusted, self.allow_unsafe is True or (self.allow_unsafe == SIGNED and is_signed))


@attrs.frozen
class TrustPolicy:
    """
    What is trusted for each registry, and of all others.

    Attributes:
        experiments: Of models that are no versions, by the store and the name of the experiment that they are in.
        locations: Of such models and of plain files, by the place below which they lie.
    """

    registries: Mapping[RegistryPlace, RegistryPolicy] = attrs.field(factory=dict)
    default: RegistryPolicy = RegistryPolicy()
    experiments: Sequence[tuple[RegistryPlace, frozenset[str], RegistryPolicy]] = ()
    locations: Sequence[tuple[Location, RegistryPolicy]] = ()

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


    def for_experiment(self, uri: str, name: str) -> Trust:
        """
        What is trusted of the models in an experiment of the store at `uri`: what any entry that covers it trusts.

        Raises:
            InvalidInput: It cannot be told which store that is.
        """
        place = registry_place(uri)
        return _together(policy for at, names, policy in self.experiments if name in names and at.covers(place))

    def for_location(self, location: str) -> Trust:
        """What is trusted of files at a path or URI: what any entry for a place above it trusts."""
        place = location_of(location)
        found = (policy for above, policy in self.locations if place is not None and above.covers(place))
        return _together(found)


def _together(policies: Iterable[RegistryPolicy]) -> Trust:
    found = [each.trust_in(is_signed=False) for each in policies]
    return Trust(frozenset().union(*(each.names for each in found)), any(each.allow_unsafe for each in found))


def trust_policy(content: Any, read_key: Callable[[str], str]) -> TrustPolicy:
    """
    The policy that `content` describes.

    Args:
        content: `{"version": 1, "registries": [{"uri": ..., "trusted": [...], "require_signed": ..., "keys": [...],
            "allow_unsafe": ...}], "experiments": [{"uri": ..., "names": [...], "trusted": [...], "allow_unsafe": ...}],
            "locations": [{"uri": ..., "trusted": [...], "allow_unsafe": ...}], "default": {...}}`.
        read_key: From what stands in "keys" to the PEM of a public key.

    Raises:
        InvalidInput: It has a key that is not known, or a value that does not fit. Nothing is guessed.
    """
    _require_keys(content, _POLICY_KEYS, "The trust policy")
    if content.get("version") is not True and content.get("version") == _VERSION:
        found: dict[RegistryPlace, RegistryPolicy] = {}
        for what, entry in _entries(content, "registries", _ENTRY_KEYS | {"uri"}):
            place = _store(entry, what)
            if place in found:
                raise _wrong(f"{what} is for a registry that another entry is for.")
            found[place] = _policy(entry, what, read_key)
        default = content.get("default", {})
        _require_keys(default, _ENTRY_KEYS, "'default'")
        return TrustPolicy(
            found,
            _policy(default, "'default'", read_key),
            [
                (_store(entry, what), _names(entry, what), _policy(entry, what, read_key))
                for what, entry in _entries(content, "experiments", _UNSIGNED_KEYS | {"uri", "names"})
            ],
            [
                (_location(entry, what), _policy(entry, what, read_key))
                for what, entry in _entries(content, "locations", _UNSIGNED_KEYS | {"uri"})
            ],
        )
    raise _wrong(f"It says 'version: {_VERSION}'.")


def _entries(content: Mapping[str, Any], key: str, known: frozenset[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries below `key`, each with what it is called in messages."""
    entries = content.get(key, [])
    if not isinstance(entries, list):
        raise _wrong(f"'{key}' is a list of entries.")
    for number, entry in enumerate(entries, 1):
        _require_keys(entry, known, f"Entry {number} of '{key}'")
        yield f"Entry {number} of '{key}'", entry


def _store(entry: Mapping[str, Any], what: str) -> RegistryPlace:
    uri: Any = entry.get("uri")
    if isinstance(uri, str) and uri.startswith("sqlite:///") and not uri.startswith("sqlite:////"):
        raise _wrong(f"{what}: write the absolute path of a SQLite file: sqlite:////path.")
    try:
        return registry_place(uri)
    except InvalidInput as error:
        raise _wrong(f"{what}: {error.message}") from None


def _names(entry: Mapping[str, Any], what: str) -> frozenset[str]:
    names = frozenset(_texts(entry, "names", what))
    if not names:
        raise _wrong(f"{what}: 'names' has the names of experiments.")
    return names


def _location(entry: Mapping[str, Any], what: str) -> Location:
    uri = entry.get("uri")
    found = location_of(uri) if isinstance(uri, str) else None
    if found is None or not (scheme_of(str(uri)) or os.path.isabs(str(uri))):
        raise _wrong(
            f"{what}: 'uri' is an absolute path, or a URI of an artifact store without any of '%?#;' or '..' in it."
        )
    return found


def _policy(entry: Mapping[str, Any], what: str, read_key: Callable[[str], str]) -> RegistryPolicy:
    names, keys = _texts(entry, "trusted", what), _texts(entry, "keys", what)
    require_signed, allow_unsafe = entry.get("require_signed", False), entry.get("allow_unsafe")
    if not isinstance(require_signed, bool):
        raise _wrong(f"{what}: 'require_signed' is true or false.")
    if "allow_unsafe" in entry and not isinstance(allow_unsafe, bool) and allow_unsafe != SIGNED:
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
