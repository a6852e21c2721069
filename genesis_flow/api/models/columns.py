"""
Columns of frames as a signature wants them.

Source: MLflow 3.17 `mlflow.models.utils`.
"""

from __future__ import annotations

from typing import Any

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.column_types import AnyType, Array, ColumnType, DataType, Map, Object
from genesis_flow.api.types.schemas import Schema

_MISSING_INTEGERS = (
    " Hint: the type mismatch is likely caused by missing values: a column of integers in which some are missing "
    "holds floats. Infer the signature from data in which some are missing too, or declare the column as double."
)


def enforced_columns(frame: Any, schema: Schema) -> Any:
    """
    The columns of `frame` that `schema` names, or as many as it has, with its types.

    Raises:
        MlflowException: A value cannot be converted without loss.
    """
    import pandas as pd

    found = {}
    specs = schema.input_dict().items() if schema.has_input_names() else zip(frame.columns, schema, strict=False)
    for name, spec in specs:
        if name not in frame:
            continue  # those that are required are there
        if isinstance(spec.type, DataType):
            found[name] = enforced_series(name, frame[name], spec.type)
        else:
            required = spec.required if schema.has_input_names() else True
            cells = [enforced_cell(each, spec.type, required) for each in frame[name]]
            found[name] = pd.Series(cells, index=frame.index, name=name)
    return pd.DataFrame(found)


def enforced_series(name: Any, values: Any, wanted: DataType) -> Any:
    """
    A column with the type `wanted`: equal, wider, or one of a few that lose nothing.

    Raises:
        MlflowException: It would lose something.
    """
    if values.dtype == object and wanted not in (DataType.binary, DataType.string):
        values = values.infer_objects()
    if _is_already(values, wanted):
        return values
    if wanted is DataType.datetime and (values.dtype.kind == "M" or values.dtype == object):
        return _datetimes(name, values)
    if wanted is DataType.boolean and values.dtype == object:
        return values  # which may be missing
    if wanted is DataType.double and values.dtype == object:
        return _numbers(name, values)
    if _loses_nothing(values, wanted):
        return values.astype(wanted.to_numpy(), errors="raise")
    hint = _MISSING_INTEGERS if _are_integers_with_gaps(values, wanted) else ""
    raise MlflowException(
        f"Incompatible input types for column {name}. Can not safely convert {values.dtype} to "
        f"{wanted.to_numpy()}.{hint}"
    )


def enforced_cell(value: Any, wanted: ColumnType, required: bool = True) -> Any:
    """
    What lies in a cell, as `wanted` has it.

    Raises:
        MlflowException: It does not fit.
    """
    match wanted:
        case AnyType():
            return value
        case DataType():
            return _single(value, wanted, required)
        case Array():
            return _array(value, wanted, required)
        case Object():
            return _object(value, wanted, required)
        case Map():
            return _map(value, wanted, required)


def _is_already(values: Any, wanted: DataType) -> bool:
    import pandas as pd

    is_text = isinstance(values.dtype, pd.StringDtype)
    if wanted is DataType.string and (values.dtype == object or is_text):
        return True
    if wanted is DataType.binary and (is_text or values.dtype.kind == "S"):
        return True
    return bool(wanted.to_pandas() == values.dtype or wanted.to_numpy() == values.dtype)


def _datetimes(name: Any, values: Any) -> Any:
    import numpy as np

    try:
        return values.astype(np.dtype("datetime64[ns]"), errors="raise")
    except TypeError as error:
        raise MlflowException(
            "Please ensure that the input data of datetime column only contains timezone-naive datetime objects. "
            f"Error: {error}"
        ) from error
    except ValueError as error:
        raise MlflowException(
            f"Failed to convert column {name} from type {values.dtype} to DataType.datetime."
        ) from error


def _numbers(name: Any, values: Any) -> Any:
    """Decimals, and what else can be read as numbers, as floats."""
    import pandas as pd

    try:
        return pd.to_numeric(values, errors="raise")
    except ValueError as error:
        raise MlflowException(
            f"Failed to convert column {name} from type {values.dtype} to DataType.double."
        ) from error


