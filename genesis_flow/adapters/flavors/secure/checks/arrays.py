"""numpy: arrays, their types, scalars and random states."""

from __future__ import annotations

import re
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.checks.arguments import is_of, require, whole_numbers
from genesis_flow.adapters.flavors.secure.entries import Refused

_DTYPE: Final = re.compile(r"[<>=|]?(?:[biufc?OSUVMm](?:[0-9]{1,9})?)|[<>=|]?[Mm]8\[[0-9]{0,9}[a-zA-Z]{1,7}\]")
_ORDERS: Final = ("<", ">", "=", "|")
_MOST_DIMENSIONS: Final = 64
BIT_GENERATORS: Final = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")


def dtype(target: Any, args: tuple[Any, ...]) -> Any:
    """`numpy.dtype(code, False, True)`."""
    import numpy

    if args and args[0] is numpy.record:
        return target(numpy.record, False, True)
    require(
        1 <= len(args) <= 3
        and is_of(args[0], str)
        and _DTYPE.fullmatch(args[0]) is not None
        and all(is_of(each, bool, int) for each in args[1:]),
        "numpy.dtype is called with something else than the code of a type",
    )
    return target(args[0], False, True)


def set_dtype(made: Any, state: Any) -> None:
    """
    Byte order, unit and fields of a dtype.

    What is set is taken from a dtype that numpy itself makes of the parts, so that offsets and flags cannot lie.
    """
    import numpy

    require(is_of(state, tuple) and 8 <= len(state) <= 9 and state[0] in (3, 4), "the state of a dtype is odd")
    order, subarray, names, fields, size = state[1:6]
    require(order in _ORDERS, "the byte order of a dtype is odd")
    require(made.kind == "V" or (names is None and subarray is None), "a dtype of numbers has parts")
    if names is not None:
        safe = _structure(names, fields, size, aligned=bool(is_of(state[7], int) and state[7] & 0x80))
    elif subarray is not None:
        require(is_of(subarray, tuple) and len(subarray) == 2, "a dtype of arrays is odd")
        safe = numpy.dtype((_dtype_of(subarray[0]), _shape(subarray[1])))
    elif made.kind in "Mm" and len(state) == 9:
        safe = _with_unit(made, state[8]).newbyteorder(order)
    else:
        safe = made.newbyteorder(order)
    require(safe.itemsize == made.itemsize or made.type is numpy.record, "the size of a dtype is odd")
    made.__setstate__(safe.__reduce__()[2])


def _structure(names: Any, fields: Any, size: Any, *, aligned: bool) -> Any:
    import numpy

    require(
        is_of(names, tuple) and is_of(fields, dict) and is_of(size, int) and set(fields) == set(names),
        "the fields of a dtype are odd",
    )
    parts = [fields[name] for name in names]
    require(
        all(is_of(n, str) for n in names)
        and all(is_of(p, tuple) and len(p) == 2 and is_of(p[1], int) for p in parts),
        "the fields of a dtype are odd",
    )
    description = {
        "names": list(names),
        "formats": [_dtype_of(part[0]) for part in parts],
        "offsets": [part[1] for part in parts],
        "itemsize": size,
    }
    return numpy.dtype(description, align=aligned)  # type: ignore[call-overload]


def _with_unit(made: Any, metadata: Any) -> Any:
    import numpy

    unit: Any = metadata[1] if is_of(metadata, tuple) and len(metadata) == 2 else None
    require(is_of(unit, tuple) and len(unit) == 4 and is_of(unit[0], bytes), "the unit of a date is odd")
    require(all(is_of(each, int) for each in unit[1:]), "the unit of a date is odd")
    name = unit[0].decode("ascii")
    if name == "generic":
        return numpy.dtype(made.str)
    count = unit[1] if unit[2] == 1 else 1
    return numpy.dtype(f"{made.kind}8[{count}{name}]")


def text_dtype(target: Any, args: tuple[Any, ...]) -> Any:
    """`_convert_to_stringdtype_kwargs(coerce, missing value)`."""
    import numpy

    fits = all(is_of(each, float, str, type(None)) for each in args[1:])
    require(fits and 1 <= len(args) <= 2 and is_of(args[0], int, bool), "a type of texts is odd")
    more = {"na_object": args[1]} if len(args) == 2 else {}
    return numpy.dtypes.StringDType(coerce=bool(args[0]), **more)


def _dtype_of(value: Any) -> Any:
    import numpy

    require(isinstance(value, numpy.dtype), "something is no dtype")
    return value


def _require_bytes(kind: Any) -> None:
    require(not kind.hasobject and kind.kind != "T", "objects are made of bytes")


