"""Status of runs as numbers; runs show its name."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.exceptions import MlflowException


class RunStatus:
    """Status of a run as a number, as it goes over the wire."""

    RUNNING: Final = 1
    SCHEDULED: Final = 2
    FINISHED: Final = 3
    FAILED: Final = 4
    KILLED: Final = 5

    @staticmethod
    def from_string(status_str: str) -> int:
        """
        The number of the status with this name.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: There is none.
        """
        if status_str not in _NUMBERS:
            raise MlflowException.invalid_parameter_value(
                f"Could not get run status corresponding to string {status_str}. "
                f"Valid run status strings: {list(_NUMBERS)}"
            )
        return _NUMBERS[status_str]

    @staticmethod
    def to_string(status: int) -> str:
        """
        The name of the status with this number.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: There is none.
        """
        if status not in _NAMES:
            raise MlflowException.invalid_parameter_value(
                f"Could not get string corresponding to run status {status}. "
                f"Valid run statuses: {list(_NAMES)}"
            )
        return _NAMES[status]

    @staticmethod
    def is_terminated(status: int) -> bool:
        """Whether a run with this status has ended."""
        return status in (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED)

    @staticmethod
    def all_status() -> list[int]:
        """Every number."""
        return list(_NAMES)


_NUMBERS = {name: number for name, number in vars(RunStatus).items() if isinstance(number, int)}
_NAMES = {number: name for name, number in _NUMBERS.items()}
