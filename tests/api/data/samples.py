"""Frames and arrays of many kinds, by the names that they have in `facts.json`."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

#: What MLflow's `from_pandas(...).to_dict()` and `from_numpy(...).to_dict()` say of them.
FACTS: dict[str, dict[str, dict[str, str | None]]] = json.loads(
    Path(__file__).with_name("facts.json").read_text()
)
_DTYPES = (
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "float16", "float32", "float64", "bool"
)


def _cells(*values: Any, dtype: Any = None) -> Any:
    return pd.DataFrame({"c": pd.Series(list(values), dtype=dtype)})


FRAMES: dict[str, Callable[[], Any]] = {
    "ints": lambda: pd.DataFrame({"a": [1, 2, 3]}),
    "mixed": lambda: pd.DataFrame(
        [["tom", 10, 1.5, True], ["nick", 15, 0.25, False]], columns=["Name", "Age", "Score", "Ok"]
    ),
    "nan": lambda: pd.DataFrame({"a": [1.0, None], "b": ["x", None]}),
    "dtypes": lambda: pd.DataFrame({kind: np.array([0, 1], dtype=kind) for kind in _DTYPES}),
    "u64": lambda: pd.DataFrame({"a": np.array([0], dtype="uint64")}),
    "date": lambda: pd.DataFrame({"d": pd.to_datetime(["2020-01-01", "2020-01-02"])}),
    "dateobj": lambda: pd.DataFrame({"d": [datetime.date(2020, 1, 1)]}),
    "tz": lambda: pd.DataFrame({"d": pd.to_datetime(["2020-01-01"], utc=True)}),
    "cat": lambda: pd.DataFrame({"c": pd.Categorical(["a", "b"])}),
    "bytes": lambda: _cells(b"a"),
    "list": lambda: _cells([1, 2], [3]),
    "arr": lambda: _cells(np.array([1.0, 2.0])),
    "dict": lambda: _cells({"x": 1, "y": "s"}, {"x": 2}),
    "dict2": lambda: _cells({"x": [1], "z": None}, {"x": [2], "z": "q"}),
    "mixobj": lambda: _cells(1, "a"),
    "allnone": lambda: _cells(None, None),
    "dec": lambda: _cells(decimal.Decimal(1)),
    "empty": lambda: pd.DataFrame(),
    "emptycol": lambda: pd.DataFrame({"c": []}),
    "intcols": lambda: pd.DataFrame([[1, 2]]),
    "dup": lambda: pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "Int64": lambda: pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
    "string": lambda: pd.DataFrame({"a": pd.array(["x", None], dtype="string")}),
    "str": lambda: pd.DataFrame({"a": ["x", "y"]}),
    "objstr": lambda: pd.DataFrame({"a": pd.Series(["x", None], dtype=object)}),
    "boolobj": lambda: pd.DataFrame({"a": pd.Series([True, None], dtype=object)}),
    "big": lambda: pd.DataFrame({"a": range(10_001)}),
    "idx": lambda: pd.DataFrame({"a": [1, 2]}, index=[7, 8]),
    "multi": lambda: pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])),
    "td": lambda: pd.DataFrame({"a": pd.to_timedelta([1], "s")}),
    "nestnull": lambda: _cells([1, None], [2]),
    "emptylist": lambda: _cells([], [2]),
    "nested2": lambda: _cells([[1], [2, 3]], [[4]]),
    "listdict": lambda: _cells([{"a": 1}], [{"a": 2, "b": "x"}]),
    "npscalars": lambda: _cells(np.int32(1), np.int32(2), dtype=object),
    "complex": lambda: _cells(1j),
}
ARRAYS: dict[str, Any] = {
    "1d": np.arange(3),
    "2d": np.arange(6.0).reshape(2, 3),
    "3d": np.zeros((2, 2, 2), "float32"),
    "str": np.array(["a", "bcd"]),
    "bytes": np.array([b"a", b"bcd"]),
    "obj": np.array([1, "a", None], dtype=object),
    "bool": np.array([True]),
    "cplx": np.array([1j]),
    "date": np.array(["2020-01-01"], dtype="M8[D]"),
    "0d": np.array(5),
    "empty": np.array([]),
    "big": np.arange(20_000),
    "u8": np.arange(3, dtype="uint8"),
    "be": np.arange(3, dtype=">i4"),
    "struct": np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]),
    "f16": np.zeros(2, "float16"),
}
#: Features and targets, where one of them is a dict.
DICTS: dict[str, tuple[Any, Any]] = {
    "dict": ({"b": ARRAYS["1d"], "a": ARRAYS["2d"]}, ARRAYS["bool"]),
    "tdict": (ARRAYS["1d"], {"y": ARRAYS["1d"]}),
}
