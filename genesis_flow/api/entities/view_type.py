"""Which lifecycle stages a search sees, as numbers."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.exceptions import MlflowException


class ViewType:
    """Which lifecycle stages a search sees."""

    ACTIVE_ONLY: Final = 1
    DELETED_ONLY: Final = 2
    ALL: Final = 3

    @classmethod
    def from_string(cls, view_str: str) -> int:
        """
        The number of the view with this name ("active_only", "deleted_only" or "all").

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: There is none.
        """
        if view_str not in _NUMBERS:
            raise MlflowException.invalid_parameter_value(
                f"Could not get valid view type corresponding to string {view_str}. "
                f"Valid view types are {list(_NUMBERS)}"
            )
        return _NUMBERS[view_str]

    @classmethod
    def to_string(cls, view_type: int) -> str:
        """
        The name of the view with this number.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: There is none.
        """
        if view_type not in _NAMES:
            raise MlflowException.invalid_parameter_value(
                f"Could not get valid view type corresponding to string {view_type}. "
                f"Valid view types are {list(_NAMES)}"
            )
        return _NAMES[view_type]


_NAMES = {
    ViewType.ACTIVE_ONLY: "active_only",
    ViewType.DELETED_ONLY: "deleted_only",
    ViewType.ALL: "all",
}
_NUMBERS = {name: number for number, name in _NAMES.items()}
