"""The clock of the operating system."""

from __future__ import annotations

import time

import attrs

from genesis_flow.ports.clock import Clock


@attrs.frozen
class SystemClock(Clock):
    """
    The clock of the operating system; it may be set back while the process runs.

    It is read as MLflow reads it, so that who replaces `time.time`, as tests do, replaces the time of both.
    """

    def now(self) -> int:
        return int(time.time() * 1_000)
