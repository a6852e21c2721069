"""`MLmodel` and the files around it: hostile ones are refused, honest ones are read, whatever version wrote them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.adapters.flavors.installed import distributions_of, imported_modules
from genesis_flow.adapters.flavors.model_files import LARGEST_RECORD, YamlModelFiles
from genesis_flow.domain.errors import CorruptRecord, UntrustedContent
from genesis_flow.ports.model_files import Environment

FILES = YamlModelFiles()

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE = {
    "bomb": BOMB,
    "alias": "a: &a 1\nb: *a",
    "anchor": "a: &a 1",
    "merge": "a: &a {x: 1}\nb: {<<: *a}",
    "python tag": "flavors: !!python/object/apply:os.system ['true']",
    "short tag": "flavors: !evil x",
    "binary": "a: !!binary aGk=",
    "set": "a: !!set {x, y}",
    "doubled key": "flavors: {}\nflavors: {python_function: {}}",
    "doubled key inside": "flavors: {sklearn: {pickled_model: a, pickled_model: b}}",
    "deep": "a: " + "[" * 100 + "]" * 100,
    "large": "a: " + "x" * (LARGEST_RECORD + 1),
}

DAMAGED = {
    "nothing": "",
    "text": "hello",
    "list": "- a",
    "unclosed": "a: [1",
    "tab": "a:\n\t- b",
    "control": "a: \x01",
    "very deep": "a: " + "[" * 100_000,
    "two documents": "a: 1\n---\nb: 2",
    "flavors of text": "flavors: x",
    "flavors of texts": "flavors: {sklearn: x}",
    "flavors by number": "flavors: {1: {}}",
    "complex key": "? [a, b]\n: 1",
    "bad utf-8": b"\xff\xfe\xfa",
    "null": "null",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_records_are_refused(name: str) -> None:
    """Anchors, tags, doubled keys, depth and size, all within seconds."""
    began = time.monotonic()

    with pytest.raises(UntrustedContent):
        FILES.parse(HOSTILE[name])
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_records_are_refused(name: str) -> None:
    """What is no mapping of flavors is said to be damaged."""
    with pytest.raises(CorruptRecord):
        FILES.parse(DAMAGED[name])


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(min_size=1, max_size=10).filter(lambda key: key != "flavors"), plain, max_size=5))
def test_what_is_written_is_read_back(content: dict[str, Any]) -> None:
    """Keys that nobody knows, texts that look like something else, numbers, nothing."""
    content = {**content, "flavors": {"sklearn": {"pickled_model": "m"}}}

    assert content == FILES.parse(FILES.render(content)).content


def test_what_is_read_belongs_to_the_reader() -> None:
    """Changing it does not change what the next one reads."""
    text = "flavors: {sklearn: {a: [1]}}"
    first: Any = FILES.parse(text).content
    first["flavors"]["sklearn"]["a"].append(2)

    assert {"flavors": {"sklearn": {"a": [1]}}} == FILES.parse(text).content


def test_dates_stay_texts() -> None:
    """Old versions wrote times without quotes."""
    content = FILES.parse("flavors: {}\nutc_time_created: 2020-01-01 10:00:00").content

    assert "2020-01-01 10:00:00" == content["utc_time_created"]


def test_the_environment_is_written(tmp_path: Path) -> None:
    """Four files, as MLflow has them."""
    FILES.write_environment(tmp_path, Environment(["mlflow==3.17.2", "a==1", "-c constraints.txt"], ["b<2"]))
    conda = FILES.read_yaml(tmp_path / "conda.yaml")

    assert "mlflow==3.17.2\na==1\n-c constraints.txt" == (tmp_path / "requirements.txt").read_text()
    assert "b<2" == (tmp_path / "constraints.txt").read_text()
    assert {"pip": ["mlflow==3.17.2", "a==1", "-c constraints.txt"]} == conda["dependencies"][-1]
    assert ["-r requirements.txt"] == FILES.read_yaml(tmp_path / "python_env.yaml")["dependencies"]


def test_modules_are_found_in_distributions(tmp_path: Path) -> None:
    """By metadata, whatever the module is called; what is nobody's is left out."""
    code = tmp_path / "code.py"
    code.write_text("import os, yaml\nfrom attr import x\ndef f():\n    import mlflow.pyfunc\n    from . import y\n")

    assert {"PyYAML", "attrs"} == distributions_of(imported_modules(code))
    assert set() == distributions_of(frozenset({"os", "__main__", "genesis_flow", "mlflow", "there_is_no_such_module"}))
    assert ["PyYAML"] == [line.partition("==")[0] for line in FILES.pinned(["not-installed"], frozenset({"yaml"}))]
