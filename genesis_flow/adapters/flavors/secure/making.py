"""Makes the objects of a file, each in the role that its entry allows."""

from __future__ import annotations

import collections
import enum
import importlib
import logging
import sys
from collections.abc import Callable
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.catalogue import entry_of
from genesis_flow.adapters.flavors.secure.checks.plain import ZONE
from genesis_flow.adapters.flavors.secure.entries import Entry, Key, Refused, resolved
from genesis_flow.adapters.flavors.secure.keys import require_key
from genesis_flow.adapters.flavors.secure.refusals import missing, untrusted
from genesis_flow.adapters.flavors.secure.state import set_attributes, set_by_class
from genesis_flow.adapters.flavors.secure.tables.plain import ZONES
from genesis_flow.domain.values.trust import Trust

_log: Final = logging.getLogger(__name__)
_PLAIN_CONTAINERS: Final = (dict, list, set, frozenset)

#: Packages whose unlisted classes reach files, imports or code; nobody vouches for them one by one.
_NEVER_TRUSTED: Final = (
    sys.stdlib_module_names | {"numpy", "cloudpickle", "joblib", "dill", "genesis_flow", "__builtin__", "copy_reg"}
) - {"__main__"}


def trustable(key: Key) -> bool:
    """Whether a caller may vouch for this name at all."""
    module, name = key
    top = module.partition(".")[0]
    return all(part.isidentifier() for part in (*module.split("."), name)) and top not in _NEVER_TRUSTED


class Making:
    """The objects of one load."""

    def __init__(self, trust: Trust, source: str) -> None:
        self._trust, self.source = trust, source
        self._entries: dict[int, Entry] = {id(ZONE): ZONES}
        self._vouched: dict[Key, Entry] = {}
        #: By id: what was made, kept alive so that ids stay its own, and the entry that made it.
        self._made: dict[int, tuple[Any, Entry]] = {}
        self._settled: set[int] = set()

    def named(self, key: Key) -> Any:
        """
        What a file means by a name.

        Raises:
            UntrustedContent: It is not listed, and nobody vouched for it.
            Unsupported: It is not installed.
        """
        entry = entry_of(key) or self._vouched_entry(key)
        if entry is None:
            full = ".".join(key)
            raise untrusted(self.source, [full], [full] if trustable(key) else [])
        try:
            value = resolved(entry)
        except LookupError as error:
            raise missing(self.source, entry.full_name, entry.package) from error
        self._entries[id(value)] = entry
        return value

    def create(self, kind: Any, args: Any = (), kwargs: Any = None) -> Any:
        """A new instance of a class, without a call."""
        entry = self._entries.get(id(kind))
        if entry is None or not entry.new:
            raise Refused(f"{_shown(kind)} may not be created")
        if type(args) is not tuple or not (kwargs is None or type(kwargs) is dict):
            raise Refused(f"the arguments for {entry.full_name} are no tuple")
        if entry.call is not None and not kwargs:
            return self._keep(entry.call(kind, args), entry)
        if (args or kwargs) and not entry.vouched:
            raise Refused(f"{entry.full_name} is created with arguments")
        return self._keep(kind.__new__(kind, *args, **(kwargs or {})), entry)

    def call(self, function: Any, args: Any) -> Any:
        """What a call gives, if the entry of `function` allows it with these arguments."""
        entry = self._entries.get(id(function))
        if entry is None or entry.call is None:
            raise Refused(f"{_shown(function)} may not be called")
        if type(args) is not tuple:
            raise Refused(f"the arguments of {entry.full_name} are no tuple")
        if entry.full_name in _RECONSTRUCTORS:
            kind, arguments, items = entry.call(function, args)
            made = self.create(kind, arguments)
            for key, value in (items or {}).items():
                self.fill(made)[self.key(made, key)] = value
            return made
        return self._keep(entry.call(function, args), entry)

    def settle(self, instance: Any, state: Any) -> None:
        """Give an object that this load made its state, once."""
        made, entry = self._made.get(id(instance), (None, None))
        if entry is None or made is not instance or isinstance(instance, type):
            raise Refused(f"{_shown(instance)} was not made by this file, so it gets no state")
        if id(instance) in self._settled:
            raise Refused(f"{_shown(instance)} gets its state twice")
        self._settled.add(id(instance))
        if entry.state is not None:
            entry.state(instance, state)
        elif not entry.new or hasattr(type(instance), "__setstate__"):
            raise Refused(f"what {entry.full_name} makes takes no state")
        else:
            set_attributes(instance, state)

    def fill(self, container: Any) -> Any:
        """`container`, if this load made it and it is one that files fill."""
        made, entry = self._made.get(id(container), (None, None))
        if entry is None or made is not container or not entry.items:
            raise Refused(f"{_shown(container)} is not filled")
        return container

    def key(self, container: Any, key: Any) -> Any:
        """`key` itself, if it is plain and the container may have it."""
        if type(container) not in _PLAIN_CONTAINERS:
            entry = self._made[id(container)][1]
            if entry.key is not None:
                entry.key(key)
        return require_key(key)

    def content(self, kind: Callable[[memoryview], Any], view: memoryview) -> Any:
        """A copy of bytes of the file."""
        return kind(view)

    def finish(self) -> None:
        """Look at the made objects whose parts have to fit each other, now that all have their parts."""
        for made, entry in self._made.values():
            if entry.finish is not None:
                entry.finish(made)

    def may_be_kept(self, value: Any) -> bool:
        """
        Whether a function, class or module in the finished object is one of those that were listed.

        A function that may be called with arguments that we looked at is not one to keep: whoever calls it later
        would choose others.
        """
        entry = self._entries.get(id(value))
        return entry is not None and (entry.call is None or isinstance(value, type))

    def is_made(self, value: Any) -> bool:
        """Whether this load made `value`."""
        return id(value) in self._made

    def _vouched_entry(self, key: Key) -> Entry | None:
        full = ".".join(key)
        if full not in self._trust.names or not trustable(key):
            return None
        if key not in self._vouched:
            self._vouched[key] = _entry_by_trust(key, self.source)
            _log.warning("'%s' is loaded with the class %s, which the caller trusts.", self.source, full)
        return self._vouched[key]

    def _keep(self, made: Any, entry: Entry) -> Any:
        self._made[id(made)] = (made, entry)
        return made


