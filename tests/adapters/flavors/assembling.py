"""An assembler for pickles that no honest writer makes."""

from __future__ import annotations

import pickle
import struct
from typing import Any

PROTO = b"\x80\x02"
PROTO_4 = b"\x80\x04"


def named(module: str, name: str) -> bytes:
    """GLOBAL."""
    return f"c{module}\n{name}\n".encode()


def stacked(module: str, name: str) -> bytes:
    """STACK_GLOBAL of two texts."""
    return text(module) + text(name) + b"\x93"


def text(value: str) -> bytes:
    """BINUNICODE."""
    content = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(content)) + content


def plain(value: Any) -> bytes:
    """Any plain value as `pickle` writes it, without its beginning and end, so that it can be a part."""
    return pickle.dumps(value, 2)[2:-1]


def tuple_of(*parts: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(parts) + b"t"


def dict_of(**parts: bytes) -> bytes:
    """A dictionary with texts as keys."""
    return b"}(" + b"".join(text(key) + value for key, value in parts.items()) + b"u"


def called(function: bytes, *args: bytes) -> bytes:
    """REDUCE."""
    return function + tuple_of(*args) + b"R"


def created(kind: bytes, *args: bytes) -> bytes:
    """NEWOBJ."""
    return kind + tuple_of(*args) + b"\x81"


def settled(instance: bytes, state: bytes) -> bytes:
    """BUILD."""
    return instance + state + b"b"


def put(index: int) -> bytes:
    """Remember what is on top."""
    return b"r" + struct.pack("<I", index)


def got(index: int) -> bytes:
    """What was remembered."""
    return b"j" + struct.pack("<I", index)


def whole(body: bytes, proto: bytes = PROTO) -> bytes:
    """A complete pickle."""
    return proto + body + b"."


def part(value: Any) -> bytes:
    """Any object as a part of a larger pickle; what it remembers has numbers below 100."""
    return pickle.dumps(value, 2)[2:-1]


LOGISTIC = named("sklearn.linear_model._logistic", "LogisticRegression")
SCALER = named("sklearn.preprocessing._data", "StandardScaler")
FUNCTION = named("sklearn.feature_selection._univariate_selection", "f_classif")
TRANSFORMER = named("sklearn.preprocessing._function_transformer", "FunctionTransformer")
NDARRAY = named("numpy", "ndarray")
RECONSTRUCT = named("numpy._core.multiarray", "_reconstruct")
EMPTY = called(RECONSTRUCT, NDARRAY, plain((0,)), plain("b"))
