"""
What becomes of data that do, or do not, fit a signature; run with MLflow's interpreter and with ours.

`python probe_enforcement.py mlflow` prints JSON: by case, what the data became, or the error.
"""

from __future__ import annotations

import datetime
import decimal
import importlib
import json
import logging
import sys
import warnings
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse

TYPES = ("boolean", "integer", "long", "float", "double", "string", "binary", "datetime")


def series() -> dict[str, Any]:
    """Columns by what they hold."""
    return {
        "bool": pd.Series([True, False]),
        "bool and none": pd.Series([True, None]),
        "i8": pd.Series([1, 2], dtype="int8"),
        "i16": pd.Series([1, 2], dtype="int16"),
        "i32": pd.Series([1, 2], dtype="int32"),
        "i64": pd.Series([1, 2], dtype="int64"),
        "i64 of 0 and 1": pd.Series([0, 1], dtype="int64"),
        "u8": pd.Series([1, 2], dtype="uint8"),
        "u32": pd.Series([1, 2], dtype="uint32"),
        "u64": pd.Series([1, 2], dtype="uint64"),
        "f16": pd.Series([1, 2], dtype="float16"),
        "f32": pd.Series([1, 2.5], dtype="float32"),
        "f64": pd.Series([1, 2.5]),
        "f64 with gaps": pd.Series([1, None]),
        "text": pd.Series(["a", "b"]),
        "text and none": pd.Series(["a", None]),
        "bytes": pd.Series([b"a", b"b"]),
        "days": pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02"])),
        "days of a zone": pd.Series(pd.to_datetime(["2020-01-01"]).tz_localize("UTC")),
        "dates": pd.Series([datetime.date(2020, 1, 1)]),
        "texts of days": pd.Series(["2020-01-01"]),
        "decimals": pd.Series([decimal.Decimal("1.5")]),
        "objects": pd.Series([{"x": 1}], dtype=object),
        "numbers as objects": pd.Series([1, 2], dtype=object),
        "floats as objects": pd.Series([1.5, 2], dtype=object),
        "category": pd.Series(pd.Categorical(["x", "y"])),
        "nullable i64": pd.Series(pd.array([1, None], dtype="Int64")),
        "nullable bool": pd.Series(pd.array([True, None], dtype="boolean")),
        "complex": pd.Series([1j]),
        "spans": pd.Series(pd.to_timedelta([1])),
    }


def column_cases(types: Any) -> dict[str, Any]:
    """Each kind of column for each type."""
    return {
        f"{kind} as {name}": (types.Schema([types.ColSpec(name, "c")]), pd.DataFrame({"c": column}))
        for name in TYPES
        for kind, column in series().items()
    }


def shape_cases(types: Any, more: Any) -> dict[str, Any]:
    """Containers of data for columns, named and not."""
    named = types.Schema([types.ColSpec("long", "a"), types.ColSpec("string", "b", required=False)])
    one, two = types.Schema([types.ColSpec("long")]), types.Schema([types.ColSpec("long"), types.ColSpec("long")])
    text = types.Schema([types.ColSpec("string")])
    anything = types.Schema([types.ColSpec(more.AnyType())])
    given = {
        "frame": pd.DataFrame({"a": [1], "b": ["x"]}),
        "other order": pd.DataFrame({"b": ["x"], "a": [1]}),
        "extra": pd.DataFrame({"a": [1], "b": ["x"], "z": [0]}),
        "without the optional": pd.DataFrame({"a": [1]}),
        "without the required": pd.DataFrame({"b": ["x"]}),
        "dict of scalars": {"a": 1, "b": "x"},
        "dict of lists": {"a": [1, 2], "b": ["x", "y"]},
        "dict of arrays": {"a": np.array([1, 2]), "b": np.array(["x", "y"])},
        "dict of uneven lists": {"a": [1, 2], "b": ["x"]},
        "dict of matrices": {"a": np.array([[1, 2]]), "b": ["x"]},
        "list of dicts": [{"a": 1, "b": "x"}, {"a": 2}],
        "list of lists": [[1, 2], [3, 4]],
        "list": [1, 2],
        "list of texts": ["x", "y"],
        "empty list": [],
        "array": np.array([1, 2]),
        "matrix": np.array([[1, 2], [3, 4]]),
        "floats": np.array([1.5]),
        "series": pd.Series([1, 2], name="a"),
        "unnamed series": pd.Series([1, 2]),
        "scalar": 1,
        "text": "x",
        "none": None,
        "set": {1},
        "tuple": (1, 2),
        "sparse": scipy.sparse.csr_matrix(np.eye(2)),
        "empty frame": pd.DataFrame({"a": [], "b": []}),
        "index": pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=[7, 8]),
    }
    schemas = {"named": named, "one": one, "two": two, "text": text, "anything": anything}
    return {f"{kind} for {name}": (schema, data) for name, schema in schemas.items() for kind, data in given.items()}


