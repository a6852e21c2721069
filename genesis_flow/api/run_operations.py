"""What a logging call gives that writes in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future


class RunOperations:
    """
    Writes that may still be on their way.

    Source: MLflow 3.17 `mlflow.utils.async_logging.run_operations.RunOperations`.
    """

    def __init__(self, operation_futures: Sequence[Future[None]]) -> None:
        self._operation_futures = operation_futures or []

    def wait(self) -> None:
        """
        Wait until all of them are done.

        Raises:
            MlflowException: One of them failed; the first failure is raised.
        """
        from genesis_flow.api.errors import translating_errors

        with translating_errors():
            for future in self._operation_futures:
                future.result()
