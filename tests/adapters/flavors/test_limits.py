"""Limits hold before what they limit is made."""

from __future__ import annotations

import gzip
import io
import pickle
import time
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
import skops.io
from sklearn.ensemble import RandomForestRegressor

from genesis_flow.adapters.flavors.loading import load_npz, load_pickle, load_skops
from genesis_flow.adapters.flavors.secure.limits import DEFAULT_LIMITS, Limits
from genesis_flow.domain.errors import UntrustedContent

CONTENT = pickle.dumps({"a": [(n, str(n)) for n in range(5_000)]})


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"file_bytes": 100}, "more than 100 bytes"),
        ({"opcodes": 5_000}, "more than 5,000 steps"),
        ({"memo": 50}, "more than 50 remembered objects"),
        ({"depth": 1}, "more than 1"),
        ({"seconds": -1}, "was not read within"),
    ],
)
def test_a_pickle_that_asks_for_too_much(limits: dict[str, Any], message: str, tmp_path: Path) -> None:
    """Is refused, and says which limit it breaks; from a file as well."""
    (tmp_path / "x").write_bytes(CONTENT)
    for source in (CONTENT, tmp_path / "x"):
        with pytest.raises(UntrustedContent, match=message):
            load_pickle(source, limits=attrs.evolve(DEFAULT_LIMITS, **limits))


def test_what_expands_too_far() -> None:
    """A compressed file may be large, but not far larger than it is."""
    content = gzip.compress(b"\0" * (1 << 24))
    limits = Limits(free_expansion_bytes=1 << 20)
    with pytest.raises(UntrustedContent, match="bytes when expanded"):
        load_pickle(content, limits=limits)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.zeros(1 << 21))
    with pytest.raises(UntrustedContent, match="bytes when expanded"):
        load_npz(buffer.getvalue(), limits=limits)

    assert 1 << 21 == len(load_npz(buffer.getvalue())["a"])


def test_a_description_that_is_too_long() -> None:
    """The text inside a skops file has a limit of its own, and so has its depth."""
    content = skops.io.dumps([[[[1]]]])
    with pytest.raises(UntrustedContent, match="bytes of description"):
        load_skops(content, limits=Limits(schema_bytes=10))
    with pytest.raises(UntrustedContent, match="nested containers"):
        load_skops(content, limits=Limits(depth=2))
    with pytest.raises(UntrustedContent, match="members"):
        load_skops(skops.io.dumps(np.ones(1)), limits=Limits(members=1))


def test_ordinary_models_are_far_from_the_limits() -> None:
    """One of 100 trees takes well below a second."""
    x = np.random.RandomState(0).rand(500, 5)
    content = pickle.dumps(RandomForestRegressor(100).fit(x, x[:, 0]))
    start = time.perf_counter()
    load_pickle(content)

    assert time.perf_counter() - start < 1
