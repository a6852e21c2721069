"""What is wrong with a store, if anything."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import Enum

import attrs


class Health(Enum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@attrs.frozen
class Finding:
    """
    The outcome of one check.

    Attributes:
        check: What was looked at, such as "server" or "indexes".
        detail: What was seen and, unless it is fine, what to do; holds no secret.
    """

    check: str
    health: Health
    detail: str


class Diagnosis(ABC):
    """What is wrong with a store, if anything."""

    @abstractmethod
    def findings(self) -> Sequence[Finding]:
        """Look at everything, without changing anything and without raising for what is found broken."""
