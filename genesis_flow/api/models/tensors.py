"""
Arrays as a signature wants them.

Source: MLflow 3.17 `mlflow.models.utils`.
"""

from __future__ import annotations

from typing import Any

from genesis_flow.api.exceptions import INVALID_PARAMETER_VALUE, MlflowException
from genesis_flow.api.types.inference import is_sparse
from genesis_flow.api.types.schemas import Schema, TensorSpec


def enforced_tensors(data: Any, schema: Schema) -> Any:
    """
    An array, or a dict of arrays by name, with the types and shapes of `schema`; frames are converted.

    Raises:
        MlflowException: A type or shape differs.
    """
    if schema.has_input_names():
        return _by_name(data, schema)
    import numpy as np
    import pandas as pd

    spec: Any = schema.inputs[0]
    if isinstance(data, pd.DataFrame):
        return _of_frame(data, spec)
    if isinstance(data, np.ndarray) or is_sparse(data):
        return enforced_tensor(data, spec)
    raise _wrong(
        "This model contains a tensor-based model signature with no input names, which suggests a numpy array input "
        f"or a pandas dataframe input with proper column values, but an input of type {type(data)} was found."
    )


def enforced_tensor(values: Any, spec: TensorSpec) -> Any:
    """
    `values`, if they have the type and shape of `spec`.

    Raises:
        MlflowException: They have another.
    """
    import numpy as np

    dtype = values.data.dtype if is_sparse(values) else values.dtype
    given = {"U": np.dtype("str"), "S": np.dtype("bytes")}.get(dtype.char, dtype)
    if _is_ragged(values, spec, given):
        return values
    if len(spec.shape) != len(values.shape) or any(
        wanted not in (-1, there) for wanted, there in zip(spec.shape, values.shape, strict=True)
    ):
        raise MlflowException(
            f"Shape of input {values.shape} does not match expected shape {spec.shape}."
        )
    if given != spec.type:
        raise MlflowException(f"dtype of input {given} does not match expected dtype {spec.type}")
    return values


def _is_ragged(values: Any, spec: TensorSpec, given: Any) -> bool:
    """Whether these are arrays of several lengths, of which no more is checked."""
    import numpy as np

    if spec.shape == (-1,) and spec.type == np.dtype("O"):
        return True
    return len(values.shape) == 1 and -1 in spec.shape[1:] and bool(given == np.dtype("O"))


def _by_name(data: Any, schema: Schema) -> dict[str, Any]:
    import numpy as np
    import pandas as pd

    specs: Any = schema.input_dict()
    if isinstance(data, pd.DataFrame):
        return {name: _of_column(name, data[name], spec) for name, spec in specs.items()}
    if not isinstance(data, dict):
        raise _wrong(
            "This model contains a tensor-based model signature with input names, which suggests a dictionary input "
            "mapping input name to tensor, or a pandas DataFrame input containing columns mapping input name to "
            f"flattened list value from tensor, but an input of type {type(data)} was found."
        )
    for name in specs:
        if not isinstance(data[name], np.ndarray):
            raise _wrong(
                "This model contains a tensor-based model signature with input names, which suggests a dictionary "
                f"input mapping input name to a numpy array, but a dict with value type {type(data[name])} was found."
            )
    return {name: enforced_tensor(data[name], spec) for name, spec in specs.items()}


def _of_frame(frame: Any, spec: TensorSpec) -> Any:
    count = len(frame.columns)
    if frame.empty:
        raise MlflowException("Input DataFrame is empty.")
    if count == 1:
        return _of_column(None, frame[frame.columns[0]], spec)
    if spec.shape != (-1, count):
        raise _wrong(
            "This model contains a model signature with an unnamed input. Since the input data is a pandas DataFrame "
            "containing multiple columns, the input shape must be of the structure (-1, number_of_dataframe_columns). "
            f"Instead, the input DataFrame passed had {count} columns and an input shape of {spec.shape} with all "
            "values within the DataFrame of scalar type."
        )
    return enforced_tensor(frame.to_numpy(), spec)


def _of_column(name: Any, column: Any, spec: TensorSpec) -> Any:
    """The tensor that the cells of a column are the rows of."""
    import numpy as np

    if spec.shape[0] != -1 or -1 in spec.shape[1:]:
        raise MlflowException(
            "For pandas dataframe input, the first dimension of shape must be a variable dimension and other "
            "dimensions must be fixed, but in model signature the shape of "
            f"{'input ' + str(name) if name else 'the unnamed input'} is {spec.shape}."
        )
    first = column[0]
    if np.isscalar(first):
        if spec.shape not in ((-1,), (-1, 1)):
            raise _wrong(
                f"The input pandas dataframe column '{name}' contains scalar values, which requires the shape to be "
                f"(-1,) or (-1, 1), but got tensor spec shape of {spec.shape}."
            )
        return enforced_tensor(np.array(column, dtype=spec.type).reshape(spec.shape), spec)
    if isinstance(first, list) and np.isscalar(first[0]):
        return _of_rows(name, column, spec, spec.type)
    if isinstance(first, np.ndarray):
        return _of_rows(name, column, spec, None)
    raise _wrong(
        "Because the model signature requires tensor spec input, the input pandas dataframe values should be either "
        "scalar value, python list containing scalar values or numpy array containing scalar values, other types "
        "are not supported."
    )


def _of_rows(name: Any, column: Any, spec: TensorSpec, dtype: Any) -> Any:
    import numpy as np

    try:
        found = np.vstack(column.tolist()).reshape(spec.shape)
        found = found if dtype is None else found.astype(dtype)
    except ValueError:
        found = None
    if found is None or len(found) != len(column):
        raise _wrong(
            f"The value in the Input DataFrame column '{name}' could not be converted to the expected shape of: "
            f"'{spec.shape}'. Ensure that each of the elements are of uniform length and can be reshaped to it."
        )
    return found


def _wrong(message: str) -> MlflowException:
    return MlflowException(message, INVALID_PARAMETER_VALUE)
