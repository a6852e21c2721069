"""
Data as a model's signature wants it: converted where nothing is lost, else refused.

Source: MLflow 3.17 `mlflow.models.utils` (`_enforce_schema`, `_enforce_params_schema`).
"""

from __future__ import annotations

import logging
from typing import Any

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.columns import enforced_columns
from genesis_flow.api.models.tensors import enforced_tensors
from genesis_flow.api.types.column_types import Array, Object
from genesis_flow.api.types.params import ParamSchema, ParamSpec
from genesis_flow.api.types.schemas import Schema

_log = logging.getLogger(__name__)


def enforced_input(data: Any, schema: Schema) -> Any:
    """
    `data` as `schema` wants it: a frame for columns; an array, or a dict of them, for tensors.

    What the schema does not name is left out.

    Raises:
        MlflowException: INTERNAL_ERROR: Something is missing, or cannot be converted without loss. (The code is
            MLflow's; `predict` makes it INVALID_PARAMETER_VALUE.)
    """
    if _is_series(data):
        data = data.to_frame()
    if not schema.is_tensor_spec():
        data = _frame(data, schema)
    if schema.has_input_names():
        data = _with_required(data, schema)
    elif not schema.is_tensor_spec() and len(data.columns) < len(schema):
        raise MlflowException(
            f"Model inference is missing inputs. The model signature declares {len(schema)} inputs  but the "
            f"provided value only has {len(data.columns)} inputs. Note: the inputs were not named in the signature "
            "so we can only verify their count."
        )
    return enforced_tensors(data, schema) if schema.is_tensor_spec() else enforced_columns(data, schema)


def validated_input(data: Any, schema: Schema) -> Any:
    """
    As `enforced_input`, for data that a user gave.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.
    """
    try:
        return enforced_input(data, schema)
    except Exception as error:  # as MLflow has it: whatever went wrong, the data do not fit the schema
        raise MlflowException.invalid_parameter_value(
            f"Failed to enforce schema of data '{data}' with schema '{schema}'. Error: {error}",
            error_class="SCHEMA_ENFORCEMENT_FAILED",
        ) from error


def enforced_params(params: Any, schema: ParamSchema | None) -> dict[str, Any] | None:
    """
    `params` as `schema` wants them, with its defaults for those that are not given; unknown ones are left out.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: Not a dict, or a value cannot be converted without loss.
    """
    if schema is None:
        if params is None or params == {}:
            return None if params is None else {}
        _log.warning(
            "`params` can only be specified at inference time if the model signature defines a params schema. "
            "They are ignored."
        )
        return {}
    given = {} if params is None else params
    if not isinstance(given, dict):
        raise MlflowException.invalid_parameter_value(
            f"Parameters must be a dictionary. Got type '{type(given).__name__}'."
        )
    given = {str(name): value for name, value in given.items()}
    found, faults = {}, []
    for spec in schema:
        if spec.name not in given:
            found[spec.name] = spec.default
            continue
        try:
            found[spec.name] = ParamSpec.validate_param_spec(given[spec.name], spec)
        except MlflowException as error:
            faults.append((spec.name, error.message))
    if faults:
        raise MlflowException.invalid_parameter_value(f"Invalid parameters found: {faults!r}")
    if unknown := sorted(given.keys() - {spec.name for spec in schema}):
        _log.warning("Unrecognized params %s are ignored for inference.", unknown)
    return found


def validate_schema(data: Any, expected_schema: Schema) -> None:
    """
    Refuse data that does not fit a schema.

    Raises:
        MlflowException: It does not fit.

    Source: MLflow `mlflow.models.validate_schema`.
    """
    enforced_input(data, expected_schema)


def _is_series(data: Any) -> bool:
    import pandas as pd

    return isinstance(data, pd.Series)


def _frame(data: Any, schema: Schema) -> Any:
    """Data for columns as a frame."""
    import numpy as np
    import pandas as pd

    if np.isscalar(data):
        return pd.DataFrame([data])
    if isinstance(data, dict):
        return _frame_of_dict(data, schema)
    if isinstance(data, list | np.ndarray):
        return pd.DataFrame(data)
    if not isinstance(data, pd.DataFrame):
        raise MlflowException(f"Expected input to be DataFrame. Found: {type(data).__name__}")
    return data


def _frame_of_dict(data: dict[Any, Any], schema: Schema) -> Any:
    import numpy as np
    import pandas as pd

    is_one_row = any(isinstance(column.type, Array | Object) for column in schema) or all(
        np.isscalar(each) or each is None or (isinstance(each, list) and all(isinstance(one, str) for one in each))
        for each in data.values()
    )
    arrays = [each for each in data.values() if isinstance(each, np.ndarray)]
    if is_one_row or (arrays and len(arrays) == len(data) and all(_is_text_scalar(each) for each in arrays)):
        return pd.DataFrame([data])
    try:
        return pd.DataFrame({
            name: each.tolist() if isinstance(each, np.ndarray) and each.ndim > 1 else each
            for name, each in data.items()
        })
    except Exception as error:
        raise MlflowException(
            "This model contains a column-based signature, which suggests a DataFrame input. There was an error "
            f"casting the input data to a DataFrame: {error}"
        ) from error


def _is_text_scalar(array: Any) -> bool:
    return bool(array.dtype.kind == "U" and array.shape == ())


def _with_required(data: Any, schema: Schema) -> Any:
    """`data`, if nothing is missing."""
    import numpy as np
    import pandas as pd

    required = schema.required_input_names()
    names: list[Any] = []
    if len(set(required)) == 1 and isinstance(data, np.ndarray):
        data = {required[0]: data}
    if isinstance(data, pd.DataFrame):
        names = list(data.columns)
    elif isinstance(data, dict):
        names = list(data)
    missing = [each for each in required if each not in names]
    extra = [each for each in dict.fromkeys(names) if each not in schema.input_names()]
    if missing:
        note = f" Note that there were extra inputs: {extra}." if extra else ""
        raise MlflowException(f"Model is missing inputs {missing}.{note}")
    if extra:
        _log.warning("Inputs that are not in the model's signature are ignored: %s", extra)
    return data