def nested_cases(types: Any, more: Any) -> dict[str, Any]:
    """Lists, dicts and maps in cells."""
    point = more.Object([more.Property("x", "long"), more.Property("y", "string", required=False)])
    kinds = {
        "array": more.Array("long"),
        "texts": more.Array("string"),
        "arrays": more.Array(more.Array("double")),
        "object": point,
        "objects": more.Array(point),
        "map": more.Map("long"),
        "any": more.AnyType(),
    }
    cells = {
        "list": [1, 2], "floats": [1.5], "texts": ["a"], "empty": [], "array": np.array([1, 2]),
        "lists": [[1.0], [2.0]],
        "dict": {"x": 1}, "dict with more": {"x": 1, "z": 2}, "dict with both": {"x": 1, "y": "t"},
        "wrong dict": {"x": "t"},
        "no x": {"y": "t"}, "dicts": [{"x": 1}, {"x": 2, "y": "t"}], "none": None, "number": 1, "text": "t",
        "numbers by key": {"a": 1, "b": 2}, "empty dict": {}, "numbers and none": [1, None],
    }  # fmt: skip
    found = {}
    for name, kind in kinds.items():
        for required in (True, False):
            schema = types.Schema([types.ColSpec(kind, "c", required=required)])
            for label, cell in cells.items():
                found[f"{label} as {'' if required else 'optional '}{name}"] = (schema, {"c": deepcopy(cell)})
                found[f"{label} in a frame as {'' if required else 'optional '}{name}"] = (
                    schema, pd.DataFrame({"c": [deepcopy(cell), deepcopy(cell)]}),
                )  # fmt: skip
    return found


def tensor_cases(types: Any) -> dict[str, Any]:
    """Arrays, and what becomes arrays."""
    spec = types.TensorSpec
    schemas = {
        "flat": types.Schema([spec(np.dtype("float64"), (-1,))]),
        "matrix": types.Schema([spec(np.dtype("float64"), (-1, 2))]),
        "ints": types.Schema([spec(np.dtype("int64"), (-1, 2))]),
        "fixed": types.Schema([spec(np.dtype("float64"), (2, 2))]),
        "objects": types.Schema([spec(np.dtype("object"), (-1,))]),
        "texts": types.Schema([spec(np.dtype("str"), (-1,))]),
        "ragged": types.Schema([spec(np.dtype("float64"), (-1, -1))]),
        "named": types.Schema([spec(np.dtype("float64"), (-1, 2), "a"), spec(np.dtype("int64"), (-1,), "b")]),
        "one named": types.Schema([spec(np.dtype("float64"), (-1, 2), "a")]),
    }
    uneven = np.empty(2, dtype=object)
    uneven[:] = [[1.0], [1.0, 2.0]]
    given = {
        "matrix": np.array([[1.0, 2.0]]),
        "square": np.eye(2),
        "wide": np.array([[1.0, 2.0, 3.0]]),
        "flat": np.array([1.0, 2.0]),
        "ints": np.array([[1, 2]]),
        "f32": np.array([[1, 2]], dtype="float32"),
        "texts": np.array(["a"]),
        "uneven": uneven,
        "sparse": scipy.sparse.csr_matrix(np.eye(2)),
        "frame": pd.DataFrame([[1.0, 2.0]]),
        "frame of one": pd.DataFrame({"a": [1.0, 2.0]}),
        "frame of ints": pd.DataFrame([[1, 2]]),
        "frame of lists": pd.DataFrame({"a": [[1.0, 2.0], [3.0, 4.0]]}),
        "frame of arrays": pd.DataFrame({"a": [np.array([1.0, 2.0])]}),
        "frame of uneven lists": pd.DataFrame({"a": [[1.0], [3.0, 4.0]]}),
        "frame by name": pd.DataFrame({"a": [[1.0, 2.0]], "b": [1]}),
        "frame of dicts": pd.DataFrame({"a": [{"x": 1}]}),
        "empty frame": pd.DataFrame(),
        "dict": {"a": np.array([[1.0, 2.0]]), "b": np.array([1])},
        "dict with more": {"a": np.array([[1.0, 2.0]]), "b": np.array([1]), "z": np.array([1])},
        "dict with less": {"a": np.array([[1.0, 2.0]])},
        "dict of lists": {"a": [[1.0, 2.0]], "b": [1]},
        "list": [[1.0, 2.0]],
        "series": pd.Series([1.0, 2.0], name="a"),
        "scalar": 1.0,
        "none": None,
    }
    return {
        f"{kind} as tensor {name}": (schema, data) for name, schema in schemas.items() for kind, data in given.items()
    }


