"""
What a stored object may name, and in which role.

An entry is one exact name. What it may be used for is its role: *created* and given state (a class), *called*
with arguments that its own check has seen, or *kept* as a value that nobody calls while loading.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs

#: Looks at the arguments that a file gives, and makes the object: `maker(what the name stands for, arguments)`.
Maker = Callable[[Any, tuple[Any, ...]], Any]
#: Looks at the state that a file gives, and sets it: `setter(object, state)`.
Setter = Callable[[Any, Any], None]


class Refused(Exception):
    """A file uses a name in a way that the name's entry does not allow; the text says which."""


@attrs.frozen(eq=False)
class Entry:
    """
    One name with its role.

    Attributes:
        module: Where it is found; one of our own literals, never the text of a file.
        name: What it is called there; no dots.
        package: What to install to have it.
        new: Instances may be created without a call, and be given state.
        call: May be called, by this maker.
        state: Sets the state of what it makes; None: attributes only, and nothing for what is called.
        finish: Looks at a made object when everything has been loaded.
        items: What it makes are containers that a file may fill.
        key: Looks at each key that a file puts into what it makes.
        vouched: The caller vouches for it: arguments may be given when it is created.
    """

    module: str
    name: str
    package: str = ""
    new: bool = False
    call: Maker | None = None
    state: Setter | None = None
    finish: Callable[[Any], None] | None = None
    items: bool = False
    key: Callable[[Any], None] | None = None
    vouched: bool = False

    @property
    def full_name(self) -> str:
        """The name as errors show it."""
        return f"{self.module}.{self.name}"


Key = tuple[str, str]
Table = dict[Key, Entry]


def values(package: str, names: Mapping[str, str]) -> Table:
    """Entries that are kept as values: `names` maps a module to its names, separated by blanks."""
    return {(m, n): Entry(m, n, package) for m, text in names.items() for n in text.split()}


def classes(package: str, names: Mapping[str, str], **more: Any) -> Table:
    """Entries whose instances may be created."""
    return {(m, n): Entry(m, n, package, new=True, **more) for m, text in names.items() for n in text.split()}


def calls(package: str, names: Mapping[str, str], maker: Maker, **more: Any) -> Table:
    """Entries that `maker` may call."""
    return {(m, n): Entry(m, n, package, call=maker, **more) for m, text in names.items() for n in text.split()}


def aliased(table: Table, aliases: Iterable[tuple[str, str]]) -> Table:
    """The entries of modules that have moved, under their other names: `aliases` are (other module, module)."""
    return {
        (other, name): entry
        for other, module in aliases
        for (home, name), entry in table.items()
        if home == module and (other, name) not in table
    }


#: By the entry itself, which so lives as long as what is kept for it.
_RESOLVED: Final[dict[Entry, Any]] = {}


def resolved(entry: Entry) -> Any:
    """
    What the entry's name stands for, imported on first use.

    Raises:
        LookupError: The package is not installed, or this version does not have the name.
    """
    if entry.vouched:  # is made anew for each load
        return _found(entry)
    if entry not in _RESOLVED:
        _RESOLVED[entry] = _found(entry)
    return _RESOLVED[entry]


def _found(entry: Entry) -> Any:
    try:
        value = getattr(_module(entry.module), entry.name)
    except (ImportError, AttributeError) as error:
        raise LookupError(entry.full_name) from error
    if entry.new and not isinstance(value, type):
        raise LookupError(entry.full_name)
    return value


def _module(name: str) -> types.ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        if not name.startswith("numpy._core"):
            raise
        return importlib.import_module(name.replace("numpy._core", "numpy.core", 1))