def _loses_nothing(values: Any, wanted: DataType) -> bool:
    import numpy as np
    import pandas as pd

    given, target = values.dtype, wanted.to_numpy()
    if given.kind == target.kind:
        return bool(given.itemsize <= target.itemsize)
    if given.kind == "u" and target.kind == "i":
        return bool(given.itemsize < target.itemsize)
    if given.kind in "iu" and target == np.float64 and given.itemsize <= 6:
        return True
    # Zeros and ones are what switches look like.
    is_switch = given == np.int64 and target in (np.float32, np.float64)
    return is_switch and all(pd.isnull(each) or each in (0, 1) for each in values)


def _are_integers_with_gaps(values: Any, wanted: DataType) -> bool:
    import numpy as np

    return bool(
        values.dtype == np.float64
        and wanted.to_numpy().kind in "iu"
        and values.hasnans
        and (values.dropna() % 1 == 0).all()
    )


def _single(value: Any, wanted: DataType, required: bool) -> Any:
    import numpy as np
    import pandas as pd

    if not required and (value is None or (isinstance(value, float) and value != value)):
        return None
    if not np.isscalar(value):
        raise MlflowException(f"Expected data to be scalar, got {type(value).__name__}")
    try:
        return enforced_series("", pd.Series(value), wanted)[0]
    except MlflowException as error:
        raise MlflowException.invalid_parameter_value(
            f"Failed to enforce schema of data `{value!s}` with dtype `{wanted.name}`",
            error_class="SCHEMA_ENFORCEMENT_FAILED",
        ) from error


def _array(value: Any, wanted: Array, required: bool) -> Any:
    import numpy as np
    import pandas as pd

    is_array = isinstance(value, list | np.ndarray)
    may_lack = not required or isinstance(wanted.dtype, AnyType)
    if may_lack and (value is None or (is_array and len(value) == 0)):
        return value
    if not is_array:
        raise MlflowException(f"Expected data to be list or numpy array, got {type(value).__name__}")
    found: Any = value
    if not isinstance(wanted.dtype, DataType):
        found = [enforced_cell(each, wanted.dtype, required) for each in value]
    elif len(value):
        series = enforced_series("", pd.Series(value), wanted.dtype)
        found = series.to_numpy(dtype=wanted.dtype.to_numpy())
    if isinstance(value, list):
        return found.tolist() if isinstance(found, np.ndarray) else found
    return np.array(found)


def _object(value: Any, wanted: Object, required: bool) -> Any:
    if not required and (value is None or value == {}):
        return value
    if not isinstance(value, dict):
        raise MlflowException(
            f"Failed to enforce schema of '{value}' with type '{wanted}'. Expected data to be dictionary, got "
            f"{type(value).__name__}"
        )
    known = {each.name: each for each in wanted.properties}
    if missing := {name for name, each in known.items() if each.required} - value.keys():
        raise MlflowException(f"Missing required properties: {missing}")
    if unknown := value.keys() - known.keys():
        raise MlflowException(f"Invalid properties not defined in the schema found: {unknown}")
    found = {}
    for name, each in value.items():
        try:
            found[name] = enforced_cell(each, known[name].dtype, known[name].required)
        except MlflowException as error:
            raise MlflowException(
                f"Failed to enforce schema for key `{name}`. Expected type "
                f"{known[name].dtype.to_dict()['type']}, received type {type(each).__name__}"
            ) from error
    return found


def _map(value: Any, wanted: Map, required: bool) -> Any:
    may_lack = not required or isinstance(wanted.value_type, AnyType)
    if may_lack and (value is None or value == {}):
        return value
    if not isinstance(value, dict):
        raise MlflowException(f"Expected data to be a dict, got {type(value).__name__}")
    if not all(isinstance(name, str) for name in value):
        raise MlflowException("Expected all keys in the map type data are string type.")
    return {name: enforced_cell(each, wanted.value_type, required) for name, each in value.items()}
