"""Where the code of a run came from, as a number; the tag `mlflow.source.type` has its name."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.exceptions import MlflowException


class SourceType:
    """Where the code of a run came from."""

    NOTEBOOK: Final = 1
    JOB: Final = 2
    PROJECT: Final = 3
    LOCAL: Final = 4
    UNKNOWN: Final = 5

    SOURCETYPE_TO_STRING: Final = {
        NOTEBOOK: "NOTEBOOK", JOB: "JOB", PROJECT: "PROJECT", LOCAL: "LOCAL", UNKNOWN: "UNKNOWN",
    }

    @staticmethod
    def from_string(status_str: str) -> int:
        """
        The number of the source type with this name.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: There is none.
        """
        for number, name in SourceType.SOURCETYPE_TO_STRING.items():
            if name == status_str:
                return number
        raise MlflowException.invalid_parameter_value(
            f"No source type has the name {status_str}. "
            f"Valid names: {list(SourceType.SOURCETYPE_TO_STRING.values())}"
        )

    @staticmethod
    def to_string(status: int) -> str:
        """
        The name of the source type with this number.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: There is none.
        """
        if status not in SourceType.SOURCETYPE_TO_STRING:
            raise MlflowException.invalid_parameter_value(
                f"No source type has the number {status}. "
                f"Valid numbers: {list(SourceType.SOURCETYPE_TO_STRING)}"
            )
        return SourceType.SOURCETYPE_TO_STRING[status]
