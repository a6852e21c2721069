"""The package is cheap to import, and its names are the ones that it says."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

from genesis_flow.api import entities
from genesis_flow.api.entities import Document, Link
from genesis_flow.api.paged_list import PagedList


def test_every_public_name_is_there_and_is_called_so() -> None:
    """`__all__` names the classes, each once, and `dir` shows them."""
    found = {name: getattr(entities, name).__name__ for name in entities.__all__}

    assert {name: name for name in entities.__all__} == found
    assert sorted(set(entities.__all__)) == sorted(entities.__all__) == sorted(entities._HOMES)
    assert set(entities.__all__) <= set(dir(entities))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """Names that are not there fail as on any module."""
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        entities.Nothing  # noqa: B018  # asking is the point


def test_importing_the_package_loads_no_view() -> None:
    """Views are loaded when they are first asked for, and no driver ever is."""
    code = (
        "import sys, genesis_flow.api.entities as entities\n"
        "assert not [name for name in sys.modules if name.startswith('genesis_flow.api.entities.')]\n"
        "entities.Run\n"
        "assert 'genesis_flow.api.entities.run' in sys.modules\n"
        "import genesis_flow.api.entities.translation\n"
        "print(sorted({'pymongo', 'fsspec', 'numpy', 'pandas', 'yaml', 'pprint', 'mlflow'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ("[]\n", "") == (done.stdout, done.stderr)


def test_a_paged_list_is_a_list_with_a_token() -> None:
    """A page compares, copies and pickles as a list, and keeps its token."""
    page = PagedList([1, 2], "next")

    assert [1, 2] == page == page.to_list()
    assert (list, "next") == (type(page.to_list()), page.token)
    assert ["next", "next"] == [copy.copy(page).token, pickle.loads(pickle.dumps(page)).token]


def test_documents_and_links_become_dictionaries() -> None:
    """Plain records have their fields by name; metadata is not shared."""
    first, second = Document("text"), Document("text")
    first.metadata["a"] = 1

    assert {"page_content": "text", "metadata": {}, "id": None} == second.to_dict()
    assert Link("t", "s", {"a": 1}) == Link.from_dict(Link("t", "s", {"a": 1}).to_dict())