#: Functions that stand for creating an instance; their makers give (class, arguments, items or None).
_RECONSTRUCTORS: Final = frozenset({"copyreg._reconstructor", "copyreg.__newobj__"})


def _entry_by_trust(key: Key, source: str) -> Entry:
    module, name = key
    try:
        value = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise missing(source, ".".join(key), module.partition(".")[0]) from error
    # A name that leads to a function, or to a class that really lives elsewhere, is not what the caller vouched for.
    if not isinstance(value, type) or (value.__module__, value.__qualname__) != key or issubclass(value, type):
        raise untrusted(source, [".".join(key)], [])
    return Entry(
        module,
        name,
        module.partition(".")[0],
        new=True,
        call=_member if issubclass(value, enum.Enum) else None,
        state=_set_vouched,
        items=issubclass(value, dict | list | collections.deque),
        vouched=True,
    )


def _member(target: Any, args: tuple[Any, ...]) -> Any:
    if len(args) != 1 or type(args[0]) not in (str, int, float, bytes, tuple):
        raise Refused(f"{target.__qualname__} is called with something else than the value of a member")
    return target(args[0])


def _set_vouched(instance: Any, state: Any) -> None:
    kind = type(instance)
    for base in kind.__mro__[1:]:
        # What is not allowed to a module of torch.nn is not allowed to a class that was derived from one.
        entry = entry_of((base.__module__, base.__qualname__))
        if entry is not None and entry.state is not None:
            return entry.state(instance, state)
    if type(state) is not dict and hasattr(kind, "__setstate__"):
        return kind.__setstate__(instance, state)  # type: ignore[no-any-return]
    if type(state) is dict:
        return set_by_class(instance, state)
    return set_attributes(instance, state)


def _shown(value: Any) -> str:
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    name = getattr(value, "__name__", None)
    return str(name) if isinstance(name, str) else f"an object of {type(value).__name__}"
