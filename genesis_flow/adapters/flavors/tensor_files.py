"""State dictionaries as files of safetensors, written tensor by tensor and read where they lie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from genesis_flow.adapters.flavors.libraries import library
from genesis_flow.domain.errors import CorruptRecord, InvalidInput
from genesis_flow.domain.values.text import shown

#: What tensors that share all their numbers with another one are called, and what that one is called.
_SHARED: Final = "shared"

_TYPES: Final = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint8": "U8", "uint16": "U16", "uint32": "U32", "uint64": "U64", "bool": "BOOL",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
}  # fmt: skip

_PIECE: Final = 16 << 20


def write_tensors(tensors: Mapping[str, Any], path: Path) -> None:
    """
    Write a state dictionary; at no time is more than one of its tensors copied.

    Raises:
        InvalidInput: It holds something else than dense tensors.
    """
    kept, shared = _distinct(tensors)
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    if shared:
        header["__metadata__"][_SHARED] = json.dumps(shared)
    # As the library does: the widest numbers first, so that all are aligned.
    names = sorted(kept, key=lambda name: (-kept[name].element_size(), name))
    at = 0
    for name in names:
        tensor = kept[name]
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": _type_of(name, tensor), "shape": [*tensor.shape], "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in names:
            _write(kept[name], file)


def read_tensors(path: Path) -> dict[str, Any]:
    """
    The state dictionary in a file; its numbers are read from the file when they are used.

    Raises:
        CorruptRecord: The file is damaged.
    """
    safetensors = library("safetensors", distribution="safetensors", extra="pytorch")
    try:
        with safetensors.safe_open(path, framework="pt", device="cpu") as file:
            noted = (file.metadata() or {}).get(_SHARED)
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
        shared = json.loads(noted) if noted else {}
        return found | {str(name): found[other] for name, other in shared.items()}
    except FileNotFoundError:
        raise
    except Exception as error:  # the library's own class, or what a header that is no such thing leads to
        raise CorruptRecord(f"'{shown(path.name)}' cannot be read: {error}") from error


def _distinct(tensors: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The tensors without those that equal another one in memory; and the names of those."""
    torch = library("torch", distribution="torch", extra="pytorch")
    kept: dict[str, Any] = {}
    shared: dict[str, str] = {}
    first: dict[Any, str] = {}
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor) or tensor.layout != torch.strided:
            raise InvalidInput(
                "state_dict",
                f"Only dense tensors by name can be written as safetensors, and {shown(name)} is of type "
                f"{type(tensor).__name__}. Write the rest with the default format.",
            )
        tensor = tensor.detach()
        place = (tensor.device, tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride())
        if tensor.numel() and place in first:
            shared[name] = first[place]
        else:
            first[place] = name
            kept[name] = tensor
    return kept, shared


def _type_of(name: str, tensor: Any) -> str:
    kind = str(tensor.dtype).removeprefix("torch.")
    if kind not in _TYPES:
        raise InvalidInput("state_dict", f"The tensor {shown(name)} is of {kind}, which safetensors does not have.")
    return _TYPES[kind]


def _write(tensor: Any, file: Any) -> None:
    import torch

    if not tensor.numel():
        return
    whole = tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
    for start in range(0, len(whole), _PIECE):
        file.write(memoryview(whole[start : start + _PIECE]))
