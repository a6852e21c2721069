"""What was chosen for each flavor's autologging; shared by all threads."""

from __future__ import annotations

import threading
from typing import Any, Final

import attrs

#: Held while choices and patches change.
lock: Final = threading.RLock()


@attrs.frozen(kw_only=True)
class Choices:
    """
    What autologging keeps, and where.

    Attributes:
        is_exclusive: Whether runs that the user started are left alone.
        is_silent: Whether nothing is said about what cannot be logged.
        has_all_flavors: Whether it was chosen for all flavors at once.
        extra_tags: Of runs that autologging starts. special: What only this flavor knows.
    """

    log_input_examples: bool = False
    log_model_signatures: bool = True
    log_models: bool = True
    log_datasets: bool = True
    is_disabled: bool = False
    is_exclusive: bool = False
    is_silent: bool = False
    has_all_flavors: bool = False
    extra_tags: dict[str, Any] | None = None
    special: dict[str, Any] = attrs.field(factory=dict)


_by_flavor: dict[str, Choices] = {}


def choose(flavor: str, choices: Choices) -> None:
    """Let `choices` be in force for a flavor."""
    _by_flavor[flavor] = choices


def chosen(flavor: str) -> Choices | None:
    """What was chosen for a flavor last, None if nothing was."""
    return _by_flavor.get(flavor)


def in_force(flavor: str) -> Choices | None:
    """What autologging of a flavor does, None if it is off."""
    found = _by_flavor.get(flavor)
    return None if found is None or found.is_disabled else found


def forget() -> None:
    """Be as if nothing had been chosen (for tests)."""
    _by_flavor.clear()
