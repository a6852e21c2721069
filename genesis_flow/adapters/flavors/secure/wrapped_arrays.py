"""
Arrays as joblib writes them: a small description in the pickle, and the bytes behind it in the same file.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from genesis_flow.adapters.flavors.secure.checks.arguments import is_of, require, whole_numbers
from genesis_flow.adapters.flavors.secure.entries import Entry, Refused, Table
from genesis_flow.adapters.flavors.secure.machine import Machine

_MOST_DIMENSIONS: Final = 64


class WrappedArray:
    """The description of an array whose bytes follow."""

    only_while_loading: ClassVar = True
    subclass: Any
    shape: Any
    order: Any
    dtype: Any
    numpy_array_alignment_bytes: Any = None


def _set_description(made: WrappedArray, state: Any) -> None:
    allowed = {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}
    require(is_of(state, dict) and set(state) <= allowed, "the description of an array is odd")
    made.__dict__.update(state)


#: joblib's name stands for a class of ours, so that joblib itself is not needed to read its files.
TABLE: Final[Table] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): Entry(
        __name__, "WrappedArray", new=True, state=_set_description
    )
}


def read_wrapped(machine: Machine) -> None:
    """Replace a description on top of the stack by its array, and go on behind its bytes."""
    if type(machine.stack[-1]) is WrappedArray:
        machine.stack[-1] = _array(machine, machine.stack[-1])


def _array(machine: Machine, wrapped: WrappedArray) -> Any:
    import numpy

    kind, shape = wrapped.dtype, wrapped.shape
    require(isinstance(kind, numpy.dtype), "the description of an array is odd")
    require(wrapped.subclass in (numpy.ndarray, numpy.matrix, numpy.memmap), "an array is of a class that is not known")
    require(whole_numbers(shape) and len(shape) <= _MOST_DIMENSIONS, "the shape of an array is odd")
    require(wrapped.order in ("C", "F"), "the order of an array is odd")
    if kind.hasobject:
        return _nested(machine)
    skip_padding(machine, wrapped.numpy_array_alignment_bytes)
    count = 1
    for length in shape:
        count *= length
    content = machine.take(count * kind.itemsize)
    array = numpy.empty(count, kind)
    if array.nbytes:
        array.view("u1")[:] = numpy.frombuffer(content, "u1")
    array = array.reshape(shape[::-1]).transpose() if wrapped.order == "F" else array.reshape(shape)
    if not kind.isnative and kind.names is None:
        array = array.astype(kind.newbyteorder("="))
    return array.view(numpy.matrix) if wrapped.subclass is numpy.matrix else array


def skip_padding(machine: Machine, alignment: Any) -> None:
    """Go to where the bytes of an array begin."""
    if alignment is not None:
        require(is_of(alignment, int), "the description of an array is odd")
        machine.take(machine.number(1))


def _nested(machine: Machine) -> Any:
    import numpy

    array = machine.nested()
    if not isinstance(array, numpy.ndarray):
        raise Refused("an array of objects is something else")
    return array
