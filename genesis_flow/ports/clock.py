"""What time it is."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Clock(ABC):
    """What time it is."""

    @abstractmethod
    def now(self) -> int:
        """Milliseconds since the epoch (UTC)."""
