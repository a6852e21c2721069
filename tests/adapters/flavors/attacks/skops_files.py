"""skops files whose descriptions ask for calls, imports, files and depths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import skops.io
from sklearn.neighbors import KDTree
from sklearn.tree import DecisionTreeRegressor

from tests.adapters.flavors.attacks import CANARY, Attack
from tests.adapters.flavors.attacks.nested import HOSTILE, OBJECTS, npy, zipped

Node = dict[str, Any]


def node(loader: str, name: str, **more: Any) -> Node:
    """A node of the class with this full name."""
    module, _, last = name.rpartition(".")
    return {"__class__": last, "__module__": module, "__loader__": loader, **more}


def value(content: Any) -> Node:
    """A plain value."""
    return node("JsonNode", "builtins.str", content=json.dumps(content), is_json=True)


def tuple_of(*parts: Node) -> Node:
    """A tuple."""
    return node("TupleNode", "builtins.tuple", content=list(parts))


def dict_of(**parts: Node) -> Node:
    """A dictionary with texts as keys."""
    kinds = node("ListNode", "builtins.list", content=[node("TypeNode", "builtins.str") for _ in parts])
    return node("DictNode", "builtins.dict", content=parts, key_types=kinds)


def whole(root: Any, *members: tuple[str, bytes], protocol: Any = 2) -> bytes:
    """A file with this description."""
    content = {**root, "protocol": protocol, "_skops_version": "0.16.0"} if isinstance(root, dict) else root
    return zipped(("schema.json", json.dumps(content).encode()), *members)


TOUCH = value(f"touch {CANARY}")
SCALER = "sklearn.preprocessing._data.StandardScaler"
SYSTEM = node("FunctionNode", "os.system")
SAFE = node("FunctionNode", "sklearn.feature_selection._univariate_selection.f_classif")
INTERFACE = dict_of(
    data=tuple_of(value(4096), value(False)), shape=tuple_of(value(64)), typestr=value("|u1"), version=value(3)
)


def _nodes() -> dict[str, Node]:
    scaler = node("ObjectNode", SCALER, content=dict_of(with_mean=value(True)))
    return {
        "a method": node("MethodNode", SCALER, content={"func": "fit", "obj": scaler}),
        "a method of a dunder": node("MethodNode", SCALER, content={"func": "__class__", "obj": scaler}),
        "an attribute getter": node("OperatorFuncNode", "operator.attrgetter", attrs=tuple_of(value("x.y"))),
        "a method caller": node(
            "OperatorFuncNode", "operator.methodcaller", attrs=tuple_of(value("tofile"), value(CANARY))
        ),
        "an operator of another module": node("OperatorFuncNode", "os.system", attrs=tuple_of(TOUCH)),
        "a partial": node(
            "PartialNode",
            "functools.partial",
            content={"func": SYSTEM, "args": tuple_of(TOUCH), "kwds": dict_of(), "namespace": value(None)},
        ),
        "a partial of a safe function": node(
            "PartialNode",
            "functools.partial",
            content={"func": SAFE, "args": tuple_of(), "kwds": dict_of(), "namespace": value(None)},
        ),
        "an unknown loader": node("EvalNode", "builtins.eval", content=TOUCH),
        "a loader that is a list": {**node("ListNode", "builtins.list", content=[]), "__loader__": ["ListNode"]},
        "a reduce node": node(
            "ReduceNode", "os.system", content=value({}), **{"__reduce__": {"args": tuple_of(TOUCH)}}
        ),
        "a forest of quantiles": node(
            "QuantileForestNode", "os.system", content=value({}), **{"__reduce__": {"args": tuple_of(TOUCH)}}
        ),
        "a function": SYSTEM,
        "a function as protocol 0 hides it": node(
            "FunctionNode", "numpy.log1p", content={"module_path": "os", "function": "system"}
        ),
        "a function of numpy that writes": node("FunctionNode", "numpy.save"),
        "a dotted function": node("FunctionNode", "numpy.testing._private.utils.runstring"),
        "builtins of numpy": node("FunctionNode", "numpy.__builtins__"),
        "a type": node("TypeNode", "subprocess.Popen"),
        "a type that is a function": node("TypeNode", "os.system"),
        "getattr as a type, kept": node("ObjectNode", SCALER, content=dict_of(x=node("TypeNode", "builtins.getattr"))),
        "an object": node("ObjectNode", "subprocess.Popen", content=dict_of()),
        "an object that is a function": node("ObjectNode", "os.system", content=TOUCH),
        "an object of a function of ours": node(
            "ObjectNode", "sklearn.feature_selection._univariate_selection.f_classif", content=dict_of()
        ),
        "an object with a method hidden": node("ObjectNode", SCALER, content=dict_of(transform=SAFE)),
        "an object with a dunder": node("ObjectNode", SCALER, content=dict_of(__class__=node("TypeNode", SCALER))),
        "an object with a state that is a list": node("ObjectNode", SCALER, content=value([1])),
        "an object without a class": {"__loader__": "ObjectNode", "content": value({})},
        "an object with a list as its class": {**node("ObjectNode", SCALER), "__class__": ["os", "system"]},
        "an object with an empty module": {**node("ObjectNode", SCALER), "__module__": ""},
        "a call": node("ConstructorFromReduceNode", "os.system", content=tuple_of(TOUCH)),
        "a call of eval": node("ConstructorFromReduceNode", "builtins.eval", content=tuple_of(value("1"))),
        "a call of a class of ours": node("ConstructorFromReduceNode", SCALER, content=tuple_of()),
        "a call with a list": node("ConstructorFromReduceNode", "decimal.Decimal", content=value(["1"])),
        "a call of getattr": node(
            "ConstructorFromReduceNode", "builtins.getattr", content=tuple_of(scaler, value("fit"))
        ),
        "a loss that is a process": node(
            "LossNode", "subprocess.Popen", content=value({}), **{"__reduce__": {"args": tuple_of(TOUCH)}}
        ),
        "a loss that is an estimator": node(
            "LossNode", SCALER, content=value({}), **{"__reduce__": {"args": tuple_of()}}
        ),
        "a loss with a state": node(
            "LossNode",
            "sklearn._loss._loss.CyHalfSquaredError",
            content=dict_of(x=value(1)),
            **{"__reduce__": {"args": tuple_of()}},
        ),
        "a tree that is a process": node(
            "TreeNode", "subprocess.Popen", content=value({}), **{"__reduce__": {"args": tuple_of(TOUCH)}}
        ),
        "a list of another class": node("ListNode", "subprocess.Popen", content=[TOUCH]),
        "a list that is a function": node("ListNode", "os.system", content=[TOUCH]),
        "a list that is a dictionary": node("ListNode", "builtins.dict", content=[]),
        "a set that is an estimator": node("SetNode", SCALER, content=[]),
        "a set of estimators": node("SetNode", "builtins.set", content=[scaler]),
        "a tuple of another class": node("TupleNode", "os.system", content=[TOUCH]),
        "a tuple that is an estimator": node("TupleNode", SCALER, content=[TOUCH]),
        "a dictionary of another class": {**dict_of(), "__module__": "os", "__class__": "system"},
        "a dictionary that is an estimator": {
            **dict_of(x=TOUCH),
            "__module__": SCALER.rpartition(".")[0],
            "__class__": "StandardScaler",
        },
        "a dictionary whose keys are called": {
            **dict_of(x=TOUCH),
            "key_types": node("ListNode", "builtins.list", content=[node("TypeNode", "os.system")]),
        },
        "a dictionary whose keys are files": {
            **dict_of(x=TOUCH),
            "key_types": node("ListNode", "builtins.list", content=[node("TypeNode", "builtins.bytearray")]),
        },
        "a dictionary of fewer types than keys": {**dict_of(x=TOUCH), "key_types": value([])},
        "a bunch with __array_interface__": {
            **dict_of(__array_interface__=INTERFACE),
            "__module__": "sklearn.utils._bunch",
            "__class__": "Bunch",
        },
        "a default that is a function": node(
            "DefaultDictNode", "collections.defaultdict", content={"main": dict_of(), "default_factory": SYSTEM}
        ),
        "a default that is a safe function": node(
            "DefaultDictNode", "collections.defaultdict", content={"main": dict_of(), "default_factory": SAFE}
        ),
        "a default of another class": node(
            "DefaultDictNode", "os.system", content={"main": dict_of(), "default_factory": value(None)}
        ),
        "a bit generator by another name": node(
            "RandomGeneratorNode",
            "numpy.random._generator.Generator",
            content={"bit_generator": dict_of(bit_generator=value("seed")), "seed_seq": dict_of()},
        ),
        "a bit generator without a name": node(
            "RandomGeneratorNode", "numpy.random._generator.Generator", content={"bit_generator": dict_of()}
        ),
        "a bit generator of protocol 0": node(
            "RandomGeneratorNode",
            "numpy.random._generator.Generator",
            content={"bit_generator": {"bit_generator": "set_state"}},
        ),
        "a seed with other arguments": node(
            "RandomGeneratorNode",
            "numpy.random._generator.Generator",
            content={"bit_generator": dict_of(bit_generator=value("PCG64")), "seed_seq": dict_of(x=value(1))},
        ),
        "a random state beyond its buffer": node(
            "RandomStateNode",
            "numpy.random.mtrand.RandomState",
            content=dict_of(bit_generator=value("MT19937"), state=dict_of(pos=value(9_999))),
        ),
        "a random state that is no dictionary": node(
            "RandomStateNode", "numpy.random.mtrand.RandomState", content=value([1])
        ),
        "a slice of estimators": node("SliceNode", "builtins.slice", content={"start": {}, "stop": [], "step": None}),
        "an object that is not there": {"__loader__": "CachedNode", "__id__": 7, "__class__": None, "__module__": None},
        "an array of another class": node("NdArrayNode", "numpy.memmap", type="numpy", file="a.npy"),
        "an array of an unknown type": node("NdArrayNode", "numpy.ndarray", type="pickle", file="a.npy"),
        "an array that is a hostile pickle": node("NdArrayNode", "numpy.ndarray", type="numpy", file="a.pkl"),
        "an array of hostile objects": node("NdArrayNode", "numpy.ndarray", type="numpy", file="o.npy"),
        "an array above": node("NdArrayNode", "numpy.ndarray", type="numpy", file="../../etc/passwd"),
        "an absolute array": node("NdArrayNode", "numpy.ndarray", type="numpy", file="/etc/passwd"),
        "an array that is the description": node("NdArrayNode", "numpy.ndarray", type="numpy", file="schema.json"),
        "an array by a number": node("NdArrayNode", "numpy.ndarray", type="numpy", file=3),
        "a ragged array": node(
            "NdArrayNode",
            "numpy.ndarray",
            type="json",
            content=[value([1]), value([1, 2])],
            shape=tuple_of(value(2), value(2)),
        ),
        "an array of more objects than it has": node(
            "NdArrayNode", "numpy.ndarray", type="json", content=[value(1)], shape=tuple_of(value(1 << 40))
        ),
        "an array of a function": node(
            "NdArrayNode", "numpy.ndarray", type="json", content=[SYSTEM], shape=tuple_of(value(1))
        ),
        "a sparse matrix that is a pickle": node(
            "SparseMatrixNode", "scipy.sparse._csr.csr_matrix", type="scipy", file="a.pkl"
        ),
        "a sparse matrix of objects": node(
            "SparseMatrixNode", "scipy.sparse._csr.csr_matrix", type="scipy", file="o.npz"
        ),
        "a sparse matrix of an estimator": node("SparseMatrixNode", SCALER, type="scipy", file="o.npz"),
        "a type of a hostile array": node(
            "DTypeNode", "numpy.dtype", content=node("NdArrayNode", "numpy.ndarray", type="numpy", file="o.npy")
        ),
        "a masked array of an estimator": node(
            "MaskedArrayNode", "numpy.ma.MaskedArray", content={"data": scaler, "mask": scaler}
        ),
        "bytes above": node("BytesNode", "builtins.bytes", file="../../etc/passwd"),
        "a plain value that is a list of nodes": node("JsonNode", "builtins.str", content=[SYSTEM]),
        "a plain value that is no JSON": node("JsonNode", "builtins.str", content="__import__('os')"),
    }


def _files() -> dict[str, bytes]:
    good = value(1)
    deep: Node = value(1)
    for _ in range(150):
        deep = node("ListNode", "builtins.list", content=[deep])
    very_deep = "[" * 200_000
    honest = skops.io.dumps(DecisionTreeRegressor(max_depth=2).fit(np.eye(4), np.arange(4.0)))
    searched = skops.io.dumps(KDTree(np.random.RandomState(0).rand(20, 2), leaf_size=3))
    return {
        "protocol 99": whole(good, protocol=99),
        "protocol -1": whole(good, protocol=-1),
        "protocol true": whole(good, protocol=True),
        "a protocol that is a text": whole(good, protocol="2"),
        "no protocol": zipped(("schema.json", json.dumps(good).encode())),
        "no description": zipped(("other.json", b"{}")),
        "a description that is no JSON": zipped(("schema.json", b"\x80\x02.")),
        "a description that is a list": whole([good]),
        "a description that is a pickle": zipped(("schema.json", HOSTILE)),
        "a description that is very deep": zipped(("schema.json", very_deep.encode())),
        "an endless circle": whole(
            {
                **node("ListNode", "builtins.list", content=[]),
                "__id__": 1,
                "content": [{"__loader__": "CachedNode", "__id__": 1, "__class__": None, "__module__": None}],
            }
        ),
        "a description with a list of trusted names": whole({**SYSTEM, "trusted": ["os.system"]}),
        "a hostile pickle itself": HOSTILE,
        "a tree whose nodes lead outside": _corrupted(honest),
        "a search tree whose order leads outside": _corrupted(searched),
    }


def _corrupted(content: bytes) -> bytes:
    """Every whole number in every array of the archive is out of bounds."""
    import io
    import zipfile

    members = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            inner = archive.read(name)
            if name.endswith(".npy"):
                array = np.load(io.BytesIO(inner))
                if array.dtype.names:
                    for field in array.dtype.names:
                        if array[field].dtype.kind == "i":
                            array[field] = 1 << 40
                elif array.dtype.kind == "i" and array.size > 1:
                    array[:] = 1 << 40
                buffer = io.BytesIO()
                np.save(buffer, array)
                inner = buffer.getvalue()
            members.append((name, inner))
    return zipped(*members)


def attacks() -> Iterator[Attack]:
    """Each file, and each node both alone and as an attribute of an estimator."""
    sparse = zipped(*((f"{n}.npy", npy(OBJECTS, HOSTILE)) for n in ("format", "shape", "data", "indices", "indptr")))
    members = (("a.pkl", HOSTILE), ("o.npy", npy(OBJECTS, HOSTILE)), ("o.npz", sparse))
    for name, root in _nodes().items():
        yield Attack(f"skops: {name}", "skops", whole(root, *members))
        inner = node("ObjectNode", SCALER, content=dict_of(with_mean=root))
        yield Attack(f"skops: {name}, as an attribute", "skops", whole(inner, *members))
    for name, content in _files().items():
        yield Attack(f"skops: {name}", "skops", content)
    yield Attack("skops: a function that the caller trusts", "skops", whole(SYSTEM), ("os.system",))
    yield Attack(
        "skops: a function of protocol 0",
        "skops",
        whole(node("FunctionNode", "numpy.log1p", content={"module_path": "os", "function": "system"}), protocol=0),
    )