def _shape(value: Any) -> tuple[int, ...]:
    require(whole_numbers(value) and len(value) <= _MOST_DIMENSIONS, "the shape of an array is odd")
    return tuple(value)


def empty_array(target: Any, args: tuple[Any, ...]) -> Any:
    """`_reconstruct(ndarray, (0,), b"b")`: the array that gets its content as its state."""
    import numpy

    kinds = (numpy.ndarray, numpy.matrix, numpy.recarray)
    require(
        len(args) == 3 and any(args[0] is kind for kind in kinds) and args[1] == (0,) and args[2] in (b"b", "b"),
        "an array is made of something else than a plain array",
    )
    return numpy.ndarray.__new__(args[0], (0,), "b")


def set_array(made: Any, state: Any) -> None:
    """Shape, type and content of an array: (version, shape, dtype, is Fortran, content)."""
    import numpy

    require(is_of(state, tuple) and len(state) in (4, 5), "the state of an array is odd")
    shape, kind, fortran, content = state[-4:]
    shape, kind = _shape(shape), _dtype_of(kind)
    require(is_of(fortran, bool, int), "the state of an array is odd")
    count = _count(shape)
    if kind.hasobject or kind.kind == "T":
        require(is_of(content, list) and len(content) == count, "an array has more or less elements than it says")
    else:
        require(
            is_of(content, bytes, bytearray, str) and (is_of(content, str) or len(content) == count * kind.itemsize),
            "an array has more or less bytes than it says",
        )
    made_state: Any = (1, shape, kind, bool(fortran), content)
    numpy.ndarray.__setstate__(made, made_state)


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for length in shape:
        count *= length
    return count


def array_of_buffer(target: Any, args: tuple[Any, ...]) -> Any:
    """`_frombuffer(content, dtype, shape, order)`, as protocol 5 writes arrays."""
    import numpy

    require(len(args) in (4, 5) and is_of(args[0], bytes, bytearray), "an array is made of something else than bytes")
    content, kind, shape, order = args[0], _dtype_of(args[1]), _shape(args[2]), args[3]
    axes = args[4] if len(args) == 5 else None
    require(axes is None or whole_numbers(axes), "the order of an array's axes is odd")
    _require_bytes(kind)
    require(order in ("C", "F") or (order == "K" and axes is not None), "the order of an array is odd")
    require(len(content) == _count(shape) * kind.itemsize, "an array has more or less bytes than it says")
    if not shape or 0 in shape or kind.itemsize == 0:
        return numpy.empty(shape, kind) if _count(shape) == 0 or not kind.itemsize else _copied(content, kind, shape)
    if order == "K":
        assert axes is not None
        require(sorted(axes) == list(range(len(shape))), "the order of an array's axes is odd")
        return numpy.frombuffer(content, kind).reshape(shape).transpose(axes)
    return numpy.frombuffer(content, kind).reshape(shape, order=order)


def _copied(content: Any, kind: Any, shape: tuple[int, ...]) -> Any:
    import numpy

    return numpy.frombuffer(content, kind).reshape(shape)


def scalar(target: Any, args: tuple[Any, ...]) -> Any:
    """`scalar(dtype, content)`."""
    require(len(args) == 2, "a scalar is made of something else than a type and bytes")
    kind = _dtype_of(args[0])
    content = args[1].encode("latin-1") if is_of(args[1], str) else args[1]
    _require_bytes(kind)
    require(is_of(content, bytes), "a scalar is made of something else than a type and bytes")
    require(len(content) == kind.itemsize, "a scalar has more or less bytes than it says")
    return target(kind, content)


def empty_masked_array(target: Any, args: tuple[Any, ...]) -> Any:
    """`_mareconstruct(MaskedArray, ndarray, (0,), "b")`."""
    import numpy

    require(
        len(args) == 4
        and args[0] is numpy.ma.MaskedArray
        and args[1] is numpy.ndarray
        and args[2] == (0,)
        and args[3] in (b"b", "b"),
        "a masked array is made of something else than a plain array",
    )
    return target(numpy.ma.MaskedArray, numpy.ndarray, (0,), "b")


def set_masked_array(made: Any, state: Any) -> None:
    """(version, shape, dtype, is Fortran, content, mask, fill value)."""
    import numpy

    require(is_of(state, tuple) and len(state) == 7, "the state of a masked array is odd")
    _, shape, kind, fortran, content, mask, fill = state
    shape, kind = _shape(shape), _dtype_of(kind)
    require(kind.names is None and is_of(fortran, bool, int), "a masked array of fields is not supported")
    require(not kind.hasobject and is_of(content, bytes, bytearray), "a masked array of objects is not supported")
    require(len(content) == _count(shape) * kind.itemsize, "an array has more or less bytes than it says")
    require(is_of(mask, bytes, bytearray) and len(mask) == _count(shape), "a mask is odd")
    plain = fill is None or is_of(fill, numpy.ndarray) or isinstance(fill, numpy.generic | int | float)
    require(plain, "the fill value of a masked array is odd")
    made.__setstate__((1, shape, kind, bool(fortran), bytes(content), bytes(mask), fill))


