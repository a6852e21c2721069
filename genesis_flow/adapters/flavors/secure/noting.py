"""Notes what a pickle would make, and makes nothing: its objects are notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.catalogue import entry_of
from genesis_flow.adapters.flavors.secure.entries import Entry, Key, Refused
from genesis_flow.adapters.flavors.secure.machine import Machine
from genesis_flow.adapters.flavors.secure.making import trustable
from genesis_flow.adapters.flavors.secure.refusals import untrusted
from genesis_flow.adapters.flavors.secure.wrapped_arrays import skip_padding
from genesis_flow.domain.values.trust import Trust

_CODE: Final = re.compile(r"[<>=|]?([a-zA-Z?])([0-9]*)")


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
        names: Each name with what may be said of it: "allowed", "trusted", "can be trusted" or "refused".
    """

    def __init__(self, trust: Trust, source: str) -> None:
        self._trust, self.source = trust, source
        self.names: dict[Key, str] = {}

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

    def require_allowed(self) -> None:
        """
        Nothing, if each name may be used.

        Raises:
            UntrustedContent: One or more may not; names all of them.
        """
        wrong = [key for key, verdict in self.names.items() if verdict in ("refused", "can be trusted")]
        if wrong:
            raise untrusted(self.source, map(".".join, wrong), [".".join(key) for key in wrong if trustable(key)])

    def _verdict(self, key: Key) -> str:
        entry: Entry | None = entry_of(key)
        if entry is not None:
            return "allowed"
        if not trustable(key):
            return "refused"
        return "trusted" if ".".join(key) in self._trust.names else "can be trusted"


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
    args = dtype.args if isinstance(dtype, Note) else None
    match = _CODE.fullmatch(args[0]) if args and type(args[0]) is str else None
    if match is None:
        raise Refused("the type of an array is odd")
    code, digits = match.groups()
    if code == "V" and _has_objects(dtype.state):
        code = "O"
    return code, int(digits or 1) * (4 if code == "U" else 1)


def _has_objects(state: Any) -> bool:
    fields = state[4] if type(state) is tuple and len(state) > 4 else None
    parts = [part[0] for part in fields.values() if type(part) is tuple] if type(fields) is dict else []
    return any(_size_of(part)[0] == "O" for part in parts)
