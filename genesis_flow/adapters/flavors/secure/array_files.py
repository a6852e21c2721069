"""numpy's own files: .npy, and .npz, which is a zip archive of them."""

from __future__ import annotations

import io
import re
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.archives import Archive
from genesis_flow.adapters.flavors.secure.limits import Deadline, Limits
from genesis_flow.adapters.flavors.secure.pickles import made, noted
from genesis_flow.adapters.flavors.secure.refusals import corrupt
from genesis_flow.domain.values.trust import Trust

MAGIC: Final = b"\x93NUMPY"
_VERSION_1: Final = MAGIC + b"\x01\x00"
_SIMPLE: Final = re.compile(
    rb"\{'descr': '([<>|=]?[?bBiufcSUV][0-9]{0,9})', 'fortran_order': (True|False), "
    rb"'shape': \(((?:[0-9]{1,18}, ?)*(?:[0-9]{1,18})?)\), \} *\n"
)
#: The longest header that is parsed; numpy's own limit for files that nobody vouches for.
_MOST_HEADER: Final = 10_000


def array_of(content: memoryview, limits: Limits, source: str, trust: Trust | None) -> Any:
    """
    The array of a .npy file.

    Args:
        trust: What an array of objects may hold besides what is listed; None: there may be no objects.
    """
    import numpy

    shape, fortran, kind, start = _header(content, source)
    if kind.hasobject:
        return _objects(content[start:], limits, source, trust)
    count = 1
    for length in shape:
        count *= length
    if count * kind.itemsize > len(content) - start:
        raise corrupt(source, "an array is truncated")
    array = numpy.empty(count, kind)
    if array.nbytes:
        array.view("u1")[:] = numpy.frombuffer(content[start : start + array.nbytes], "u1")
    return array.reshape(shape[::-1]).transpose() if fortran else array.reshape(shape)


def start_of_objects(content: memoryview, source: str) -> int | None:
    """Where the pickle of an array of objects begins; None if it is an array of something else."""
    _, _, kind, start = _header(content, source)
    return start if kind.hasobject else None


def _header(content: memoryview, source: str) -> tuple[tuple[int, ...], bool, Any, int]:
    try:
        return _parsed_header(content)
    except Exception as error:
        raise corrupt(source, f"it is no array: {error}") from error


def _parsed_header(content: memoryview) -> tuple[tuple[int, ...], bool, Any, int]:
    """Shape, order and type of a .npy file, and where its data begins."""
    if (simple := _simple_header(content)) is not None:
        return simple
    from numpy.lib import format as npy

    head = io.BytesIO(content[: _MOST_HEADER + 16])
    version = npy.read_magic(head)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError("its version is unknown")
    reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, kind = reader(head, max_header_size=_MOST_HEADER)
    if any(type(length) is not int or length < 0 for length in shape):
        raise ValueError("its shape is odd")
    return shape, fortran, kind, head.tell()


def _simple_header(content: memoryview) -> tuple[tuple[int, ...], bool, Any, int] | None:
    """What numpy writes for numbers, read without a parser."""
    if bytes(content[:8]) != _VERSION_1:
        return None
    end = 10 + int.from_bytes(content[8:10], "little")
    match = _SIMPLE.fullmatch(bytes(content[10:end])) if end <= min(len(content), _MOST_HEADER) else None
    if match is None:
        return None
    import numpy

    code, order, shape = match.groups()
    lengths = tuple(int(length) for length in shape.split(b",") if length.strip())
    return lengths, order == b"True", numpy.dtype(code.decode()), end


def _objects(content: memoryview, limits: Limits, source: str, trust: Trust | None) -> Any:
    import numpy

    if trust is None:
        raise corrupt(source, "an array holds objects where there may be none")
    deadline = Deadline(limits.seconds, source)
    noted(content, trust, limits, source, deadline).require_allowed()
    found = made(content, trust, limits, source, deadline)
    if not isinstance(found, numpy.ndarray):
        raise corrupt(source, "an array of objects is something else")
    return found


def arrays_of(archive: Archive, limits: Limits, source: str, trust: Trust | None) -> dict[str, Any]:
    """The arrays of a .npz file, by name."""
    found = {}
    for name in archive.names:
        if not name.endswith(".npy"):
            raise corrupt(source, f"its member '{name}' is no array")
        found[name.removesuffix(".npy")] = array_of(archive.read(name), limits, f"{source}!{name}", trust)
    return found