PARAMS: dict[str, Any] = {
    "none": None, "empty": {}, "int for long": {"l": 2}, "float for long": {"l": 2.5}, "text for long": {"l": "2"},
    "int for double": {"d": 2}, "bool for long": {"l": True}, "bool for double": {"d": True}, "text": {"s": "x"},
    "int for text": {"s": 1}, "list": {"a": [1, 2]}, "array": {"a": [1.5]}, "scalar for list": {"a": 1},
    "list for scalar": {"l": [1]}, "unknown": {"z": 1}, "day": {"t": "2021-01-01"}, "no day": {"t": "x"},
    "numpy": {"l": np.int64(3)}, "numpy float": {"d": np.float32(1.5)}, "none value": {"l": None}, "not a dict": [1],
    "int for flag": {"b": 1}, "flag": {"b": False}, "int key": {1: 2}, "date": {"t": datetime.date(2021, 1, 1)},
    "int for float": {"f": 2}, "double for float": {"f": 2.5},
}  # fmt: skip


def shown(found: Any) -> Any:
    """Types and values, as JSON can hold them."""
    if isinstance(found, pd.DataFrame):
        columns = {str(name): [str(found[name].dtype), [shown(each) for each in found[name]]] for name in found}
        return {"frame": columns, "index": [str(each) for each in found.index]}
    if isinstance(found, np.ndarray):
        return {"array": str(found.dtype), "shape": found.shape, "values": str(found.tolist())}
    if isinstance(found, dict):
        return {str(name): shown(each) for name, each in found.items()}
    if scipy.sparse.issparse(found):
        return {"sparse": found.format, "values": str(found.toarray().tolist())}
    return f"{type(found).__name__} {found!r}"


def outcome(call: Any) -> Any:
    """What a call gives, or the start of its error."""
    try:
        return shown(call())
    except Exception as error:
        return {"error": type(error).__name__, "code": getattr(error, "error_code", None)}


def main(package: str) -> None:
    """Print what becomes of every case."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    types = importlib.import_module(f"{package}.types")
    more = importlib.import_module(f"{package}.types.schema")
    if package == "mlflow":
        from mlflow.models.utils import _enforce_params_schema as params_as
        from mlflow.pyfunc import _validate_prediction_input

        def as_schema(data: Any, schema: Any) -> Any:
            return _validate_prediction_input(data, None, schema, None)[0]

    else:
        from genesis_flow.api.models.enforcement import enforced_params as params_as
        from genesis_flow.api.models.enforcement import validated_input as as_schema
    cases = column_cases(types) | shape_cases(types, more) | nested_cases(types, more) | tensor_cases(types)
    found = {}
    for name, (schema, data) in cases.items():
        found[name] = outcome(lambda schema=schema, data=data: as_schema(data, schema))
    known = types.ParamSchema([
        types.ParamSpec("l", "long", 1), types.ParamSpec("d", "double", 1.0), types.ParamSpec("f", "float", 1.0),
        types.ParamSpec("s", "string", "t"), types.ParamSpec("a", "long", [1], (-1,)),
        types.ParamSpec("b", "boolean", True), types.ParamSpec("t", "datetime", "2020-01-01"),
    ])  # fmt: skip
    for name, params in PARAMS.items():
        for schema_name, schema in (("known", known), ("no", None)):
            found[f"params {name} with {schema_name} schema"] = outcome(
                lambda params=params, schema=schema: params_as(params, schema)
            )
    print(json.dumps(found, indent=0, sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1])
