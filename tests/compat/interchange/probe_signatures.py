"""
Signatures and files of examples of all kinds of data; run with MLflow's interpreter and with ours.

`python probe_signatures.py mlflow` prints JSON: by case, the signature, the files, and what is read back.
"""

from __future__ import annotations

import datetime
import decimal
import importlib
import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse

MATRIX = np.arange(6.0).reshape(3, 2)

DATA: dict[str, Any] = {
    "frame": lambda: pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1.5, None]}),
    "frame of an array": lambda: pd.DataFrame(MATRIX),
    "frame of days": lambda: pd.DataFrame({"a": pd.to_datetime(["2020-01-01"])}),
    "frame of bytes": lambda: pd.DataFrame({"a": [b"x"]}),
    "frame of arrays": lambda: pd.DataFrame({"a": [np.array([1, 2])]}),
    "frame of lists": lambda: pd.DataFrame({"a": [[1, 2], [3]]}),
    "frame of dicts": lambda: pd.DataFrame({"a": [{"x": 1}, {"x": 2}]}),
    "frame with an index": lambda: pd.DataFrame({"a": [1]}, index=["r"]),
    "frame of categories": lambda: pd.DataFrame({"a": pd.Categorical(["x", "y"])}),
    "frame of flags": lambda: pd.DataFrame({"a": [True, False]}),
    "frame of small types": lambda: pd.DataFrame({"a": np.array([1], "int8"), "b": np.array([1], "float16")}),
    "frame of nullable": lambda: pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
    "frame without rows": lambda: pd.DataFrame({"a": np.array([], dtype="float64")}),
    "empty frame": lambda: pd.DataFrame(),
    "frame of zones": lambda: pd.DataFrame({"a": pd.to_datetime(["2020-01-01"]).tz_localize("UTC")}),
    "frame of one name": lambda: pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "frame of complex": lambda: pd.DataFrame({"a": [1j]}),
    "series": lambda: pd.Series([1, 2, 3]),
    "named series": lambda: pd.Series([1.0, None], name="p"),
    "array": lambda: np.array([1, 2]),
    "matrix": lambda: MATRIX,
    "array of texts": lambda: np.array(["a", "bc"]),
    "array with gaps": lambda: np.array([1.0, np.nan]),
    "array of objects": lambda: np.array(["a", None], dtype=object),
    "array without dimensions": lambda: np.array(3),
    "csr": lambda: sparse.csr_matrix(MATRIX),
    "csc": lambda: sparse.csc_matrix(MATRIX),
    "coo": lambda: sparse.coo_matrix(MATRIX),
    "dict of arrays": lambda: {"x": MATRIX, "y": np.array([1])},
    "dict of scalars": lambda: {"x": 1, "y": "s"},
    "dict of lists": lambda: {"x": [1, 2], "y": ["s"]},
    "dict of dicts": lambda: {"x": {"k": 1, "l": [1.5]}},
    "dict of arrays and others": lambda: {"x": MATRIX, "y": 1},
    "dict of nothing": lambda: {"x": None, "y": 1},
    "dict of bytes": lambda: {"a": b"x"},
    "dict of days": lambda: {"a": datetime.datetime(2020, 1, 1)},
    "dict of texts": lambda: {"a": "ü"},
    "empty dict": lambda: {},
    "dict by numbers": lambda: {1: 2},
    "messages": lambda: {"messages": [{"role": "user", "content": "x"}]},
    "list": lambda: [1, 2],
    "list of floats": lambda: [1.0, 2.0],
    "list of texts": lambda: ["a"],
    "list of lists": lambda: [[1, 2], [3]],
    "list of dicts": lambda: [{"a": 1}, {"a": 2, "b": "x"}],
    "list of both": lambda: [1, "a"],
    "empty list": lambda: [],
    "list of nothing": lambda: [None],
    "list of arrays": lambda: [np.array([1, 2])],
    "list of bytes": lambda: [b"x"],
    "text": lambda: "a",
    "bytes": lambda: b"a",
    "number": lambda: 1,
    "float": lambda: 1.5,
    "flag": lambda: True,
    "day": lambda: datetime.datetime(2020, 1, 1),
    "nothing": lambda: None,
    "set": lambda: {1},
    "decimal": lambda: decimal.Decimal("1.5"),
    "data and params": lambda: (MATRIX, {"p": 1}),
    "text and params": lambda: ("q", {"p": [1.5]}),
    "frame and params": lambda: (pd.DataFrame({"a": [1]}), {"p": np.array([1, 2])}),
    "two numbers": lambda: (1, 2),
}

PARAMS: dict[str, Any] = {
    "number": {"a": 1}, "several": {"a": 1.5, "b": "x", "c": True}, "list": {"a": [1, 2]},
    "array": {"a": np.array([1.5])},
    "nothing": {"a": None}, "dict": {"a": {"k": 1}}, "day": {"a": datetime.datetime(2020, 1, 1)}, "bytes": {"a": b"x"},
    "tuple": {"a": (1, 2)}, "numpy": {"a": np.float32(1)}, "matrix": {"a": [[1]]}, "set": {"a": {1}},
    "by number": {1: 2}, "text": "x", "both": {"a": [1, "x"]},
}  # fmt: skip


def outcome(call: Any) -> Any:
    """What a call gives, or that it fails."""
    try:
        return call()
    except Exception:
        return "refused"


def signature(infer: Any, **data: Any) -> Any:
    """A signature as it is written."""
    found = infer(**data)
    return None if found is None else found.to_dict()


def files(save: Any, make: Any) -> Any:
    """The files of an example, what is noted about them, and what is read back."""
    with tempfile.TemporaryDirectory() as directory:
        model = save(make(), directory)
        texts = {each.name: each.read_text() for each in sorted(Path(directory).iterdir())}
        read = outcome(lambda: repr(model.load_input_example(directory)))
        params = outcome(lambda: repr(model.load_input_example_params(directory)))
        return {"info": model.saved_input_example_info, "files": texts, "read": read, "params": params}


def main(package: str) -> None:
    """Print what every case gives."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    models = importlib.import_module(f"{package}.models")
    if package == "mlflow":
        from mlflow.models.utils import _save_example as write
    else:
        from genesis_flow.api.models.examples import save_example as write

    def save(example: Any, directory: str) -> Any:
        model = models.Model()
        write(model, example, directory if package == "mlflow" else Path(directory))
        return model

    found = {}
    infer, convert = models.infer_signature, models.convert_input_example_to_serving_input
    for name, make in DATA.items():
        found[f"{name} as input"] = outcome(lambda make=make: signature(infer, model_input=make()))
        found[f"{name} as output"] = outcome(lambda make=make: signature(infer, model_output=make()))
        found[f"{name} as example"] = outcome(lambda make=make: files(save, make))
        found[f"{name} as serving input"] = outcome(lambda make=make: convert(make()))
    for name, params in PARAMS.items():
        found[f"{name} as param"] = outcome(
            lambda params=params: signature(models.infer_signature, model_input=[1], params=params)
        )
    print(json.dumps(found, sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1])
