"""Lifecycle stages, the views that select them, and the status of a run."""

from __future__ import annotations

from enum import Enum


class Stage(Enum):
    """Deleted entities stay readable and can be restored until garbage collection."""

    ACTIVE = "active"
    DELETED = "deleted"


class View(Enum):
    """Which lifecycle stages a search sees."""

    ACTIVE_ONLY = "active_only"
    DELETED_ONLY = "deleted_only"
    ALL = "all"

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages that this view lets through."""
        return _STAGES[self]


_STAGES = {
    View.ACTIVE_ONLY: frozenset({Stage.ACTIVE}),
    View.DELETED_ONLY: frozenset({Stage.DELETED}),
    View.ALL: frozenset(Stage),
}


class RunStatus(Enum):
    """What a run says of itself; any change is allowed."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"
