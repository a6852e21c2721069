"""PyTorch: tensors that stay within their storages, modules without hooks."""

from __future__ import annotations

import collections
from typing import Any, ClassVar, Final

from genesis_flow.adapters.flavors.secure.checks.arguments import is_of, require, whole_numbers
from genesis_flow.adapters.flavors.secure.state import require_attributes

_MOST_DIMENSIONS: Final = 64
_ATOMS: Final = (bool, int, float, str, bytes, type(None))


class Stored:
    """The numbers of a storage while tensors are made of them: bytes, and the type that the file gives them."""

    only_while_loading: ClassVar = True
    __slots__ = ("dtype", "untyped")

    def __init__(self, untyped: Any, dtype: Any) -> None:
        self.untyped, self.dtype = untyped, dtype


def tensor(target: Any, args: tuple[Any, ...]) -> Any:
    """`_rebuild_tensor_v2(storage, offset, size, stride, requires gradient, hooks, metadata)`."""
    require(len(args) in (6, 7), "a tensor is made of other things")
    stored, offset, size, stride, gradient, hooks = args[:6]
    require(is_of(stored, Stored), "a tensor is made of something else than a storage")
    return _tensor(stored, stored.dtype, (offset, size, stride), gradient, (hooks, *args[6:]))


def tensor_of_type(target: Any, args: tuple[Any, ...]) -> Any:
    """`_rebuild_tensor_v3(storage, offset, size, stride, requires gradient, hooks, dtype, metadata)`."""
    import torch

    require(len(args) in (7, 8), "a tensor is made of other things")
    stored, offset, size, stride, gradient, hooks, dtype = args[:7]
    require(is_of(stored, Stored), "a tensor is made of something else than a storage")
    require(isinstance(dtype, torch.dtype), "the type of a tensor is odd")
    return _tensor(stored, dtype, (offset, size, stride), gradient, (hooks, *args[7:]))


def _tensor(stored: Stored, dtype: Any, layout: tuple[Any, Any, Any], gradient: Any, rest: tuple[Any, ...]) -> Any:
    import torch

    offset, size, stride = layout
    size = tuple(size) if is_of(size, torch.Size) else size
    require(
        dtype is not None and is_of(offset, int) and offset >= 0 and whole_numbers(size) and whole_numbers(stride)
        and len(size) == len(stride) <= _MOST_DIMENSIONS and is_of(gradient, bool),
        "the layout of a tensor is odd",
    )  # fmt: skip
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    count = stored.untyped.nbytes() // dtype.itemsize
    require(0 in size or last < count, "a tensor leads out of its storage")
    _require_no_hooks(rest[0])
    made = torch.empty(0, dtype=dtype)
    with torch.no_grad():
        made.set_(stored.untyped, offset, size, stride)
    _mark(made, rest[1] if len(rest) > 1 else None)
    return made.requires_grad_(True) if gradient else made


def _mark(made: Any, metadata: Any) -> None:
    import torch

    require(
        metadata is None or (is_of(metadata, dict) and all(key in ("conj", "neg") for key in metadata)),
        "the metadata of a tensor is odd",
    )
    for key, value in (metadata or {}).items():
        require(is_of(value, bool), "the metadata of a tensor is odd")
        (torch._C._set_conj if key == "conj" else torch._C._set_neg)(made, value)


def _require_no_hooks(hooks: Any) -> None:
    plain = hooks is None or (is_of(hooks, dict, collections.OrderedDict, set, list, tuple) and not hooks)
    require(plain, "it has hooks, which are code")


def parameter(target: Any, args: tuple[Any, ...]) -> Any:
    """`_rebuild_parameter(tensor, requires gradient, hooks)`, and the same with plain attributes behind."""
    import torch

    fits = len(args) in (3, 4) and is_of(args[0], torch.Tensor) and is_of(args[1], bool)
    require(fits, "a parameter is made of other things")
    _require_no_hooks(args[2])
    made = torch.nn.Parameter(args[0], args[1])
    return _with_attributes(made, args[3] if len(args) == 4 else None)


