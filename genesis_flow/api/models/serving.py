"""
What a server of a model would be sent, and what it would answer.

Source: MLflow 3.17 `mlflow.pyfunc.scoring_server`, `mlflow.utils.proto_json_utils`.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
from typing import IO, Any, Final

import attrs

from genesis_flow.api.error_codes import BAD_REQUEST
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.examples import frame_of
from genesis_flow.api.models.model_signature import ModelSignature
from genesis_flow.api.types.column_types import DataType
from genesis_flow.api.types.schemas import Schema, TensorSpec

_FORMATS: Final = ("dataframe_split", "dataframe_records", "instances", "inputs")
_CHAT_KEYS: Final = frozenset({"messages", "prompt", "input"})
_PARAMS: Final = "params"


@attrs.frozen
class ServingInput:
    """
    What was sent to a model.

    Attributes:
        data, params: For `predict`. is_chat: Whether it came without a frame, and the answer goes so, too.
    """

    data: Any
    params: dict[str, Any] | None
    is_chat: bool = False


def parsed_json(given: str | bytes | dict[str, Any], signature: ModelSignature | None = None) -> ServingInput:
    """
    The data and params in a request to a server of a model with this signature.

    Raises:
        MlflowException: BAD_REQUEST: It is no JSON object with exactly one of the fields that hold data.
            INVALID_PARAMETER_VALUE: A model with type hints needs `inputs`.
    """
    content = _object(given)
    if _CHAT_KEYS & content.keys():
        known = {spec.name for spec in (signature and signature.params) or ()}
        told = {name: value for name, value in content.items() if name in known}
        return ServingInput({n: value for n, value in content.items() if n not in known}, told, is_chat=True)
    params = content.get(_PARAMS)
    fields = {name: value for name, value in content.items() if name in _FORMATS}
    if signature is not None and signature._is_signature_from_type_hint:
        if "inputs" not in fields:
            raise MlflowException.invalid_parameter_value(
                "Request payload must be a dictionary with 'inputs' key when the model contains a valid type hint. "
                f"Found keys in payload: {fields.keys()}."
            )
        return ServingInput(fields["inputs"], params)
    if len(fields) != 1:
        raise MlflowException(f"{_expected()}. Received dictionary with input fields: {list(fields)}", BAD_REQUEST)
    ((kind, data),) = fields.items()
    return ServingInput(_data(kind, data, signature.inputs if signature is not None else None), params)


def parsed_csv(given: str | os.PathLike[str] | IO[str], schema: Schema | None = None) -> ServingInput:
    """
    The frame in a file of comma-separated values, its columns of the types that `schema` says.

    Raises:
        MlflowException: BAD_REQUEST: It cannot be read as such.
    """
    import pandas as pd

    types = None if schema is None else dict(zip(schema.input_names(), schema.pandas_types(), strict=True))
    try:
        return ServingInput(pd.read_csv(given, dtype=types), None)
    except Exception as error:  # whatever pandas raises: the file is not what it should be
        raise _refused(
            "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid CSV-formatted Pandas "
            f"DataFrame produced using the `pandas.DataFrame.to_csv()` method. Error: '{error}'"
        ) from error


def answer(predictions: Any, *, is_chat: bool = False) -> str:
    """
    What a server would answer: JSON, frames and series as records.

    Raises:
        TypeError: They hold what JSON cannot hold.
    """
    import pandas as pd

    found = predictions
    if isinstance(found, pd.Series):
        found = found.to_frame()
    if isinstance(found, pd.DataFrame):
        found = found.to_dict(orient="records")
    return json.dumps(found if is_chat else {"predictions": found}, default=_plain)


def _object(given: str | bytes | dict[str, Any]) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    try:
        content = json.loads(given)
    except ValueError as error:
        raise _refused(
            f"Ensure that input is a valid JSON formatted string. Error: '{error!r}'\nInput: \n{given!r}\n"
        ) from error
    if isinstance(content, dict):
        return content
    if isinstance(content, list):
        raise _refused(f"{_expected()}. Received a list.")
    raise _refused(f"{_expected()}. Received unexpected input type '{type(content)}.")


def _data(kind: str, given: Any, schema: Schema | None) -> Any:
    try:
        if kind.startswith("dataframe"):
            return _framed(kind, given, schema)
        if kind == "instances" and isinstance(given, list) and given and isinstance(given[0], dict):
            given = _by_name(given)
        return _cast(given, schema)
    except MlflowException:
        raise
    except Exception as error:  # whatever numpy or pandas raise: the data are not what they should be
        raise _refused(f"Ensure that the input is a valid JSON-formatted string.\nError: {error!r}") from error


def _framed(kind: str, given: Any, schema: Schema | None) -> Any:
    if kind == "dataframe_records":
        if not isinstance(given, list):
            raise _refused(f"Dataframe records format must be a list of records. Got {_called(given)}.")
        return frame_of(given, "records", schema)
    if not isinstance(given, dict):
        raise _refused(f"Dataframe split format must be a dictionary. Got {_called(given)}.")
    if "data" not in given or given.keys() - {"columns", "data", "index"}:
        raise _refused(
            "Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields. "
            f"Got {set(given)}.'"
        )
    return frame_of(given, "split", schema)


def _by_name(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    if len({len(values) for values in found.values()}) > 1:
        raise _refused("The length of values for each input/column name are not the same")
    return found


def _cast(given: Any, schema: Schema | None) -> Any:
    """Plain data as arrays of the types that the schema says, by name where it has names."""
    named = schema.input_dict() if schema is not None and schema.has_input_names() else {}
    if len(named) == 1 and isinstance(given, list) and not any(isinstance(each, dict) for each in given):
        given = {next(iter(named)): given}
    if isinstance(given, dict):
        return {name: _array(value, named.get(name)) for name, value in given.items()}
    if isinstance(given, list) and given and all(isinstance(each, dict) for each in given):
        return [{name: _array(value, named.get(name)) for name, value in row.items()} for row in given]
    return _array(given, schema.inputs[0] if schema is not None else None)


def _array(value: Any, spec: Any) -> Any:
    import numpy as np

    if spec is None:
        return np.array(value)
    if isinstance(spec, TensorSpec):
        return np.array(value, dtype=spec.type)
    if isinstance(spec.type, DataType):
        if isinstance(value, list):
            return np.array(value, dtype=spec.type.to_numpy())
        return np.array([value], dtype=spec.type.to_numpy())[0]
    return value


def _plain(value: Any) -> Any:
    import numpy as np

    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, bytes | bytearray):
        return base64.encodebytes(value).decode("ascii")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if hasattr(value, "model_dump"):
        return value.model_dump()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _expected() -> str:
    return f"The input must be a JSON dictionary with exactly one of the input fields {list(_FORMATS)}"


def _called(given: Any) -> str:
    names: dict[type, str] = {dict: "dictionary", list: "list"}
    return names.get(type(given)) or f"type {type(given)}"


def _refused(message: str) -> MlflowException:
    return MlflowException(f"Invalid input. {message}", BAD_REQUEST)


__all__ = ["ServingInput", "answer", "parsed_csv", "parsed_json"]
