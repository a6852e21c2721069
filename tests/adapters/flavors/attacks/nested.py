"""Hostile pickles inside other files, and archives and compressions that mislead."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import joblib
import lz4.frame
import numpy as np

from tests.adapters.flavors.assembling import (
    EMPTY,
    PROTO,
    called,
    created,
    dict_of,
    named,
    part,
    plain,
    settled,
    text,
    whole,
)  # fmt: skip
from tests.adapters.flavors.attacks import CANARY, Attack

HOSTILE = whole(called(named("os", "system"), plain(f"touch {CANARY}")))
WRAPPER = named("joblib.numpy_pickle", "NumpyArrayWrapper")


def npy(header: str, content: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """A .npy file with this header."""
    padded = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(padded)) + padded + content


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive with these members, under just these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.filename, info.compress_type = name, compression
            archive.writestr(info, content)
    return buffer.getvalue()


OBJECTS = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
ONE = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", b"\0" * 8)


def _wrapped(**state: bytes) -> bytes:
    plain_state = {
        "subclass": named("numpy", "ndarray"),
        "shape": plain((1,)),
        "order": text("C"),
        "dtype": part(np.dtype("f8")),
        "allow_mmap": b"\x89",
    }
    return settled(created(WRAPPER), dict_of(**{**plain_state, **state}))


def _joblib() -> dict[str, bytes]:
    objects = part(np.dtype("O"))
    return {
        "joblib: objects that are hostile": whole(_wrapped(dtype=objects) + HOSTILE),
        "joblib: objects that are no array": whole(_wrapped(dtype=objects) + whole(plain([1]))),
        "joblib: objects without end": PROTO + b"".join(_wrapped(dtype=objects) + PROTO for _ in range(1_000)),
        "joblib: an array of another class": whole(_wrapped(subclass=named("os", "system")) + b"\0" * 8),
        "joblib: an array of an estimator": whole(_wrapped(subclass=named("sklearn.pipeline", "Pipeline")) + b"\0" * 8),
        "joblib: a negative shape": whole(_wrapped(shape=plain((-1,))) + b"\0" * 8),
        "joblib: a huge shape": whole(_wrapped(shape=plain((1 << 50,))) + b"\0" * 8),
        "joblib: a shape of texts": whole(_wrapped(shape=plain(("1",))) + b"\0" * 8),
        "joblib: a type that is a text": whole(_wrapped(dtype=text("f8")) + b"\0" * 8),
        "joblib: an order that is a list": whole(_wrapped(order=plain([1])) + b"\0" * 8),
        "joblib: an alignment that is a text": whole(_wrapped(numpy_array_alignment_bytes=text("x")) + b"\0" * 8),
        "joblib: a padding beyond the end": whole(_wrapped(numpy_array_alignment_bytes=plain(16)) + b"\xff\0"),
        "joblib: a description with a method": whole(_wrapped(read=named("numpy", "log1p")) + b"\0" * 8),
        "joblib: a hostile pickle behind an array": PROTO
        + b"("
        + _wrapped()
        + b"\0" * 8
        + called(named("os", "system"), plain(f"touch {CANARY}"))
        + b"t.",
        "joblib: the format before 0.10": b"ZF0x10               " + zlib.compress(HOSTILE),
        "joblib: an array in another file": whole(
            created(
                named("joblib.numpy_pickle_compat", "NDArrayWrapper"),
                plain("../../etc/passwd"),
                named("numpy", "ndarray"),
            )
        ),
    }


def _compressed() -> dict[str, bytes]:
    bomb = b"\0" * (1 << 26)
    return {
        "compressed with zlib": zlib.compress(HOSTILE),
        "compressed with gzip": gzip.compress(HOSTILE),
        "compressed with bz2": bz2.compress(HOSTILE),
        "compressed with xz": lzma.compress(HOSTILE),
        "compressed with lzma": lzma.compress(HOSTILE, lzma.FORMAT_ALONE),
        "compressed with lz4": lz4.frame.compress(HOSTILE),
        "compressed twice": zlib.compress(zlib.compress(HOSTILE)),
        "a bomb of gzip": gzip.compress(bomb),
        "a bomb of bz2": bz2.compress(bomb),
        "a bomb of xz": lzma.compress(bomb),
        "zlib without its end": zlib.compress(HOSTILE)[:-6],
        "gzip with a wrong checksum": gzip.compress(HOSTILE)[:-8] + b"\0" * 8,
        "gzip without its content": gzip.compress(HOSTILE)[:12],
        "lz4 without its content": lz4.frame.compress(HOSTILE)[:10],
        "xz without its end": lzma.compress(HOSTILE)[:-20],
    }


def _arrays() -> Iterator[tuple[str, str, bytes]]:
    yield "npy", "npy: objects that are hostile", npy(OBJECTS, HOSTILE)
    yield "npy", "npy: objects that are no array", npy(OBJECTS, whole(plain([1])))
    yield "npy", "npy: a header that calls", npy("__import__('os').system('touch " + CANARY + "')")
    yield "npy", "npy: a type that calls", npy("{'descr': eval('1'), 'fortran_order': False, 'shape': (1,), }")
    yield "npy", "npy: a header without a type", npy("{'fortran_order': False, 'shape': (1,), }")
    yield (
        "npy",
        "npy: a huge shape",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }", b"\0" * 8),
    )
    yield "npy", "npy: a negative shape", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", b"\0" * 8)
    yield "npy", "npy: a deep header", npy("{'descr': " + "(" * 4_000 + ")" * 4_000 + ", 'shape': (1,), }")
    yield "npy", "npy: a long header", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }" + " " * 20_000)
    yield "npy", "npy: an unknown version", npy(OBJECTS, version=b"\x09\x00")
    yield "npy", "npy: too few bytes", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9,), }", b"\0" * 8)
    yield "npy", "npy: a hostile pickle itself", HOSTILE
    yield "npz", "npz: objects that are hostile", zipped(("a.npy", npy(OBJECTS, HOSTILE)))
    yield "npz", "npz: a hostile array behind a good one", zipped(("a.npy", ONE), ("b.npy", npy(OBJECTS, HOSTILE)))
    yield "npz", "npz: a pickle as a member", zipped(("a.pkl", HOSTILE))
    yield "npz", "npz: a hostile pickle itself", HOSTILE


def _archives() -> Iterator[tuple[str, str, bytes]]:
    yield "npz", "zip: a member above", zipped(("../a.npy", ONE))
    yield "npz", "zip: a member above within", zipped(("x/../../a.npy", ONE))
    yield "npz", "zip: an absolute member", zipped(("/tmp/a.npy", ONE))
    yield "npz", "zip: a member of a drive", zipped(("C:a.npy", ONE))
    yield "npz", "zip: a member with backslashes", zipped(("..\\a.npy", ONE))
    yield "npz", "zip: a member with a NUL", zipped(("a.npy\0.txt", ONE))
    yield "npz", "zip: an empty name", zipped(("", ONE))
    yield "npz", "zip: the same member twice", _twice()
    yield (
        "npz",
        "zip: a bomb",
        zipped(
            ("a.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (67108864,), }", b"\0" * (1 << 26))),
            compression=zipfile.ZIP_DEFLATED,
        ),
    )
    yield "npz", "zip: a size that is a lie", _lying()
    yield "npz", "zip: members that overlap", _overlapping()
    yield "npz", "zip: encrypted", _patched(zipped(("a.npy", ONE)), b"PK\x01\x02", 8, b"\x01\x00")
    yield "npz", "zip: an unknown compression", _patched(zipped(("a.npy", ONE)), b"PK\x01\x02", 10, b"\x63\x00")
    yield (
        "npz",
        "zip: a header that is elsewhere",
        _patched(zipped(("a.npy", ONE)), b"PK\x01\x02", 42, b"\xff\xff\xff\x7f"),
    )
    yield "npz", "zip: a wrong checksum", _patched(zipped(("a.npy", ONE)), b"PK\x01\x02", 16, b"\0\0\0\0")
    yield "npz", "zip: no directory", zipped(("a.npy", ONE))[:-30]
    yield "npz", "zip: only a beginning", b"PK\x03\x04"
    yield "npz", "zip: too many members", zipped(*((f"{n}.npy", b"") for n in range(3_000)))


def _twice() -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zipped(("a.npy", ONE), ("a.npy", npy(OBJECTS, HOSTILE)))


def _patched(archive: bytes, magic: bytes, at: int, value: bytes) -> bytes:
    start = archive.rindex(magic) + at
    return archive[:start] + value + archive[start + len(value) :]


def _lying() -> bytes:
    content = zipped(("a.npy", ONE + b"\0" * 4_096), compression=zipfile.ZIP_DEFLATED)
    return _patched(content, b"PK\x01\x02", 24, struct.pack("<I", 64))


def _overlapping() -> bytes:
    content = zipped(("a.npy", ONE), ("b.npy", ONE))
    start = content.index(b"PK\x01\x02")
    first, second = content[start:].split(b"PK\x01\x02")[1:]
    second = second[:38] + first[38:42] + second[42:]
    return content[:start] + b"PK\x01\x02" + first + b"PK\x01\x02" + second


def attacks() -> Iterator[Attack]:
    """Each file."""
    for name, content in {**_joblib(), **_compressed()}.items():
        yield Attack(name, "pickle", content)
    for kind, name, content in (*_arrays(), *_archives()):
        yield Attack(name, kind, content)
    yield Attack("an object array in joblib, hostile within", "pickle", _dumped(np.array([_System(), 1], dtype=object)))
    yield Attack("an object array, hostile within", "pickle", whole(part([EMPTY]) + b"0" + part(_System())))


class _System:
    def __reduce__(self) -> Any:
        import os

        return os.system, (f"touch {CANARY}",)


def _dumped(value: Any) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(value, buffer)
    return buffer.getvalue()
