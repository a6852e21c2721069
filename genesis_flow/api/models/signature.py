"""
Signatures: what a model takes, gives, and can be told besides.

Source: MLflow `mlflow.models.signature`.
"""

from __future__ import annotations

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.changes import changing_model
from genesis_flow.api.models.model_signature import ModelSignature, infer_signature
from genesis_flow.domain.values.hints import TypeHints

#: What MLflow calls the hints of a function in its pickles.
_TypeHints = TypeHints

__all__ = ["ModelSignature", "infer_signature", "set_signature"]


def set_signature(model_uri: str, signature: ModelSignature) -> None:
    """
    Give a stored model another signature.

    Args:
        model_uri: As for `load_model`, but not a version of a registered model, which never changes.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.models.set_signature`.
    """
    if not isinstance(signature, ModelSignature):
        raise MlflowException.invalid_parameter_value(f"Not a signature: {type(signature).__name__}")
    with changing_model(model_uri) as (_, model):
        model.signature = signature
