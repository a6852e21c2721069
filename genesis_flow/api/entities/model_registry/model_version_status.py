"""Statuses of model versions, as numbers."""

from __future__ import annotations

from typing import Final

_NUMBERS: Final = {"PENDING_REGISTRATION": 1, "FAILED_REGISTRATION": 2, "READY": 3}
_NAMES: Final = {number: name for name, number in _NUMBERS.items()}


class ModelVersionStatus:
    """Whether the files of a version are in place."""

    PENDING_REGISTRATION = 1
    FAILED_REGISTRATION = 2
    READY = 3

    @staticmethod
    def from_string(status_str: str) -> int:
        """
        The number of a status.

        Raises:
            Exception: No status has the name.
        """
        if status_str not in _NUMBERS:
            raise Exception(
                f"Could not get model version status corresponding to string {status_str}. "
                f"Valid status strings: {list(_NUMBERS)}"
            )
        return _NUMBERS[status_str]

    @staticmethod
    def to_string(status: int) -> str:
        """
        The name of a status.

        Raises:
            Exception: No status has the number.
        """
        if status not in _NAMES:
            raise Exception(
                f"Could not get string corresponding to model version status {status}. "
                f"Valid statuses: {list(_NAMES)}"
            )
        return _NAMES[status]

    @staticmethod
    def all_status() -> list[int]:
        """The numbers of all statuses."""
        return list(_NAMES)
