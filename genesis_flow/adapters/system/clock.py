"""The clock of the operating system."""

from __future__ import annotations

import time

import attrs

from genesis_flow.ports.clock import Clock


@attrs.frozen
class SystemClock(Clock):
    """The clock of the operating system; it may be set back while the process runs."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000
