"""Dictionaries as artifacts; expected values are what MLflow 3.17.2 writes, where not said otherwise."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pytest
import yaml

from genesis_flow.api.content.dictionaries import dictionary_to_bytes

NESTED = {"a": 1, "b": [1, 2], "c": {"d": None}}


@pytest.mark.parametrize("name", ["d.json", "d.txt", "d", "d.YAML"])
def test_any_other_extension_is_json(name: str) -> None:
    """JSON is indented by two blanks; only .yml and .yaml in small letters are YAML."""
    expected = b'{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ],\n  "c": {\n    "d": null\n  }\n}'
    assert expected == dictionary_to_bytes(NESTED, name)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NESTED, "a: 1\nb:\n- 1\n- 2\nc:\n  d: null\n"),
        ([1, 2], "- 1\n- 2\n"),
        ("s", "s\n...\n"),
        ({"n": float("nan"), "ü": "é", "y": {1}}, 'n: .nan\ny: !!set\n  1: null\n"\\xFC": "\\xE9"\n'),
    ],
)
def test_yaml(value: Any, text: str) -> None:
    """YAML is in block style, with sorted keys."""
    for name in ("d.yaml", "d.yml"):
        assert text == dictionary_to_bytes(value, name).decode()


def test_json_of_what_json_has_no_form_for() -> None:
    """Objects are written as their text, NaN as NaN, other letters as escapes."""
    value = {"x": PurePosixPath("/q"), "y": {1}, "n": float("nan"), "ü": "é"}
    expected = b'{\n  "x": "/q",\n  "y": "{1}",\n  "n": NaN,\n  "\\u00fc": "\\u00e9"\n}'
    assert expected == dictionary_to_bytes(value, "d.json")


def test_json_refuses_keys_that_are_no_text() -> None:
    """A tuple cannot be a key in JSON."""
    with pytest.raises(TypeError, match="keys must be str"):
        dictionary_to_bytes({(1, 2): 3}, "d.json")


def test_yaml_holds_no_python_objects() -> None:
    """Whatever is written as YAML can be read with a safe loader (MLflow writes Python objects)."""

    class Text(str):
        """A kind of text."""

    value = {
        "path": PurePosixPath("/q"), "tuple": (1, 2), "number": np.float64(0.5), "text": Text("t"),
        "ordered": OrderedDict(a=1), "class": ValueError("x"),
    }
    expected = {
        "path": "/q", "tuple": [1, 2], "number": 0.5, "text": "t", "ordered": {"a": 1}, "class": "x"
    }
    assert expected == yaml.safe_load(dictionary_to_bytes(value, "d.yaml"))
