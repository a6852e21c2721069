"""Files of `torch.save` and what looks like them."""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Iterator

from tests.adapters.flavors.assembling import (
    called,
    created,
    dict_of,
    got,
    named,
    plain,
    put,
    settled,
    text,
    tuple_of,
    whole,
)  # fmt: skip
from tests.adapters.flavors.attacks import CANARY, Attack
from tests.adapters.flavors.attacks.nested import HOSTILE, zipped

FLOATS = named("torch", "FloatStorage")
REBUILD = named("torch._utils", "_rebuild_tensor_v2")
ORDERED = called(named("collections", "OrderedDict"))
FUNCTION = named("torch.nn.functional", "relu")
LINEAR = named("torch.nn.modules.linear", "Linear")
SYSTEM = named("os", "system")


def stored(kind: bytes = FLOATS, key: bytes = text("0"), device: bytes = text("cpu"), count: bytes = plain(4)) -> bytes:
    """A reference to a storage."""
    return tuple_of(text("storage"), kind, key, device, count) + b"Q"


def tensor(
    storage: bytes | None = None, offset: object = 0, size: object = (4,), stride: object = (1,), hooks: bytes = ORDERED
) -> bytes:
    """A tensor."""
    return called(REBUILD, storage or stored(), plain(offset), plain(size), plain(stride), b"\x89", hooks)


def archive(body: bytes, *more: tuple[str, bytes], root: str = "archive", size: int = 16) -> bytes:
    """A file whose pickle is this."""
    storages = ((f"{root}/data/0", b"\0" * size), (f"{root}/data/1", b"\7" * 16))
    return zipped((f"{root}/data.pkl", whole(body)), *storages, (f"{root}/version", b"3\n"), *more)


def module(**state: bytes) -> bytes:
    """A linear layer with this state."""
    return settled(created(LINEAR), dict_of(**state))


def _bodies() -> dict[str, bytes]:
    hook = b"}" + plain(1) + FUNCTION + b"s"
    return {
        "a call": called(SYSTEM, plain(f"touch {CANARY}")),
        "a call of eval": called(named("builtins", "eval"), plain("1")),
        "a call in a key": b"}" + called(SYSTEM, plain(f"touch {CANARY}")) + b"Ns",
        "torch.load in torch.load": called(named("torch.storage", "_load_from_bytes"), plain(HOSTILE)),
        "a tensor with an end outside": tensor(size=(5,)),
        "a tensor with a start outside": tensor(offset=4, size=(1,)),
        "a tensor with a wide stride": tensor(stride=(1_000_000,)),
        "a tensor with a negative start": tensor(offset=-1),
        "a tensor with a negative stride": tensor(stride=(-1,)),
        "a tensor with a negative size": tensor(size=(-4,)),
        "a tensor of 2**62 numbers": tensor(size=(1 << 31, 1 << 31), stride=(1, 1)),
        "a tensor of many dimensions": tensor(size=(1,) * 100, stride=(1,) * 100),
        "a tensor of more sizes than strides": tensor(size=(2, 2)),
        "a tensor of texts": tensor(size=("4",)),
        "a tensor with hooks": tensor(hooks=hook),
        "a tensor with hooks that call": tensor(hooks=b"}" + plain(1) + SYSTEM + b"s"),
        "a tensor of another type": called(
            named("torch._utils", "_rebuild_tensor_v3"),
            stored(),
            plain(0),
            plain((4,)),
            plain((1,)),
            b"\x89",
            ORDERED,
            named("torch", "float64"),
        ),
        "a tensor of a type that is a text": called(
            named("torch._utils", "_rebuild_tensor_v3"),
            stored(),
            plain(0),
            plain((1,)),
            plain((1,)),
            b"\x89",
            ORDERED,
            text("float32"),
        ),
        "a tensor with other metadata": called(
            REBUILD, stored(), plain(0), plain((4,)), plain((1,)), b"\x89", ORDERED, plain({"x": True})
        ),
        "a tensor of a list": called(REBUILD, plain([1.0]), plain(0), plain((1,)), plain((1,)), b"\x89", ORDERED),
        "a storage of more than it has": tensor(stored(count=plain(1 << 40))),
        "a storage of less than it has": tensor(stored(count=plain(1)), size=(1,)),
        "a storage of a negative count": tensor(stored(count=plain(-4))),
        "a storage of a text as its count": tensor(stored(count=text("4"))),
        "a storage that is not there": tensor(stored(key=text("7"))),
        "a storage above": tensor(stored(key=text("../data.pkl"))),
        "a storage by an absolute name": tensor(stored(key=text("/etc/passwd"))),
        "a storage by a number": tensor(stored(key=plain(0))),
        "a storage by an empty name": tensor(stored(key=text(""))),
        "a storage of a function": tensor(stored(kind=SYSTEM)),
        "a storage of an estimator": tensor(stored(kind=named("sklearn.pipeline", "Pipeline"))),
        "a storage of a tensor's class": tensor(stored(kind=named("torch", "Tensor"))),
        "a storage on a list": tensor(stored(device=plain([1]))),
        "a storage of too few parts": tuple_of(text("storage"), FLOATS) + b"Q",
        "a storage that is a module": tuple_of(text("module"), FLOATS, text("0"), text("cpu"), plain(4)) + b"Q",
        "a persistent text": text("storage") + b"Q",
        "a storage itself": stored(),
        "a storage in a list": b"](" + stored() + b"e",
        "a storage as an attribute": module(weight=stored()),
        "a parameter with attributes that call": called(
            named("torch._utils", "_rebuild_parameter_with_state"), tensor(), b"\x88", ORDERED, dict_of(x=FUNCTION)
        ),
        "a parameter whose method is hidden": called(
            named("torch._utils", "_rebuild_parameter_with_state"),
            tensor(),
            b"\x88",
            ORDERED,
            dict_of(backward=plain(1)),
        ),
        "a buffer by another function": called(
            named("torch._tensor", "_rebuild_from_type_v2"), SYSTEM, named("torch", "Tensor"), plain(("x",)), b"}"
        ),
        "a buffer of another class": called(
            named("torch._tensor", "_rebuild_from_type_v2"), REBUILD, LINEAR, plain(("x",)), b"}"
        ),
        "a sparse tensor outside": called(
            named("torch._utils", "_rebuild_sparse_tensor"),
            called(named("torch.serialization", "_get_layout"), text("torch.sparse_coo")),
            tuple_of(
                called(
                    REBUILD,
                    stored(named("torch", "LongStorage"), text("1"), count=plain(2)),
                    plain(0),
                    plain((1, 2)),
                    plain((2, 1)),
                    b"\x89",
                    ORDERED,
                ),
                tensor(size=(2,)),
                plain((2,)),
            ),
        ),
        "a layout that is a function": called(named("torch.serialization", "_get_layout"), text("torch.load")),
        "a device that is a path": called(named("torch", "device"), text("/etc/passwd")),
        "a module with hooks": module(_forward_hooks=hook),
        "a module with hooks before": module(_forward_pre_hooks=hook),
        "a module with hooks for its state": module(_state_dict_hooks=hook),
        "a module with backward hooks": module(_backward_hooks=hook),
        "a module with hooks that appear later": (
            b"]("
            + settled(created(LINEAR), dict_of(_forward_hooks=ORDERED + put(900)))
            + got(900)
            + b"("
            + plain(1)
            + FUNCTION
            + b"ue"
        ),
        "a module with parts that appear later": (
            b"]("
            + settled(created(LINEAR), dict_of(_modules=b"}" + put(900)))
            + got(900)
            + b"("
            + text("x")
            + FUNCTION
            + b"ue"
        ),
        "a module whose forward is hidden": module(forward=FUNCTION),
        "a module whose __call__ is hidden": module(__call__=FUNCTION),
        "a module that was compiled": module(_compiled_call_impl=FUNCTION),
        "a module with a function as a parameter": module(_parameters=dict_of(weight=FUNCTION)),
        "a module with a function as a buffer": module(_buffers=dict_of(x=FUNCTION)),
        "a module with a function as a part": module(_modules=dict_of(x=FUNCTION)),
        "a module with __array_interface__": module(_modules=dict_of(__array_interface__=created(LINEAR))),
        "a module that keeps os.system": module(activation=SYSTEM),
        "a module that keeps the maker of tensors": module(activation=REBUILD),
        "a lazy module": created(named("torch.nn.modules.linear", "LazyLinear")),
        "a data-parallel module": created(named("torch.nn.parallel.data_parallel", "DataParallel")),
        "a program": created(named("torch.jit._script", "RecursiveScriptModule")),
        "a graph": called(named("torch.fx.graph_module", "reduce_graph_module"), b"}", text("import os")),
        "a class of the model's own": created(named("model_code", "Net")),
    }


