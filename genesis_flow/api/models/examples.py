"""
Examples of what a model takes, as files beside it.

Source: MLflow `mlflow.models.utils`.
"""

from __future__ import annotations

import base64
import datetime
import json
import sys
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.column_types import DataType
from genesis_flow.api.types.inference import is_sparse
from genesis_flow.api.types.schemas import Schema

EXAMPLE_FILE: Final = "input_example.json"
SERVING_FILE: Final = "serving_input_example.json"

_NUMBERS: Final = (DataType.integer, DataType.long, DataType.float, DataType.double)

#: Kinds of conversations, which a server takes as they are.
_CHAT_KEYS: Final = ("messages",)

_EXPECTED: Final = (
    "Expected one of the following types:\n- pandas.DataFrame\n- numpy.ndarray\n"
    "- dictionary of (name -> numpy.ndarray)\n- scipy.sparse.csr_matrix\n- scipy.sparse.csc_matrix\n- dict\n- list\n"
    "- scalars\n- datetime.datetime\n- pydantic model instance\nbut got '{}'"
)


class TensorsNotSupportedException(MlflowException):
    """Arrays within lists, which no file of an example can hold."""

    def __init__(self, msg: str) -> None:
        super().__init__(f"Multidimensional arrays (aka tensors) are not supported. {msg}")


@attrs.frozen
class Example:
    """
    An example in the shape in which it is written.

    Attributes:
        data: What a model would be given when the example is read back. params: What it would be told besides.
        info: What `MLmodel` says about the files. content, serving: Texts of the two files.
    """

    data: Any
    params: dict[str, Any] | None
    info: dict[str, str]
    content: str
    serving: str


def made_example(given: Any) -> Example:
    """
    An example from what the user gave: data, or a tuple of data and params.

    Raises:
        MlflowException: It is of a type that cannot be written.
    """
    data, params = given, None
    if isinstance(given, tuple) and len(given) == 2 and given[1] is not None:
        data, params = given
        if not isinstance(params, dict) or not params:
            raise MlflowException(_EXPECTED.format(type(given)))
    data = _without_pydantic(data)
    kind, plain, serving = _written(data)
    info = {"artifact_path": EXAMPLE_FILE, **kind, "serving_input_path": SERVING_FILE}
    if params is not None:
        params = {str(name): _jsonable(value) for name, value in params.items()}
        info["params"] = "true"
        content: Any = {"inputs": plain, "params": params}
        serving = {**serving, "params": params}
    else:
        content = plain
    text = json.dumps(content)
    # Arrays keep their types, which the text of the file does not have.
    given_back = data if kind["type"] == "ndarray" else _read_back(kind, plain)
    return Example(given_back, params, info, text, json.dumps(serving, indent=2))


def save_example(model: Any, given: Any, directory: Path) -> Example | None:
    """Write an example's two files into `directory` and note them in `model`; see `made_example`."""
    if given is None:
        return None
    example = made_example(given)
    (directory / EXAMPLE_FILE).write_text(example.content, encoding="utf-8")
    (directory / SERVING_FILE).write_text(example.serving, encoding="utf-8")
    model.saved_input_example_info = example.info
    return example


def convert_input_example_to_serving_input(input_example: Any) -> str | None:
    """
    The text that a server of the model would be sent for an example; None for none.

    Raises:
        MlflowException: It is of a type that cannot be written.

    Source: MLflow `mlflow.models.convert_input_example_to_serving_input`.
    """
    return None if input_example is None else made_example(input_example).serving


def read_example(info: dict[str, Any], text: str, schema: Schema | None = None) -> Any:
    """
    The data of an example from the text of its file.

    Raises:
        MlflowException: It is of no kind that is known.
    """
    content = json.loads(text)
    if info.get("params"):
        content = content["inputs"] if "inputs" in content else content["data"]
    return _read_back(info, content, schema)


def read_example_params(info: dict[str, Any], text: str) -> Any:
    """The params of an example from the text of its file; None for none."""
    return json.loads(text)["params"] if info.get("params") else None


def _written(data: Any) -> tuple[dict[str, str], Any, dict[str, Any]]:
    """The kind of an example, its content as JSON has it, and how a server takes it."""
    import numpy as np

    if is_sparse(data):
        return _written_sparse(data)
    if isinstance(data, dict) and data and any(isinstance(each, np.ndarray) for each in data.values()):
        if not all(isinstance(each, np.ndarray) for each in data.values()):
            raise MlflowException(
                "Mixed types in dictionary are not supported as input examples. Found numpy arrays and other types."
            )
        plain: Any = {name: _array(each) for name, each in data.items()}
        return {"type": "ndarray"}, plain, {"inputs": plain}
    if isinstance(data, np.ndarray):
        plain = _array(data)
        return {"type": "ndarray"}, plain, {"inputs": plain}
    if _is_frame(data):
        return _written_frame(data)
    if isinstance(data, list) and any(isinstance(each, np.ndarray) for each in data):
        raise TensorsNotSupportedException("Numpy arrays in list are not supported as input examples.")
    if isinstance(data, dict | list | str | bytes | bool | int | float | datetime.date):
        plain = _jsonable(data)
        is_chat = isinstance(plain, dict) and any(name in plain for name in _CHAT_KEYS)
        return {"type": "json_object"}, plain, plain if is_chat else {"inputs": plain}
    raise MlflowException(_EXPECTED.format(type(data)))


