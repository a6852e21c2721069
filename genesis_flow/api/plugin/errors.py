"""The door between domain errors and those of stock MLflow."""

from __future__ import annotations

from typing import Final

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import ErrorCode

from genesis_flow.api.errors import Translation, code_of
from genesis_flow.domain.errors import GenesisFlowError


def error_to_stock(error: GenesisFlowError) -> MlflowException:
    """Stock MLflow's exception for a domain error."""
    return MlflowException(error.message, error_code=ErrorCode.Value(code_of(error)))


#: Decorator of what MLflow calls: domain errors leave it as MLflow's.
translated: Final = Translation(error_to_stock)
