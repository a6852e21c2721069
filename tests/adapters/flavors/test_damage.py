"""Files that were cut or changed somewhere are refused by a typed error, or loaded as something else; never more."""

from __future__ import annotations

import io
import pickle
import random
from collections.abc import Callable, Iterator
from typing import Any

import joblib
import numpy as np
import pytest
import skops.io
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from genesis_flow.adapters.flavors.loading import load_npz, load_pickle, load_skops, load_torch
from genesis_flow.adapters.flavors.secure.limits import Limits
from genesis_flow.domain.errors import CorruptRecord, Unsupported, UntrustedContent

X = np.arange(12.0).reshape(6, 2)
LIMITS = Limits(free_expansion_bytes=1 << 22)


def _joblib(**more: Any) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(StandardScaler().fit(X), buffer, **more)
    return buffer.getvalue()


def _torch() -> bytes:
    buffer = io.BytesIO()
    torch.save({"a": torch.nn.Linear(2, 2).state_dict(), "b": torch.ones(3)}, buffer)
    return buffer.getvalue()


def _npz() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=X, b=np.array([1, None], dtype=object))
    return buffer.getvalue()


FILES: dict[str, tuple[Callable[..., Any], bytes]] = {
    "pickle": (load_pickle, pickle.dumps(LogisticRegression().fit(X, [0, 1] * 3))),
    "old pickle": (load_pickle, pickle.dumps(StandardScaler().fit(X), 0)),
    "tree": (load_pickle, pickle.dumps(DecisionTreeClassifier(max_depth=2).fit(X, [0, 1] * 3))),
    "joblib": (load_pickle, _joblib()),
    "zlib": (load_pickle, _joblib(compress=3)),
    "lz4": (load_pickle, _joblib(compress="lz4")),
    "skops": (load_skops, skops.io.dumps(StandardScaler().fit(X))),
    "torch": (load_torch, _torch()),
    "npz": (load_npz, _npz()),
}


def _outcomes(load: Callable[..., Any], contents: Iterator[bytes]) -> set[str]:
    found = set()
    for content in contents:
        try:
            load(content, limits=LIMITS)
            found.add("loaded")
        except (CorruptRecord, UntrustedContent, Unsupported):
            found.add("refused")
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut(name: str) -> None:
    """At any byte, it is refused."""
    load, content = FILES[name]
    places = range(len(content)) if len(content) < 2_000 else sorted(random.Random(0).sample(range(len(content)), 400))

    assert {"refused"} == _outcomes(load, (content[:place] for place in places))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FILES)
def test_a_file_with_a_wrong_bit(name: str) -> None:
    """At any place, nothing but a typed error comes of it."""
    load, content = FILES[name]
    chance = random.Random(0)

    def changed() -> Iterator[bytes]:
        for _ in range(500):
            at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
            yield content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]

    assert {"loaded", "refused"} >= _outcomes(load, changed())


@pytest.mark.filterwarnings("ignore")
@given(st.binary(max_size=60))
def test_any_bytes(content: bytes) -> None:
    """Are loaded or refused, by each loader, with and without the beginning of a pickle."""
    for load in (load_pickle, load_skops, load_torch, load_npz):
        assert {"loaded", "refused"} >= _outcomes(load, iter([content, b"\x80\x04" + content]))


OPCODES = [bytes([code]) for code in range(256)]


@pytest.mark.filterwarnings("ignore")
@given(st.lists(st.sampled_from(OPCODES) | st.sampled_from([
    b"cnumpy\ndtype\n", b"cnumpy._core.multiarray\n_reconstruct\n", b"cnumpy\nndarray\n", b"X\x02\x00\x00\x00f8",
    b"ccollections\nOrderedDict\n", b"csklearn.preprocessing._data\nStandardScaler\n", b")\x81", b"}b", b"K\x00\x85",
    b"csklearn.utils._bunch\nBunch\n", b"q\x00", b"h\x00", b"C\x01b", b"\x89", b"\x88", b"N", b"(", b"t", b"R",
]), max_size=30))  # fmt: skip
def test_any_opcodes(parts: list[bytes]) -> None:
    """In any order, with names that are listed, they are loaded or refused."""
    assert {"loaded", "refused"} >= _outcomes(load_pickle, iter([b"\x80\x04" + b"".join(parts) + b"."]))