def bit_generator(target: Any, args: tuple[Any, ...]) -> Any:
    """`__bit_generator_ctor(class or name)`."""
    require(len(args) <= 1, "a bit generator is made of too much")
    import numpy.random

    wanted = args[0] if args else "MT19937"
    name = wanted if is_of(wanted, str) else getattr(wanted, "__name__", None)
    require(name in BIT_GENERATORS, "a bit generator is unknown")
    kind = getattr(numpy.random, str(name))
    require(is_of(wanted, str) or wanted is kind, "a bit generator is unknown")
    return kind()


def set_bit_generator(made: Any, state: Any) -> None:
    """The state of a bit generator: a dictionary, or (dictionary, seed sequence)."""
    import numpy.random

    parts: tuple[Any, ...] = state if is_of(state, tuple) else (state,)
    require(len(parts) <= 2 and is_of(parts[0], dict), "the state of a bit generator is odd")
    require_bits(parts[0])
    if len(parts) == 2:
        sequence = numpy.random.SeedSequence
        require(parts[1] is None or is_of(parts[1], sequence), "the seed of a bit generator is odd")
        made.__setstate__((parts[0], parts[1]) if parts[1] is not None else parts[0])
    else:
        made.__setstate__(parts[0])


#: What a position may be, so that the C code that trusts it stays within its buffer.
_POSITIONS: Final = {"MT19937": ("pos", 624), "Philox": ("buffer_pos", 4)}


def require_bits(state: Any) -> None:
    """Refuse the state of a bit generator whose position lies outside of its buffer."""
    require(is_of(state, dict), "the state of a bit generator is odd")
    name = state.get("bit_generator")
    require(name in BIT_GENERATORS, "a bit generator is unknown")
    if name in _POSITIONS:
        key, most = _POSITIONS[name]
        inner = state.get("state", {})
        place = inner.get(key) if is_of(inner, dict) and key in inner else state.get(key)
        require(is_of(place, int) and 0 <= place <= most, "the position of a bit generator is odd")


def generator(target: Any, args: tuple[Any, ...]) -> Any:
    """`__generator_ctor(bit generator)` and `__randomstate_ctor(bit generator)`."""
    import numpy.random

    require(len(args) <= 1, "a random state is made of too much")
    wanted: Any = args[0] if args else "MT19937"
    if is_of(wanted, str):
        wanted = bit_generator(None, (wanted,))
    require(
        isinstance(wanted, numpy.random.BitGenerator) and type(wanted).__name__ in BIT_GENERATORS,
        "a random state is made of something else than a bit generator",
    )
    kind = numpy.random.RandomState if target.__name__ == "__randomstate_ctor" else numpy.random.Generator
    return kind(wanted)


def set_generator(made: Any, state: Any) -> None:
    """Generators of today have their state in their bit generator; a RandomState has more."""
    import numpy.random

    if state is None:
        return
    require_bits(state)
    if is_of(made, numpy.random.RandomState):
        made.set_state(state)
    else:
        made.bit_generator.state = state


def seed_sequence(target: Any, args: tuple[Any, ...]) -> Any:
    """`__pyx_unpickle_SeedSequence(SeedSequence, checksum, None)`."""
    import numpy.random

    require(
        len(args) == 3 and args[0] is numpy.random.SeedSequence and is_of(args[1], int) and args[2] is None,
        "a seed sequence is odd",
    )
    return target(*args)


def set_seed_sequence(made: Any, state: Any) -> None:
    """(entropy, spawned, pool, pool size, spawn key), which numpy checks by type."""
    import numpy

    require(is_of(state, tuple) and 5 <= len(state) <= 6, "the state of a seed sequence is odd")
    pool, size = state[2], state[3]
    require(
        is_of(pool, numpy.ndarray) and pool.dtype == numpy.uint32 and pool.ndim == 1 and is_of(size, int)
        and pool.size == size and size >= 4,
        "the state of a seed sequence is odd",
    )  # fmt: skip
    made.__setstate_cython__(state)


def refuse_state(made: Any, state: Any) -> None:
    """Nothing has state here."""
    raise Refused("a value gets a state")
