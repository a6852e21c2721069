"""Libraries that may be missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from genesis_flow.api.content.libraries import MissingLibrary, library
from genesis_flow.api.content.tables import log_table
from genesis_flow.api.exceptions import MlflowException
from tests.api.content.fakes import FakeClient


def test_an_installed_library_is_imported() -> None:
    """The module itself is returned."""
    assert json is library("json", package="json", purpose="A test")


def test_a_missing_library_is_named() -> None:
    """The error is MLflow's and Python's alike, and says what to install."""
    with pytest.raises(MissingLibrary, match=r"A test needs the package 'No-Such'.*pip install No-Such") as caught:
        library("no_such_library.part", package="No-Such", purpose="A test")
    assert isinstance(caught.value, MlflowException)
    assert isinstance(caught.value, ImportError)


def test_a_library_that_is_broken_inside_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the library lacks something itself, its own error is shown."""
    (tmp_path / "half_there.py").write_text("import no_such_dependency")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        library("half_there", package="half-there", purpose="A test")


def test_tables_name_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pandas, logging a table says what to install."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingLibrary, match="pip install pandas"):
        log_table(FakeClient(), "r", {"a": [1]}, "t.json")


def test_no_library_is_imported_before_it_is_needed() -> None:
    """Importing the functions loads none of the libraries."""
    script = (
        "import sys, genesis_flow.api.artifacts, genesis_flow.api.data, genesis_flow.api.content.tables,"
        "genesis_flow.api.content.images, genesis_flow.api.content.figures, genesis_flow.api.content.dictionaries;"
        "print([m for m in ('numpy', 'pandas', 'PIL', 'matplotlib', 'yaml', 'fsspec') if m in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    assert "[]\n" == done.stdout
