"""Networks of PyTorch and transformers: MLflow loads what we saved, and we load what MLflow saved."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from genesis_flow.domain.values.manifests import MANIFEST_FILE
from tests.compat.interchange.conftest import run
from tests.services.stock import stock_python

#: What MLflow fetches or writes because it found nothing; and what says when, where and how large.
UNSHARED_FILES = {"LICENSE.txt", MANIFEST_FILE}
UNSHARED_KEYS = {"utc_time_created", "model_uuid", "model_size_bytes"}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Networks that we saved."""
    directory = tmp_path_factory.mktemp("our-networks")
    run(sys.executable, "networks.py", "save", "genesis_flow", directory)
    return directory


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Networks that MLflow saved."""
    directory = tmp_path_factory.mktemp("their-networks")
    run(stock_python("torch", "transformers", "peft"), "networks.py", "save", "mlflow", directory)
    return directory


def loaded(python: Path | str, package: str, directory: Path) -> dict[str, Any]:
    """What the models in a directory predict, by name."""
    found: dict[str, Any] = json.loads(run(python, "networks.py", "load", package, directory).splitlines()[-1])
    return found


@pytest.mark.stock
@pytest.mark.slow
def test_both_load_what_both_saved(ours: Path, theirs: Path) -> None:
    """Whoever saves and whoever loads: the predictions are the same; only classes of others need trust."""
    python = stock_python("torch", "transformers", "peft")
    expected = loaded(python, "mlflow", theirs)

    assert {} == {name: each for name, each in expected.items() if isinstance(each, dict) and "error" in each}
    assert expected == loaded(python, "mlflow", ours)
    assert expected == loaded(sys.executable, "genesis_flow", theirs)
    assert expected == loaded(sys.executable, "genesis_flow", ours)


@pytest.mark.stock
@pytest.mark.slow
def test_both_write_the_same(ours: Path, theirs: Path) -> None:
    """The same files, and in `MLmodel` the same keys with the same values."""

    def files(directory: Path) -> list[str]:
        found = [each for each in directory.rglob("*") if each.is_file() and each.name not in UNSHARED_FILES]
        return sorted(each.relative_to(directory).as_posix() for each in found)

    def record(directory: Path) -> dict[str, Any]:
        path = directory / "MLmodel"
        text = path.read_text().replace(f"{directory.parent}-base", "BASE") if path.exists() else "{}"
        content = yaml.safe_load(text)
        return {key: value for key, value in content.items() if key not in UNSHARED_KEYS}

    for path in sorted(theirs.iterdir()):
        assert files(path) == files(ours / path.name)
        assert record(path) == record(ours / path.name)
