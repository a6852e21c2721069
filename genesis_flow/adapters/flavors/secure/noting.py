"""Notes what a pickle would make, and makes nothing: its objects are notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.catalogue import entry_of
from genesis_flow.adapters.flavors.secure.entries import Entry, Key, Refused
from genesis_flow.adapters.flavors.secure.keys import require_key
from genesis_flow.adapters.flavors.secure.machine import Machine
from genesis_flow.adapters.flavors.secure.making import trustable
from genesis_flow.adapters.flavors.secure.refusals import untrusted
from genesis_flow.adapters.flavors.secure.wrapped_arrays import skip_padding
from genesis_flow.domain.values.audit import Verdict
from genesis_flow.domain.values.trust import Trust

_CODE: Final = re.compile(r"[<>=|]?([a-zA-Z?])([0-9]*)")

_MOST_CONTENT: Final = 256
_WRONG: Final = (Verdict.REFUSED, Verdict.TRUSTABLE)


class Note:
    """Stands for an object that is not made: the name it comes from, its arguments and its state."""

    __slots__ = ("args", "key", "state")

    def __init__(self, key: Key | None, args: Any = ()) -> None:
        self.key, self.args = key, args
        self.state: Any = None

    def extend(self, items: Iterable[Any]) -> None:
        """Filled as a list."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Filled as a dictionary."""


class Noting:
    """
    The names that one pickle uses.

    Attributes:
        names: Each name with what is said of it.
    """

    def __init__(self, trust: Trust, source: str) -> None:
        self._trust, self.source = trust, source
        self.names: dict[Key, Verdict] = {}

    def named(self, key: Key) -> Note:
        """A note of the name."""
        if key not in self.names:
            self.names[key] = self._verdict(key)
        return Note(key)

    def create(self, kind: Any, args: Any = (), kwargs: Any = None) -> Note:
        """A note of what would be created."""
        return Note(kind.key if isinstance(kind, Note) else None, args)

    def call(self, function: Any, args: Any) -> Note:
        """A note of what would be called."""
        return Note(function.key if isinstance(function, Note) else None, args)

    def settle(self, instance: Any, state: Any) -> None:
        """A note of the state that would be set."""
        if not isinstance(instance, Note):
            raise Refused("a plain value gets a state")
        instance.state = state

    def fill(self, container: Any) -> Note:
        """A note of what would be filled."""
        if not isinstance(container, Note):
            raise Refused("a plain value is filled")
        return container

    def key(self, container: Any, key: Any) -> Any:
        """A plain key, or a note of one."""
        return require_key(key, Note)

    def content(self, kind: Callable[[memoryview], Any], view: memoryview) -> Any:
        """The bytes, if they are few: nobody looks at the content of an array here."""
        return kind(view if len(view) <= _MOST_CONTENT else view[:0])

    def require_allowed(self) -> None:
        """
        Nothing, if each name may be used.

        Raises:
            UntrustedContent: One or more may not; names all of them.
        """
        wrong = [key for key, verdict in self.names.items() if verdict in _WRONG]
        if wrong:
            raise untrusted(self.source, map(".".join, wrong), [".".join(key) for key in wrong if trustable(key)])

    def _verdict(self, key: Key) -> Verdict:
        entry: Entry | None = entry_of(key)
        if entry is not None:
            return Verdict.ALLOWED
        if not trustable(key):
            return Verdict.REFUSED
        return Verdict.TRUSTED if ".".join(key) in self._trust.names else Verdict.TRUSTABLE


def note_wrapped(machine: Machine) -> None:
    """Go on behind the bytes of an array of joblib's, whose length its description says."""
    note = machine.stack[-1]
    if not isinstance(note, Note) or note.key != ("joblib.numpy_pickle", "NumpyArrayWrapper"):
        return
    state = note.state
    if type(state) is not dict:
        raise Refused("the description of an array is odd")
    code, size = _size_of(state.get("dtype"))
    if code == "O":
        machine.nested()
        return
    count = size
    for length in state["shape"]:
        if type(length) is not int:
            raise Refused("the shape of an array is odd")
        count *= length
    skip_padding(machine, state.get("numpy_array_alignment_bytes"))
    machine.take(count)


def _size_of(dtype: Any) -> tuple[str, int]:
    """The letter of a noted dtype ("O" if it holds objects) and its size in bytes."""
    if not isinstance(dtype, Note) or dtype.key is None or type(dtype.args) is not tuple or not dtype.args:
        raise Refused("the type of an array is odd")
    if dtype.key[1] == "_convert_to_stringdtype_kwargs":
        return "O", 0
    name, state = dtype.args[0], dtype.state
    if isinstance(name, Note):  # numpy.record, whose size is in its state
        size = state[5] if type(state) is tuple and len(state) > 5 else None
        return ("O" if _has_objects(state) else "V"), size if type(size) is int and size >= 0 else 0
    match = _CODE.fullmatch(name) if type(name) is str else None
    if match is None:
        raise Refused("the type of an array is odd")
    code, digits = match.groups()
    return "O" if code == "V" and _has_objects(state) else code, int(digits or 1) * (4 if code == "U" else 1)


def _has_objects(state: Any) -> bool:
    fields = state[4] if type(state) is tuple and len(state) > 4 else None
    parts = [part[0] for part in fields.values() if type(part) is tuple and part] if type(fields) is dict else []
    return any(_size_of(part)[0] == "O" for part in parts)
