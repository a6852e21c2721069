"""Lifecycle stages of experiments and runs."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.entities.view_type import ViewType
from genesis_flow.api.exceptions import MlflowException

_SEEN: Final = {
    ViewType.ACTIVE_ONLY: ("active",),
    ViewType.DELETED_ONLY: ("deleted",),
    ViewType.ALL: ("active", "deleted"),
}


class LifecycleStage:
    """Lifecycle stages of experiments and runs."""

    ACTIVE: Final = "active"
    DELETED: Final = "deleted"

    @classmethod
    def view_type_to_stages(cls, view_type: int = ViewType.ALL) -> list[str]:
        """The stages that a view lets through; none for a number that is no view."""
        return list(_SEEN.get(view_type, ()))

    @classmethod
    def is_valid(cls, lifecycle_stage: str) -> bool:
        """Whether this is the name of a stage."""
        return lifecycle_stage in (cls.ACTIVE, cls.DELETED)

    @classmethod
    def matches_view_type(cls, view_type: int, lifecycle_stage: str) -> bool:
        """
        Whether a view lets a stage through.

        Raises:
            MlflowException: No such stage, or no such view.
        """
        if not cls.is_valid(lifecycle_stage):
            raise MlflowException(f"Invalid lifecycle stage '{lifecycle_stage}'")
        if view_type not in _SEEN:
            raise MlflowException(f"Invalid view type '{view_type}'")
        return lifecycle_stage in _SEEN[view_type]
