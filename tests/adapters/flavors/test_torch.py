"""Files of `torch.save`."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from genesis_flow.adapters.flavors.loading import load_torch
from genesis_flow.adapters.flavors.secure.entries import resolved
from genesis_flow.adapters.flavors.secure.tables.torch import TABLE

DTYPES = [
    torch.float32,
    torch.float64,
    torch.float16,
    torch.bfloat16,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.uint8,
    torch.uint16,
    torch.uint32,
    torch.uint64,
    torch.bool,
    torch.complex64,
    torch.complex128,
    torch.float8_e4m3fn,
    torch.float8_e5m2,
]


def _objects() -> dict[str, Any]:
    linear = nn.Linear(2, 3)
    optimizer = torch.optim.Adam(linear.parameters())
    linear(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    shared = torch.arange(6.0)
    return {
        **{f"a tensor of {dtype}": torch.ones(3).to(dtype) for dtype in DTYPES},
        "no dimensions": torch.tensor(2.0),
        "nothing": torch.zeros(0, 3),
        "a transposed tensor": torch.arange(6).reshape(2, 3).T,
        "a view": torch.arange(10)[3:7],
        "a shared storage": [shared, shared[2:4]],
        "an expanded tensor": torch.ones(1, 3).expand(4, 3),
        "a gradient": torch.ones(2, requires_grad=True),
        "a conjugate": torch.ones(2, dtype=torch.complex64).conj(),
        "a parameter": nn.Parameter(torch.ones(2)),
        "a buffer": nn.Buffer(torch.ones(2)),
        "a state": linear.state_dict(),
        "a checkpoint": {"model": linear.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "loss": 0.5},
        "a size": torch.Size([1, 2]),
        "a type": torch.float32,
        "a device": torch.device("cpu"),
        "a layout": torch.sparse_coo,
        "texts and numbers": {"a": [1, 2.5, None, "x", b"y", (True,)]},
    }


def is_same(one: Any, other: Any) -> bool:
    """Whether two objects have the same type and content."""
    if isinstance(one, torch.Tensor):
        same = type(one) is type(other) and one.dtype == other.dtype and one.requires_grad == other.requires_grad
        return same and one.shape == other.shape and one.tolist() == other.tolist()
    if isinstance(one, dict):
        return list(one) == list(other) and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and bool(one == other)


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("name", _objects())
def test_what_is_saved_comes_back(tmp_path: Path, name: str, mapped: bool) -> None:
    """Whether the numbers are read or stay in the file, and from memory as well."""
    value = _objects()[name]
    torch.save(value, tmp_path / "x.pt")

    assert is_same(value, load_torch(tmp_path / "x.pt", mapped=mapped))
    assert is_same(value, load_torch((tmp_path / "x.pt").read_bytes()))


def test_a_storage_that_is_shared_stays_shared(tmp_path: Path) -> None:
    """A change of one tensor is one of the other."""
    torch.save(_objects()["a shared storage"], tmp_path / "x.pt")
    one, other = load_torch(tmp_path / "x.pt")
    one[2] = 77

    assert [77.0, 3.0] == other.tolist()


def test_a_mapped_tensor_does_not_change_its_file(tmp_path: Path) -> None:
    """It can be written to, in memory."""
    torch.save(torch.zeros(1_000), tmp_path / "x.pt")
    before = (tmp_path / "x.pt").read_bytes()
    load_torch(tmp_path / "x.pt", mapped=True).fill_(5)

    assert before == (tmp_path / "x.pt").read_bytes()


@pytest.mark.parametrize("layout", ["coo", "csr", "csc", "bsr", "bsc"])
def test_sparse_tensors(tmp_path: Path, layout: str) -> None:
    """Of each layout."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dense = torch.eye(4)
        blocks = {"blocksize": (2, 2)} if layout[0] == "b" else {}
        value = dense.to_sparse(layout=getattr(torch, f"sparse_{layout}"), **blocks)
        torch.save(value, tmp_path / "x.pt")
        found = load_torch(tmp_path / "x.pt")

    assert value.layout == found.layout
    assert dense.tolist() == found.to_dense().tolist()


def _modules() -> list[tuple[str, Any]]:
    arguments: tuple[tuple[Any, ...], ...] = (
        (),
        (4,),
        (4, 4),
        (4, 4, 2),
        (1, 4, 4),
        (4, 2, 8),
        (4, (2, 2)),
        (4, 10, [5]),
        ([],),
        (2, 2, 2, 2),
        (nn.TransformerEncoderLayer(4, 2, 8), 1),
        (nn.TransformerDecoderLayer(4, 2, 8), 1),
        ("LSTM", 2, 2),
    )
    found = []
    for (module, name), entry in TABLE.items():
        kind = resolved(entry)
        for each in arguments if entry.new else ():
            try:
                made = kind(*each)
            except (TypeError, ValueError, AssertionError, NotImplementedError, RuntimeError):
                continue
            found.append((f"{module}.{name}", made))
            break
    return found


def test_every_listed_module_comes_back(tmp_path: Path) -> None:
    """With equal states."""
    wrong, modules = [], _modules()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, module in modules:
            torch.save(module, tmp_path / "x.pt")
            found = load_torch(tmp_path / "x.pt")
            if type(found) is not type(module) or not is_same(dict(module.state_dict()), dict(found.state_dict())):
                wrong.append(name)

    assert [] == wrong
    assert sum(entry.new for entry in TABLE.values()) == len(modules)


def test_a_network_says_the_same(tmp_path: Path) -> None:
    """One of many layers."""
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3),
        nn.BatchNorm2d(2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(2 * 36, 8),
        nn.Unflatten(1, (2, 4)),
        nn.TransformerEncoderLayer(4, 2, 8, activation="gelu", batch_first=True),
        nn.LSTM(4, 3, batch_first=True),
    ).eval()
    torch.save(network, tmp_path / "x.pt")
    x = torch.rand(2, 1, 8, 8)

    assert torch.equal(network(x)[0], load_torch(tmp_path / "x.pt")(x)[0])
