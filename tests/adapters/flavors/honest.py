"""Honest objects, all of which must be loaded; each with a name of its own."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import io
import pickle
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

import cloudpickle
import joblib
import numpy as np
import pandas as pd
import scipy.sparse as sp


def plain_objects() -> dict[str, Any]:
    """What comes with Python."""
    shared = [1]
    circle: list[Any] = [1]
    circle.append(circle)
    return {
        "None": None,
        "true": True,
        "a number": 3,
        "a long number": 1 << 200,
        "a negative number": -(1 << 90),
        "a float": 1.5,
        "infinity": float("inf"),
        "a text": "é😀\ud800",
        "an empty text": "",
        "bytes": b"x\xff",
        "a long text": "x" * 70_000,
        "long bytes": b"x" * 70_000,
        "a bytearray": bytearray(b"x\xff"),
        "a list": [1, [2]],
        "a shared list": [shared, shared],
        "a circle": circle,
        "a tuple": (1, (2,), (), (1, 2, 3, 4)),
        "a dictionary": {"a": 1, 2: None, (1, "x"): [], b"y": {}},
        "a set": {1, "a"},
        "a frozenset": frozenset([1, "a"]),
        "a set of tuples": {(1, 2)},
        "a complex number": 1 + 2j,
        "a slice": slice(1, None, 2),
        "a range": range(2, 9, 3),
        "an ellipsis": ...,
        "NotImplemented": NotImplemented,
        "the class int": int,
        "the class list": list,
        "a date": datetime.date(2020, 2, 29),
        "a time": datetime.time(1, 2, 3, 4, fold=1),
        "a moment": datetime.datetime(2020, 1, 2, 3, 4, 5, 6, fold=1),
        "a duration": datetime.timedelta(-1, 2, 3),
        "a moment in UTC": datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC),
        "a moment in a zone": datetime.datetime(2020, 1, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
        "a named offset": datetime.timezone(datetime.timedelta(hours=1), "X"),
        "a decimal number": decimal.Decimal("1.50"),
        "a fraction": fractions.Fraction(-1, 3),
        "a UUID": uuid.UUID(int=5),
        "an ordered dictionary": collections.OrderedDict(a=1, b=[2]),
        "a default dictionary": collections.defaultdict(list, a=[1]),
        "a counter": collections.Counter("aab"),
        "a queue": collections.deque([1, 2], 3),
        "a dictionary by dates": {datetime.date(2020, 1, 1): 1},
    }


def arrays() -> dict[str, Any]:
    """numpy."""
    codes = [
        "?",
        "i1",
        "i2",
        "i4",
        "i8",
        "u1",
        "u2",
        "u4",
        "u8",
        "f2",
        "f4",
        "f8",
        "g",
        "c8",
        "c16",
        "S5",
        "U5",
        "V7",
        "M8[ns]",
        "M8[D]",
        "M8[25s]",
        "m8[us]",
        "m8",
        ">f8",
        ">i4",
        ">U3",
        "<M8[h]",
    ]
    found: dict[str, Any] = {f"an array of {code}": np.zeros((2, 3), code) for code in codes}
    found |= {f"a type {code}": np.dtype(code) for code in codes}
    found |= {
        f"a scalar {kind.__name__}": kind(1)
        for kind in (np.bool_, np.int8, np.int64, np.uint32, np.float16, np.float32, np.float64, np.complex128, np.str_)
    }
    aligned = np.dtype([("a", "i1"), ("b", "f8")], align=True)
    found |= {
        "an empty array": np.zeros((0, 3)),
        "an array of no dimensions": np.array(3.0),
        "an array of one": np.ones(1),
        "an array of objects": np.array([1, "a", None, [1]], dtype=object),
        "a square of objects": np.full((2, 2), None),
        "a Fortran array": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "a view": np.arange(10)[::2],
        "axes in another order": np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
        "a structure": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        "an aligned structure": np.zeros(2, aligned),
        "a structure of objects": np.array([(1, None)], dtype=[("a", "i4"), ("b", "O")]),
        "a structure of structures": np.zeros(2, [("a", [("b", "f4", (2, 2))])]),
        "a structure with titles": np.zeros(1, np.dtype({"names": ["a"], "formats": ["f8"]})),
        "a matrix": np.matrix([[1.0]]),
        "records": np.rec.array([(1, 2.0)]),
        "texts of any length": np.array(["a", "bcd"], dtype=np.dtypes.StringDType()),
        "a masked array": np.ma.array([1.0, 2.0], mask=[0, 1]),
        "a date": np.datetime64("2020-01-01"),
        "a duration": np.timedelta64(3, "s"),
        "a large array": np.arange(100_000.0),
        "a ufunc": np.log1p,
        "a function": np.mean,
        "a class": np.float64,
        "dtypes in a list": [np.dtype("f8"), np.dtype("f8")],
        "a random state": np.random.RandomState(0),
        "a generator": np.random.default_rng(0),
        "another generator": np.random.Generator(np.random.Philox(1)),
        "a seed": np.random.SeedSequence(5),
        "SFC64": np.random.Generator(np.random.SFC64(1)),
        "PCG64DXSM": np.random.Generator(np.random.PCG64DXSM(1)),
        "a dictionary by numbers": {np.int64(1): "a", np.float32(2): "b"},
    }
    return found


def sparse_matrices() -> dict[str, Any]:
    """scipy."""
    return {
        f"{form}_{kind}": getattr(sp, f"{form}_{kind}")(np.eye(3))
        for form in ("csr", "csc", "coo", "dia", "bsr", "lil")
        for kind in ("matrix", "array")
    }


def frames() -> dict[str, Any]:
    """pandas."""
    days = pd.date_range("2020", periods=2)
    columns: dict[str, Any] = {
        "i": [1, 2],
        "f": [0.5, None],
        "s": ["a", "b"],
        "o": pd.Series([(1,), None], dtype=object),
        "b": [True, False],
        "c": pd.Categorical(["x", "y"]),
        "t": days,
        "tz": days.tz_localize("Europe/Berlin"),
        "utc": days.tz_localize("UTC"),
        "td": pd.to_timedelta([1, 2]),
        "p": pd.period_range("2020", periods=2, freq="D"),
        "I": pd.array([1, None], dtype="Int64"),
        "F": pd.array([1, None], dtype="Float64"),
        "B": pd.array([True, None], dtype="boolean"),
        "S": pd.array(["q", None], dtype="string"),
        "P": pd.array(["q", None], dtype="string[python]"),
        "iv": pd.interval_range(0, 2),
        "sp": pd.arrays.SparseArray([0, 1]),
    }
    frame = pd.DataFrame(columns)
    found: dict[str, Any] = {f"a column {name}": frame[name] for name in columns}
    found |= {f"a frame of {name}": frame[[name]] for name in columns}
    return found | {
        "a frame": frame,
        "a frame with labels": frame.set_index(["i", "s"]),
        "a transposed frame": frame[["i", "f"]].T,
        "an empty frame": pd.DataFrame(),
        "a named series": pd.Series([1], name="x"),
        "a series of text": pd.Series(["a"]),
        "an index": pd.Index([1, 2]),
        "an index of texts": pd.Index(["a"], name="n"),
        "a range": pd.RangeIndex(3),
        "two levels": pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["x", None]),
        "categories": pd.CategoricalIndex(["a", "b"]),
        "days": pd.date_range("2020", periods=3, freq="D"),
        "months": pd.date_range("2020", periods=3, freq="MS"),
        "durations": pd.TimedeltaIndex([1]),
        "periods": pd.PeriodIndex(["2020"], freq="D"),
        "intervals": pd.interval_range(0, 2),
        "a timestamp": pd.Timestamp("2020"),
        "a timestamp in UTC": pd.Timestamp("2020", tz="UTC"),
        "a timestamp in a zone": pd.Timestamp("2020", tz="Europe/Berlin"),
        "a timedelta": pd.Timedelta(1),
        "a period": pd.Period("2020"),
        "an interval": pd.Interval(0, 1),
        "NaT": pd.NaT,
        "NA": pd.NA,
        "a categorical type": pd.CategoricalDtype(["a"]),
        "Int64": pd.Int64Dtype(),
        "a type of text": pd.StringDtype(),
        "a type in a zone": pd.DatetimeTZDtype(tz="UTC"),
        "a sparse type": pd.SparseDtype(),
        "a type of periods": pd.PeriodDtype("D"),
        "a type of intervals": pd.IntervalDtype("int64"),
        "types": frame.dtypes,
        "an offset": pd.offsets.MonthEnd(2),
        "business days": pd.offsets.BusinessDay(),
        "weeks": pd.offsets.Week(weekday=1),
        "numbers of pyarrow": pd.Series([1], dtype="int64[pyarrow]"),
        "a categorical": pd.Categorical(["a", None]),
    }


def _joblib(value: Any, **more: Any) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(value, buffer, **more)
    return buffer.getvalue()


#: How objects are written: by the five protocols in use, by cloudpickle, and by joblib with each compression.
WRITERS: dict[str, Callable[[Any], bytes]] = {
    **{f"protocol {n}": lambda value, n=n: pickle.dumps(value, n) for n in range(6)},  # type: ignore[misc]
    "cloudpickle": cloudpickle.dumps,
    "joblib": _joblib,
    **{
        f"joblib with {name}": lambda value, name=name: _joblib(value, compress=(name, 3))  # type: ignore[misc]
        for name in ("zlib", "gzip", "bz2", "xz", "lzma", "lz4")
    },
}


def honest_objects() -> dict[str, Any]:
    """All of them."""
    families = {"python": plain_objects(), "numpy": arrays(), "scipy": sparse_matrices(), "pandas": frames()}
    return {f"{family}: {name}": value for family, found in families.items() for name, value in found.items()}


def warm_up() -> None:
    """Load one object of each kind, so that no library is still to be imported."""
    from genesis_flow.adapters.flavors.loading import load_npz, load_pickle, load_skops, load_torch

    for value in honest_objects().values():
        load_pickle(pickle.dumps(value, 5))
    import skops.io
    import torch
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.preprocessing import SplineTransformer

    x = np.random.RandomState(0).rand(30, 3)
    for model in (
        RandomForestRegressor(2),
        HistGradientBoostingRegressor(max_iter=1),
        KNeighborsRegressor(algorithm="kd_tree"),
    ):
        load_skops(skops.io.dumps(model.fit(x, x[:, 0])))
        load_pickle(pickle.dumps(model))
    load_pickle(pickle.dumps(SplineTransformer().fit(x)))
    buffer = io.BytesIO()
    torch.save({"a": torch.nn.Sequential(torch.nn.Linear(2, 2)), "b": torch.eye(2).to_sparse()}, buffer)
    load_torch(buffer.getvalue())
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=x)
    load_npz(buffer.getvalue())
    from sklearn.isotonic import IsotonicRegression

    load_pickle(pickle.dumps(IsotonicRegression().fit(x[:, 0], x[:, 1])))
