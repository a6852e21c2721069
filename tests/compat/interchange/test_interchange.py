"""MLflow loads what we saved, we load what MLflow saved, and both wrote the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from genesis_flow.domain.values.manifests import MANIFEST_FILE
from tests.compat.interchange.conftest import loaded
from tests.services.stock import stock_python

FROZEN = Path(__file__).parent / "frozen"

#: Keys of `MLmodel` that are never equal: times, random ids; pickles of ours hold other modules' names.
NEVER_EQUAL = {"utc_time_created", "model_uuid"}
PICKLED = {"class", "function", "hints", "pydantic"}

EXPECTED: dict[str, Any] = {
    "class": [15, 15, 15, 15],
    "code": [2.0, 4.0, 6.0, 8.0],
    "function": ["A", "B"],
    "loader": ["hello"] * 4,
    "pydantic": ["aaa", "b"],
    "sklearn_array": [0, 1, 0, 1],
    "sklearn_cloudpickle": [0, 1, 0, 1],
    "sklearn_code": [0, 1, 0, 1],
    "sklearn_pickle": [0, 1, 0, 1],
    "sklearn_skops": [0, 1, 0, 1],
}


def files_in(directory: Path) -> list[str]:
    """The files below a directory, by path."""
    every = [os.path.join(at, name) for at, _, names in os.walk(directory) for name in names]
    found = [os.path.relpath(name, directory) for name in every]
    return sorted(name for name in found if name != MANIFEST_FILE and "__pycache__" not in name)


def record_of(directory: Path, name: str) -> dict[str, Any]:
    """What `MLmodel` says, without what can never be equal."""
    found: dict[str, Any] = yaml.safe_load((directory / name / "MLmodel").read_text())
    if name in PICKLED or name == "loader":
        found.pop("model_size_bytes")  # MLflow's pickles hold a wrapper; it does not count code
    for noted in found["flavors"].values():
        if "model_code_path" in noted:  # MLflow notes where the file was, and reads its name only
            noted["model_code_path"] = noted["model_code_path"].rpartition("/")[2]
    return {key: value for key, value in found.items() if key not in NEVER_EQUAL}


def test_we_load_what_we_saved(ours: Path) -> None:
    """Every kind of model, with and without the detour over `pyfunc`."""
    found = loaded(sys.executable, "genesis_flow", ours)

    assert {} == {name: each for name, each in found.items() if isinstance(each, dict)}
    assert EXPECTED == {name: found[name] for name in EXPECTED}


@pytest.mark.stock
@pytest.mark.slow
def test_both_load_what_both_saved(ours: Path, theirs: Path) -> None:
    """Whoever saves and whoever loads: the predictions are the same."""
    python = stock_python()
    expected = loaded(python, "mlflow", theirs)

    assert {} == {name: each for name, each in expected.items() if isinstance(each, dict)}
    assert expected == loaded(python, "mlflow", ours)
    assert expected == loaded(sys.executable, "genesis_flow", theirs)
    assert expected == loaded(sys.executable, "genesis_flow", ours)


def _without(path: Path, listed: Path) -> list[str]:
    """
    The lines of a file, without requirements that `listed` does not have.

    MLflow lists whatever happens to be imported, such as PyTorch by scikit-learn where both are installed, and each its
    own versions of pip and setuptools.
    """
    known = listed.read_text().splitlines()
    return [line for line in path.read_text().splitlines() if line in known or "==" not in line]


@pytest.mark.stock
@pytest.mark.slow
def test_both_write_the_same(ours: Path, theirs: Path) -> None:
    """The same files with the same texts, and in `MLmodel` the same keys with the same values."""
    names = sorted(each.name for each in theirs.iterdir())

    assert names == sorted(each.name for each in ours.iterdir())
    for name in names:
        assert files_in(theirs / name) == files_in(ours / name)
        assert record_of(theirs, name) == record_of(ours, name)
        for file in files_in(theirs / name):
            is_of_modules = name in PICKLED and file.endswith((".txt", "conda.yaml"))
            if is_of_modules or file.endswith((".pkl", ".skops", "MLmodel")):
                continue
            pair = theirs / name / file, ours / name / file
            assert _without(*pair) == _without(*reversed(pair))


@pytest.mark.parametrize("version", ["mlflow-2.22", "mlflow-3.17"])
def test_we_load_what_older_versions_saved(version: str) -> None:
    """Directories that were saved once are loaded for ever; pickles of code need the Python that wrote them."""
    pytest.importorskip("skops")
    found = loaded(sys.executable, "genesis_flow", FROZEN / version)
    if sys.version_info[:2] != (3, 11):
        found = {name: each for name, each in found.items() if name not in PICKLED}

    assert {} == {name: each for name, each in found.items() if isinstance(each, dict)}
    assert {name: EXPECTED[name] for name in found if name in EXPECTED} == {
        name: each for name, each in found.items() if name in EXPECTED
    }


def test_scikit_learn_models_of_older_versions_need_no_trust() -> None:
    """The pickles that MLflow wrote of plain estimators go through the restricted door."""
    from genesis_flow import sklearn

    for directory in sorted(FROZEN.glob("*/sklearn_*")):
        if directory.name != "sklearn_code":
            assert hasattr(sklearn.load_model(str(directory)), "predict")
