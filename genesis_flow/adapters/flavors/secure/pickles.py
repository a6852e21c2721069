"""Pickles: plain, of cloudpickle, and of joblib with its arrays and compression."""

from __future__ import annotations

from typing import Any

from genesis_flow.adapters.flavors.secure.compression import expanded
from genesis_flow.adapters.flavors.secure.entries import Refused
from genesis_flow.adapters.flavors.secure.graph import require_sound
from genesis_flow.adapters.flavors.secure.limits import Deadline, Limits
from genesis_flow.adapters.flavors.secure.machine import Machine
from genesis_flow.adapters.flavors.secure.making import Making
from genesis_flow.adapters.flavors.secure.noting import Noting, note_wrapped
from genesis_flow.adapters.flavors.secure.refusals import forbidden
from genesis_flow.adapters.flavors.secure.wrapped_arrays import read_wrapped
from genesis_flow.domain.values.trust import Trust


def unpickled(content: bytes, trust: Trust, limits: Limits, source: str) -> Any:
    """The object that a pickle or joblib file holds; every name in it is looked up before anything is made."""
    data = memoryview(expanded(content, limits, source))
    deadline = Deadline(limits.seconds, source)
    noted(data, trust, limits, source, deadline).require_allowed()
    return made(data, trust, limits, source, deadline)


def noted(data: memoryview, trust: Trust, limits: Limits, source: str, deadline: Deadline) -> Noting:
    """What the pickle would make, without making it."""
    noting = Noting(trust, source)
    Machine(data, noting, limits, deadline, source, after_state=note_wrapped).run()
    return noting


def made(data: memoryview, trust: Trust, limits: Limits, source: str, deadline: Deadline) -> Any:
    """The object that the pickle writes."""
    making = Making(trust, source)
    found = Machine(data, making, limits, deadline, source, after_state=read_wrapped).run()
    finished(found, making, limits)
    return found


def finished(found: Any, making: Making, limits: Limits) -> None:
    """Look at the whole of what was made."""
    try:
        making.finish()
        require_sound(found, making, limits)
    except Refused as error:
        raise forbidden(making.source, str(error)) from error
