"""
Models as directories: what they say about themselves, signatures and examples.

Source: MLflow `mlflow.models`.
"""

from __future__ import annotations

from typing import Any

from genesis_flow.api.lazy_modules import lazy_modules
from genesis_flow.api.models.config import ModelConfig
from genesis_flow.api.models.enforcement import validate_schema
from genesis_flow.api.models.examples import convert_input_example_to_serving_input
from genesis_flow.api.models.information import infer_pip_requirements
from genesis_flow.api.models.model import Model, ModelInfo, get_model_info, set_model, update_model_requirements
from genesis_flow.api.models.predicting import predict, validate_serving_input
from genesis_flow.api.models.signature import ModelSignature, infer_signature, set_signature

#: What an example may be: a frame, array, sparse matrix, dict, list, text, bytes, or a tuple of one and params.
ModelInputExample = Any

__all__ = [
    "Model",
    "ModelConfig",
    "ModelInfo",
    "ModelInputExample",
    "ModelSignature",
    "convert_input_example_to_serving_input",
    "get_model_info",
    "infer_pip_requirements",
    "infer_signature",
    "predict",
    "set_model",
    "set_signature",
    "update_model_requirements",
    "validate_schema",
    "validate_serving_input",
]

__getattr__ = lazy_modules(__name__, "utils")