def _files() -> dict[str, bytes]:
    good = b"]"
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as writer:
        for name in ("storages", "tensors", "pickle"):
            info = tarfile.TarInfo(name)
            info.size = len(HOSTILE)
            writer.addfile(info, io.BytesIO(HOSTILE))
    magic = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
    return {
        "the format of tar": tar.getvalue(),
        "the format before 1.6": magic + pickle.dumps(1001, 2) + pickle.dumps({}, 2) + HOSTILE,
        "a hostile pickle itself": HOSTILE,
        "no file at all": b"",
        "two pickles": archive(good, ("other/data.pkl", HOSTILE)),
        "no pickle": zipped(("archive/data/0", b"\0")),
        "a pickle in no directory": zipped(("data.pkl", HOSTILE)),
        "a pickle that is deep": zipped(("a/b/data.pkl", HOSTILE)),
        "TorchScript": archive(good, ("archive/code/__torch__.py", b"import os"), ("archive/constants.pkl", HOSTILE)),
        "constants": archive(good, ("archive/constants.pkl", HOSTILE)),
        "a storage that is compressed": zipped(
            ("archive/data.pkl", whole(tensor())), ("archive/data/0", b"\0" * 16), compression=8
        ),
        "another order of bytes": archive(tensor(), ("archive/byteorder", b"big")),
        "an unknown order of bytes": archive(tensor(), ("archive/byteorder", b"x")),
        "a member above": archive(good, ("../x", HOSTILE)),
        "a storage twice": _twice(),
        "a storage that is too short": archive(tensor(), size=15),
        "a pickle without its end": zipped(("archive/data.pkl", whole(tensor())[:-9]), ("archive/data/0", b"\0" * 16)),
    }


def _twice() -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return archive(tensor(), ("archive/data/0", b"\1" * 16))


def attacks() -> Iterator[Attack]:
    """Each file."""
    for name, body in _bodies().items():
        yield Attack(f"torch: {name}", "torch", archive(body))
    for name, content in _files().items():
        yield Attack(f"torch: {name}", "torch", content)
