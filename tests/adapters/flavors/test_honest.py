"""Honest objects are loaded, and equal what their own libraries load, or what was stored where those change it."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from genesis_flow.adapters.flavors.loading import load_npy, load_npz, load_pickle
from tests.adapters.flavors.honest import WRITERS, honest_objects


def is_same(one: Any, other: Any) -> bool:
    """Whether two objects have the same type and content."""
    if type(one) is not type(other):
        return False
    for kind, check in (
        (pd.DataFrame, pd.testing.assert_frame_equal),
        (pd.Series, pd.testing.assert_series_equal),
        (pd.Index, pd.testing.assert_index_equal),
        (pd.api.extensions.ExtensionArray, pd.testing.assert_extension_array_equal),
        (np.ma.MaskedArray, np.testing.assert_array_equal),
    ):
        if isinstance(one, kind):
            check(one, other)
            return True
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and repr(one.tolist()) == repr(other.tolist())
    if isinstance(one, np.random.RandomState | np.random.Generator):
        return one.random(5).tolist() == other.random(5).tolist()
    if isinstance(one, np.random.SeedSequence):
        return one.state == other.state
    if sp.issparse(one):
        return bool((one.toarray() == other.toarray()).all())
    return repr(one) == repr(other)


@pytest.mark.parametrize("writer", WRITERS)
def test_every_honest_object_is_loaded(writer: str) -> None:
    """Whoever wrote it, and however it was compressed."""
    wrong = {}
    for name, value in honest_objects().items():
        try:
            content = WRITERS[writer](value)
            expected = joblib.load(io.BytesIO(content)) if writer.startswith("joblib") else pickle.loads(content)
            found = load_pickle(content)
            if not is_same(expected, found) and not is_same(value, found):
                wrong[name] = f"{expected!r} became {found!r}"
        except Exception as error:
            wrong[name] = repr(error)

    assert {} == wrong


def test_there_are_many_honest_objects() -> None:
    """At least as many as the attacks are said to be diverse."""
    assert len(honest_objects()) >= 200


def test_what_is_shared_stays_shared() -> None:
    """An object that is in two places is one object again, and a circle is a circle."""
    shared, circle = (load_pickle(WRITERS["protocol 4"](honest_objects()[f"python: {name}"]))
                      for name in ("a shared list", "a circle"))  # fmt: skip

    assert shared[0] is shared[1]
    assert circle[1] is circle


def test_arrays_can_be_written_to() -> None:
    """As those of `pickle` and joblib can, whether they were compressed or not."""
    value = {"a": np.arange(3.0), "b": np.asfortranarray(np.ones((2, 2)))}

    for name in ("protocol 2", "protocol 5", "joblib", "joblib with zlib"):
        found = load_pickle(WRITERS[name](value))
        found["a"][0] = 5
        assert [5.0, 1.0, 2.0] == found["a"].tolist()
        assert found["b"].flags.f_contiguous


def test_an_array_of_joblib_lies_as_it_was_stored(tmp_path: Path) -> None:
    """The layout that joblib can map to memory is read as well, from a file."""
    path = tmp_path / "x.joblib"
    joblib.dump({"x": np.arange(1_000.0).reshape(10, 100), "y": [np.ones(3, "i4")]}, path)
    found = load_pickle(path)

    assert is_same(np.arange(1_000.0).reshape(10, 100), found["x"])
    assert is_same(np.ones(3, "i4"), found["y"][0])


def test_files_of_numpy(tmp_path: Path) -> None:
    """Arrays of numbers and structures, and those of objects that are harmless."""
    arrays = {
        "numbers": np.arange(6.0).reshape(2, 3), "fortran": np.asfortranarray(np.ones((2, 3), "i2")),
        "objects": np.array([1, "a", None], dtype=object), "scalar": np.array(3), "empty": np.zeros((0, 2)),
        "structure": np.zeros(2, [("a", "i4"), ("b", "f8", (2,))]), "dates": np.array(["2020"], "M8[D]"),
        "texts": np.array(["a", "bc"]), "big": np.arange(3, dtype=">i4"),
    }  # fmt: skip
    np.savez(tmp_path / "x.npz", **arrays)
    np.savez_compressed(tmp_path / "y.npz", **arrays)
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)

    for file in ("x.npz", "y.npz"):
        found = load_npz(tmp_path / file)
        assert list(arrays) == list(found)
        assert [] == [name for name, array in arrays.items() if not is_same(array, found[name])]
    assert [] == [name for name, array in arrays.items() if not is_same(array, load_npy(tmp_path / f"{name}.npy"))]
