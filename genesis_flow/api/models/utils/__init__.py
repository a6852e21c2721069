"""
Examples and schemas, under the names that MLflow has them.

Source: MLflow `mlflow.models.utils`.
"""

from __future__ import annotations

from typing import Final

from genesis_flow.api.models.enforcement import validate_schema
from genesis_flow.api.models.examples import EXAMPLE_FILE, SERVING_FILE, convert_input_example_to_serving_input
from genesis_flow.api.models.mlmodel import Model
from genesis_flow.api.models.predicting import validate_serving_input

INPUT_EXAMPLE_PATH: Final = "artifact_path"
EXAMPLE_DATA_KEY: Final = "inputs"
EXAMPLE_PARAMS_KEY: Final = "params"
EXAMPLE_FILENAME: Final = EXAMPLE_FILE
SERVING_INPUT_PATH: Final = "serving_input_path"
SERVING_INPUT_FILENAME: Final = SERVING_FILE
DF_SPLIT: Final = "dataframe_split"
INPUTS: Final = "inputs"
SERVING_PARAMS_KEY: Final = "params"


def load_serving_example(model_uri_or_path: str) -> str | None:
    """
    The text that a server of a stored model would be sent for its example; None for none.

    Source: MLflow `mlflow.models.utils.load_serving_example`.
    """
    return Model.load(model_uri_or_path).get_serving_input(model_uri_or_path)


__all__ = [
    "DF_SPLIT",
    "EXAMPLE_DATA_KEY",
    "EXAMPLE_FILENAME",
    "EXAMPLE_PARAMS_KEY",
    "INPUTS",
    "INPUT_EXAMPLE_PATH",
    "SERVING_INPUT_FILENAME",
    "SERVING_INPUT_PATH",
    "SERVING_PARAMS_KEY",
    "convert_input_example_to_serving_input",
    "load_serving_example",
    "validate_schema",
    "validate_serving_input",
]
