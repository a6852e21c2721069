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
from genesis_flow.adapters.flavors.secure.refusals import corrupt, forbidden
from genesis_flow.adapters.flavors.secure.wrapped_arrays import read_wrapped
from genesis_flow.domain.errors import GenesisFlowError
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
    note(data, noting, limits, deadline)
    return noting


def note(data: memoryview, noting: Noting, limits: Limits, deadline: Deadline) -> None:
    """Note in `noting` what the pickle would make; what was noted before it breaks off stays noted."""
    Machine(data, noting, limits, deadline, noting.source, after_state=note_wrapped).run()


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
    except GenesisFlowError:
        raise
    except Refused as error:
        raise forbidden(making.source, str(error)) from error
    except Exception as error:
        raise corrupt(making.source, f"its parts do not fit: {type(error).__name__}: {error}") from error
