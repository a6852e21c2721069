"""The nodes of skops' descriptions, each with what it makes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.archives import Archive
from genesis_flow.adapters.flavors.secure.array_files import array_of, arrays_of
from genesis_flow.adapters.flavors.secure.checks import arrays
from genesis_flow.adapters.flavors.secure.checks.arguments import is_of, require
from genesis_flow.adapters.flavors.secure.entries import Refused
from genesis_flow.adapters.flavors.secure.keys import require_key
from genesis_flow.adapters.flavors.secure.limits import Deadline, Limits, too_much
from genesis_flow.adapters.flavors.secure.making import Making

Node = dict[str, Any]
_ABSENT: Final = object()
_SPARSE_FORMATS: Final = frozenset({"csr", "csc", "coo", "dia", "bsr"})


class Reading:
    """One description being read."""

    def __init__(self, archive: Archive, making: Making, limits: Limits, deadline: Deadline) -> None:
        self.archive, self.making, self.limits, self.deadline = archive, making, limits, deadline
        self._known: dict[Any, Any] = {}
        self._depth = self._count = 0

    def read(self, node: Any) -> Any:
        """The object that a node describes; one that was made for an earlier node with its id is given again."""
        require(is_of(node, dict), "a node is no dictionary")
        known = self._known.get(node.get("__id__"), _ABSENT)
        if known is not _ABSENT:
            return known
        require(node["__loader__"] != "CachedNode", "a node refers to an object that is not there")
        self._depth += 1
        if self._depth > self.limits.depth:
            raise too_much(self.making.source, "nested containers", self.limits.depth)
        self._count += 1
        if not self._count & 0xFFF:
            self.deadline.check()
        made = NODES[node["__loader__"]](self, node)
        self._depth -= 1
        if node.get("__id__"):
            self._known[node["__id__"]] = made
        return made

    def named(self, node: Node) -> Any:
        """What the class of a node stands for."""
        return self.making.named((node["__module__"], node["__class__"]))

    def member(self, node: Node) -> memoryview:
        """The member of the archive that a node refers to."""
        require(is_of(node["file"], str), "a node refers to a file by something else than its name")
        return self.archive.read(node["file"])


def _json(reading: Reading, node: Node) -> Any:
    require(is_of(node["content"], str), "a plain value is odd")
    return json.loads(node["content"])


def _dict(reading: Reading, node: Node) -> Any:
    kind, kinds = reading.named(node), reading.read(node["key_types"])
    content = node["content"]
    require(is_of(content, dict) and is_of(kinds, list) and len(kinds) == len(content), "a dictionary is odd")
    made = {} if kind is dict else reading.making.fill(reading.making.create(kind))
    for key_kind, (key, value) in zip(kinds, content.items(), strict=True):
        made[reading.making.key(made, _key(key_kind, key))] = reading.read(value)
    return made


def _key(kind: Any, text: str) -> Any:
    """JSON knows keys that are texts only; their types are written beside them."""
    import numpy

    if kind is str or kind is numpy.str_:
        return kind(text)
    if kind is bool or kind is numpy.bool_:
        return kind(text in ("true", "True"))
    if kind in (int, float) or (isinstance(kind, type) and issubclass(kind, numpy.integer | numpy.floating)):
        return kind(text)
    if kind is type(None):
        return None
    raise Refused("a key of a dictionary is of a type that is not known")


def _default_dict(reading: Reading, node: Node) -> Any:
    content = node["content"]
    made = reading.making.call(reading.named(node), (reading.read(content["default_factory"]),))
    main = reading.read(content["main"])
    require(is_of(main, dict), "a dictionary is odd")
    made.update(main)
    return made


def _sequence(kind: type) -> Callable[[Reading, Node], Any]:
    def make(reading: Reading, node: Node) -> Any:
        found = reading.named(node)
        parts = [reading.read(part) for part in node["content"]]
        if found is kind:
            return kind(map(require_key, parts)) if kind is set else kind(parts)
        require(kind is tuple, "a list is of a class of its own")
        return reading.making.create(found, tuple(parts))

    return make


def _bytes(reading: Reading, node: Node) -> bytes:
    return bytes(reading.member(node))


def _byte_array(reading: Reading, node: Node) -> bytearray:
    return bytearray(reading.member(node))


def _slice(reading: Reading, node: Node) -> Any:
    content = node["content"]
    return reading.making.call(reading.named(node), (content["start"], content["stop"], content["step"]))


def _function(reading: Reading, node: Node) -> Any:
    content: Any = node.get("content")
    if is_of(content, dict):  # as protocol 0 wrote it
        return reading.making.named((content["module_path"], content["function"]))
    return reading.named(node)


def _type(reading: Reading, node: Node) -> Any:
    if (node["__module__"], node["__class__"]) == ("builtins", "NoneType"):
        return type(None)
    return reading.named(node)


def _called(reading: Reading, node: Node) -> Any:
    return reading.making.call(reading.named(node), reading.read(node["content"]))


def _object(reading: Reading, node: Node) -> Any:
    made = reading.making.create(reading.named(node))
    content = node.get("content")
    if content is not None:
        state = reading.read(content)
        if state is not None:
            reading.making.settle(made, state)
    return made


def _reduced(reading: Reading, node: Node) -> Any:
    made = reading.making.call(reading.named(node), reading.read(node["__reduce__"]["args"]))
    state = reading.read(node["content"])
    if state:
        reading.making.settle(made, state)
    return made


def _array(reading: Reading, node: Node) -> Any:
    import numpy

    kind = reading.named(node)
    if node["type"] == "json":
        require(kind is numpy.ndarray, "an array of objects is of a class of its own")
        return _array_of_objects(reading, node)
    require(node["type"] == "numpy", "an array is of an unknown type")
    array = array_of(reading.member(node), reading.limits, reading.making.source, None)
    if kind is numpy.ndarray:
        return array
    if kind is numpy.matrix:
        return array.view(numpy.matrix)
    require(issubclass(kind, numpy.generic) and array.shape == (), "a scalar is odd")
    return array[()]


def _array_of_objects(reading: Reading, node: Node) -> Any:
    import numpy

    shape = reading.read(node["shape"])
    require(is_of(shape, list, tuple) and 1 <= len(shape) <= 64, "the shape of an array is odd")
    require(all(is_of(length, int) and length >= 0 for length in shape), "the shape of an array is odd")
    parts: list[Any] = [reading.read(part) for part in node["content"]]
    for _ in shape[1:]:
        require(all(is_of(part, list) for part in parts), "an array is ragged")
        parts = [inner for part in parts for inner in part]
    count = 1
    for length in shape:
        count *= length
    require(len(parts) == count, "an array has more or less elements than it says")
    flat = numpy.empty(count, object)
    for at, part in enumerate(parts):
        flat[at] = part
    return flat.reshape(tuple(shape))


def _masked_array(reading: Reading, node: Node) -> Any:
    import numpy

    data, mask = (reading.read(node["content"][name]) for name in ("data", "mask"))
    require(is_of(data, numpy.ndarray) and isinstance(mask, numpy.ndarray | numpy.bool_), "a masked array is odd")
    return numpy.ma.MaskedArray(data, mask)


def _dtype(reading: Reading, node: Node) -> Any:
    import numpy

    array = reading.read(node["content"])
    require(is_of(array, numpy.ndarray), "a type is odd")
    return array.dtype


def _random_state(reading: Reading, node: Node) -> Any:
    import numpy.random

    state = reading.read(node["content"])
    arrays.require_bits(state)
    require(state["bit_generator"] == "MT19937", "a random state is odd")
    made = numpy.random.RandomState()
    made.set_state(state)
    return made


def _random_generator(reading: Reading, node: Node) -> Any:
    import numpy.random

    state, seed = reading.read(node["content"]["bit_generator"]), {}
    arrays.require_bits(state)
    if "seed_seq" in node["content"]:
        seed = reading.read(node["content"]["seed_seq"])
    require(
        is_of(seed, dict) and set(seed) <= {"entropy", "spawn_key", "pool_size", "n_children_spawned"}
        and is_of(seed.get("pool_size", 4), int) and seed.get("pool_size", 4) <= 1_024,
        "the seed of a generator is odd",
    )  # fmt: skip
    bits = getattr(numpy.random, state["bit_generator"])(numpy.random.SeedSequence(**seed))
    bits.state = state
    return numpy.random.Generator(bits)


def _sparse(reading: Reading, node: Node) -> Any:
    kind = reading.named(node)
    source = reading.making.source
    inner = arrays_of(Archive(reading.member(node), reading.limits, source), reading.limits, source, None)
    form = inner["format"].item()
    form = form.decode("ascii") if is_of(form, bytes) else form
    require(form in _SPARSE_FORMATS and kind.__name__ in (f"{form}_matrix", f"{form}_array"), "a sparse matrix is odd")
    state: dict[str, Any] = {"_shape": tuple(inner["shape"].tolist()), "maxprint": 50, "data": inner["data"]}
    if form == "coo":
        state["coords"] = tuple(inner["coords"]) if "coords" in inner else (inner["row"], inner["col"])
    else:
        state |= {name: inner[name] for name in (("offsets",) if form == "dia" else ("indices", "indptr"))}
    made = reading.making.create(kind)
    reading.making.settle(made, state)
    return made


#: By the name in `__loader__`. A name that is not here is refused.
NODES: Final[dict[str, Callable[[Reading, Node], Any]]] = {
    "JsonNode": _json,
    "CachedNode": _json,
    "DictNode": _dict,
    "DefaultDictNode": _default_dict,
    "ListNode": _sequence(list),
    "TupleNode": _sequence(tuple),
    "SetNode": _sequence(set),
    "BytesNode": _bytes,
    "BytearrayNode": _byte_array,
    "SliceNode": _slice,
    "FunctionNode": _function,
    "TypeNode": _type,
    "ConstructorFromReduceNode": _called,
    "ObjectNode": _object,
    "TreeNode": _reduced,
    "LossNode": _reduced,
    "NdArrayNode": _array,
    "MaskedArrayNode": _masked_array,
    "DTypeNode": _dtype,
    "RandomStateNode": _random_state,
    "RandomGeneratorNode": _random_generator,
    "SparseMatrixNode": _sparse,
}