def _written_sparse(data: Any) -> tuple[dict[str, str], Any, dict[str, Any]]:
    plain = {name: getattr(data, name).tolist() for name in ("data", "indices", "indptr")}
    plain["shape"] = list(data.shape)
    return {"type": f"sparse_matrix_{data.format}"}, plain, {"inputs": data.toarray().tolist()}


def _written_frame(frame: Any) -> tuple[dict[str, str], Any, dict[str, Any]]:
    import pandas as pd

    if all(isinstance(each, bytes) for name in frame.columns for each in frame[name]) and frame.size:
        frame = frame.map(_text_of_bytes)
    split = frame.to_dict(orient="split")
    plain = {"columns": [_jsonable(name) for name in split["columns"]], "data": _jsonable(split["data"])}
    orient = "split"
    if isinstance(frame.columns, pd.RangeIndex) or list(frame.columns) == list(range(len(frame.columns))):
        orient, _ = "values", plain.pop("columns")
    return {"type": "dataframe", "pandas_orient": orient}, plain, {"dataframe_split": plain}


def _read_back(info: dict[str, Any], content: Any, schema: Schema | None = None) -> Any:
    match info.get("type"):
        case "dataframe":
            return frame_of(content, info.get("pandas_orient", "split"), schema)
        case "ndarray":
            return _arrays(content, schema)
        case "sparse_matrix_csr" | "sparse_matrix_csc" as kind:
            import scipy.sparse

            made = getattr(scipy.sparse, f"{kind[-3:]}_matrix")
            matrix = made((content["data"], content["indices"], content["indptr"]), shape=tuple(content["shape"]))
            matrix.check_format(full_check=True)  # indices that lead outside would be followed in memory
            return matrix
        case "json_object":
            return content
    raise MlflowException(f"Malformed input example metadata. The 'type' is {info.get('type')!r}.")


def frame_of(content: Any, orient: str, schema: Schema | None) -> Any:
    """
    A frame from its content as JSON has it, with times, bytes, and numbers that came as texts, where `schema` says so.

    Raises:
        ValueError, TypeError: A text is none of these.
    """
    import pandas as pd

    if orient == "records":
        frame = pd.DataFrame.from_records(content)
    elif isinstance(content, dict):
        frame = pd.DataFrame(content["data"], columns=content.get("columns"), index=content.get("index"))
    else:
        frame = pd.DataFrame(content)
    if schema is None or schema.is_tensor_spec():
        return frame
    for column in schema:
        name = column.name
        if name in frame and column.type is DataType.datetime:
            frame[name] = pd.to_datetime(frame[name])
        elif name in frame and column.type is DataType.binary:
            frame[name] = [base64.decodebytes(each.encode()) if isinstance(each, str) else each for each in frame[name]]
        elif name in frame and column.type in _NUMBERS and not pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].astype(column.type.to_numpy())
    return frame


def _arrays(content: Any, schema: Schema | None) -> Any:
    import numpy as np

    if schema is not None and schema.is_tensor_spec():
        if schema.has_input_names() and isinstance(content, dict):
            types = schema.input_types_dict()
            return {name: np.array(each, dtype=types.get(name)) for name, each in content.items()}
        return np.array(content, dtype=schema.input_types()[0])
    if isinstance(content, dict):
        return {name: np.array(each) for name, each in content.items()}
    return np.array(content)


def _array(array: Any) -> Any:
    import numpy as np

    if array.dtype.kind == "f" and np.isnan(array).any():
        plain = array.astype(object)
        plain[np.isnan(array)] = None
        return plain.tolist()
    return _jsonable(array.tolist())


def _jsonable(value: Any) -> Any:
    """A value as JSON can hold it: arrays as lists, bytes in base 64, times as ISO has them."""
    import numpy as np

    if isinstance(value, dict):
        return {name: _jsonable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(each) for each in value]
    if isinstance(value, np.ndarray):
        return _jsonable(value.tolist())
    if isinstance(value, bytes | bytearray):
        return _text_of_bytes(value)
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if type(value).__module__.partition(".")[0] == "pandas" and str(value) in ("NaT", "<NA>"):
        return None
    raise MlflowException(f"An input example cannot hold values of {type(value)}.")


def _text_of_bytes(value: Any) -> str:
    return base64.encodebytes(bytes(value)).decode("ascii")


def _is_frame(data: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def _without_pydantic(data: Any) -> Any:
    if isinstance(data, list):
        return [_without_pydantic(each) for each in data]
    pydantic = sys.modules.get("pydantic")
    if pydantic is not None and isinstance(data, pydantic.BaseModel):
        return data.model_dump()
    return data


__all__ = [
    "EXAMPLE_FILE",
    "SERVING_FILE",
    "Example",
    "TensorsNotSupportedException",
    "convert_input_example_to_serving_input",
    "frame_of",
    "made_example",
    "read_example",
    "read_example_params",
    "save_example",
]