def tensor_with_attributes(target: Any, args: tuple[Any, ...]) -> Any:
    """`_rebuild_from_type_v2(function, Tensor, arguments, attributes)`: a tensor, or a buffer."""
    import torch

    require(len(args) == 4 and args[1] is torch.Tensor and is_of(args[2], tuple), "a tensor is made of other things")
    makers = {torch._utils._rebuild_tensor_v2: tensor, torch._utils._rebuild_tensor_v3: tensor_of_type}
    found = [make for function, make in makers.items() if function is args[0]]
    require(len(found) == 1, "a tensor is made by a function that is not for it")
    return _with_attributes(found[0](None, args[2]), args[3])


def _with_attributes(made: Any, state: Any) -> Any:
    plain, slots = state if is_of(state, tuple) and len(state) == 2 else (state, None)
    require(not slots, "a tensor has slots")
    for key, value in require_attributes(type(made), plain or {}).items():
        require(is_of(value, *_ATOMS), "an attribute of a tensor is no plain value")
        setattr(made, key, value)
    return made


def sparse(target: Any, args: tuple[Any, ...]) -> Any:
    """`_rebuild_sparse_tensor(layout, parts)`, its indices checked."""
    import torch

    require(len(args) == 2 and isinstance(args[0], torch.layout) and is_of(args[1], tuple), "a sparse tensor is odd")
    layout, parts = args
    if layout is torch.sparse_coo:
        require(3 <= len(parts) <= 4, "a sparse tensor is odd")
        indices, numbers, size = parts[:3]
        require(is_of(indices, torch.Tensor) and is_of(numbers, torch.Tensor), "a sparse tensor is odd")
        coalesced = parts[3] if len(parts) == 4 and is_of(parts[3], bool) else None
        return torch.sparse_coo_tensor(
            indices, numbers, _size(size), check_invariants=True, is_coalesced=coalesced
        )
    known = (torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc)
    require(layout in known and len(parts) == 4, "a sparse tensor is odd")
    require(all(is_of(part, torch.Tensor) for part in parts[:3]), "a sparse tensor is odd")
    compressed, plain, numbers, size = parts
    return torch.sparse_compressed_tensor(
        compressed, plain, numbers, _size(size), layout=layout, check_invariants=True
    )


def _size(value: Any) -> tuple[int, ...]:
    import torch

    plain = tuple(value) if is_of(value, torch.Size, list, tuple) else value
    require(whole_numbers(plain) and len(plain) <= _MOST_DIMENSIONS, "the size of a tensor is odd")
    return tuple(plain)


def size(target: Any, args: tuple[Any, ...]) -> Any:
    """`torch.Size((...))`."""
    require(len(args) <= 1, "a size is odd")
    import torch

    return torch.Size(_size(args[0] if args else ()))


def device(target: Any, args: tuple[Any, ...]) -> Any:
    """`torch.device("cpu")`, with a number perhaps."""
    require(
        1 <= len(args) <= 2 and is_of(args[0], str) and len(args[0]) < 32 and all(is_of(n, int) for n in args[1:]),
        "a device is odd",
    )
    return target(*args)


def layout(target: Any, args: tuple[Any, ...]) -> Any:
    """`_get_layout("torch.strided")`."""
    import torch

    names = ("strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc")
    known = {f"torch.{name}": getattr(torch, name) for name in names}
    require(len(args) == 1 and is_of(args[0], str) and args[0] in known, "a layout is unknown")
    return known[args[0]]


def set_module(made: Any, state: Any) -> None:
    """The attributes of a module: parameters, buffers and parts of their kinds, and no hooks."""
    require_attributes(type(made), state)
    _require_module(state)
    type(made).__setstate__(made, state)


def finish_module(made: Any) -> None:
    """They are still what they were when they were set: a file can fill a dictionary after it was looked at."""
    _require_module(made.__dict__)


def _require_module(state: Any) -> None:
    import torch

    for key, value in state.items():
        if "_hooks" in key:
            _require_no_hooks(value)
        if key in ("_compiled_call_impl", "_is_full_backward_hook"):
            require(value is None or is_of(value, bool), f"{key} is code")
    kinds: tuple[tuple[str, type], ...] = (
        ("_parameters", torch.Tensor), ("_buffers", torch.Tensor), ("_modules", torch.nn.Module),
    )  # fmt: skip
    for name, kind in kinds:
        parts = state.get(name, {})
        require(
            is_of(parts, dict, collections.OrderedDict)
            and all(is_of(key, str) and key[:2] != "__" for key in parts)
            and all(part is None or isinstance(part, kind) for part in parts.values()),
            f"the {name} of a module are odd",
        )
