"""Status of logged models."""

from __future__ import annotations

from enum import StrEnum

from genesis_flow.api.exceptions import MlflowException


class LoggedModelStatus(StrEnum):
    """How far a logged model has come."""

    UNSPECIFIED = "UNSPECIFIED"
    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"

    @staticmethod
    def is_finalized(status: LoggedModelStatus | str) -> bool:
        """Whether the status will not change any more."""
        return status in (LoggedModelStatus.READY, LoggedModelStatus.FAILED)

    @classmethod
    def from_int(cls, status_int: int) -> LoggedModelStatus:
        """
        The status with this number.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: There is none.
        """
        for number, status in enumerate(cls):
            if number == status_int:
                return status
        raise MlflowException.invalid_parameter_value(f"Unknown model status: {status_int}")

    def to_int(self) -> int:
        """The number of this status, as it goes over the wire."""
        return list(type(self)).index(self)
