"""Nothing can be wrong with memory."""

from __future__ import annotations

from collections.abc import Sequence

from genesis_flow.ports.diagnosis import Diagnosis, Finding, Health


class MemoryDiagnosis(Diagnosis):
    """Says that nothing will be left when the process ends."""

    def findings(self) -> Sequence[Finding]:
        return [Finding("durability", Health.WARNING, "everything is lost when this process ends")]
