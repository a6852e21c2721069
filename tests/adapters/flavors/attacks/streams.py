"""Opcodes, names and lengths that no honest writer makes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.adapters.flavors.assembling import (
    FUNCTION,
    LOGISTIC,
    PROTO,
    PROTO_4,
    SCALER,
    called,
    created,
    got,
    named,
    plain,
    put,
    stacked,
    text,
    tuple_of,
    whole,
)  # fmt: skip
from tests.adapters.flavors.attacks import CANARY, Attack

TOUCH = plain(f"touch {CANARY}")
#: A code of `copyreg`'s extension registry that the test registers for `os.system`.
EXTENSION = 200

DOTTED = (
    ("os", "path.os.system"),
    ("numpy", "__builtins__"),
    ("numpy", "__loader__"),
    ("numpy", "ndarray.tofile"),
    ("numpy", "log1p.__class__"),
    ("numpy", "testing._private.utils.runstring"),
    ("collections", "abc.sys.modules"),
    ("collections", "OrderedDict.__subclasses__"),
    ("builtins", "object.__subclasses__"),
    ("builtins", "str.format"),
    ("builtins", "dict.__class__"),
    ("builtins", "__dict__"),
    ("sys", "modules"),
    ("sys", "modules.__getitem__"),
    ("sklearn.base", "__builtins__"),
    ("sklearn.base", "warnings.sys.modules"),
    ("sklearn.linear_model._logistic", "LogisticRegression.predict"),
    ("sklearn.linear_model._logistic", "LogisticRegression.__init__"),
    ("sklearn.linear_model._logistic", "np.load"),
    ("sklearn.pipeline", "Pipeline.fit.__globals__"),
    ("sklearn", "linear_model"),
    ("torch", "nn.Module.__init_subclass__"),
    ("torch", "os"),
    ("datetime", "sys"),
    ("collections", "_sys"),
    ("decimal", "__loader__.load_module"),
    ("functools", "partial.func"),
    ("__main__", "__builtins__"),
)  # fmt: skip


def _raw() -> dict[str, bytes]:
    """Name of the trick → whole pickle."""
    system = named("os", "system")
    return {
        "INST": whole(b"(" + TOUCH + b"ios\nsystem\n"),
        "INST of a listed class": whole(b"(isklearn.preprocessing._data\nStandardScaler\n"),
        "OBJ": whole(b"(" + system + TOUCH + b"o"),
        "OBJ of a listed class": whole(b"(" + SCALER + b"o"),
        "EXT1": whole(b"\x82" + bytes([EXTENSION]) + tuple_of(TOUCH) + b"R"),
        "EXT2": whole(b"\x83" + struct.pack("<H", EXTENSION) + tuple_of(TOUCH) + b"R"),
        "EXT4": whole(b"\x84" + struct.pack("<I", EXTENSION) + tuple_of(TOUCH) + b"R"),
        "PERSID": whole(b"Px\n"),
        "BINPERSID": whole(plain("x") + b"Q"),
        "DUP": whole(plain([1]) + b"20"),
        "NEXT_BUFFER": whole(b"\x97"),
        "READONLY_BUFFER": whole(plain(b"x") + b"\x98"),
        "STRING": whole(b"S'x'\n"),
        "BINSTRING": whole(b"T\x01\x00\x00\x00x"),
        "SHORT_BINSTRING": whole(b"U\x01x"),
        "an unknown opcode": whole(b"\xff"),
        "an opcode of zero": whole(b"\x00"),
        "protocol 6": b"\x80\x06N.",
        "protocol 255": b"\x80\xffN.",
        "protocol 0 by PROTO": b"\x80\x00N.",
        "a frame beyond the end": PROTO_4 + b"\x95" + struct.pack("<Q", 1 << 40) + b"N.",
        "a frame of 2**63": PROTO_4 + b"\x95" + struct.pack("<Q", 1 << 63) + b"N.",
        "LONG4 of 2**31": whole(b"\x8b" + struct.pack("<i", -1) + b"x"),
        "LONG4 of a megabyte": whole(b"\x8b" + struct.pack("<I", 1 << 20) + b"\x7f" * (1 << 20)),
        "LONG of many digits": whole(b"L" + b"9" * 100_000 + b"L\n"),
        "INT of many digits": whole(b"I" + b"9" * 100_000 + b"\n"),
        "BYTEARRAY8 of 2**62": whole(b"\x96" + struct.pack("<Q", 1 << 62) + b"x", b"\x80\x05"),
        "BINBYTES8 of 2**62": whole(b"\x8e" + struct.pack("<Q", 1 << 62) + b"x", PROTO_4),
        "BINUNICODE8 of 2**62": whole(b"\x8d" + struct.pack("<Q", 1 << 62) + b"x", PROTO_4),
        "BINBYTES of 2**32-1": whole(b"B\xff\xff\xff\xffx"),
        "a text that is no UTF-8": whole(b"X\x02\x00\x00\x00\xff\xfe"),
        "a name without an end": PROTO + b"cos\nsystem",
        "GET of nothing": whole(b"h\x05"),
        "GET of a negative number": whole(b"g-1\n"),
        "LONG_BINGET of nothing": whole(got(4_000_000_000)),
        "PUT without an object": whole(b"q\x00N"),
        "POP of nothing": whole(b"0N"),
        "BUILD of nothing": whole(b"b"),
        "REDUCE of nothing": whole(b"R"),
        "NEWOBJ of nothing": whole(b"\x81"),
        "TUPLE3 of one": whole(b"N\x87"),
        "TUPLE without a mark": whole(b"Nt"),
        "APPEND to nothing": whole(b"Na"),
        "SETITEMS without a mark": whole(b"}Nu"),
        "SETITEMS of three": whole(b"}(NNNu"),
        "ADDITEMS to a list": whole(b"](N\x90", PROTO_4),
        "APPENDS to a tuple": whole(b")(Ne"),
        "APPEND to a dictionary": whole(b"}Na"),
        "SETITEM on a list": whole(b"]NNs"),
        "SETITEM on a tuple": whole(b")NNs"),
        "two objects": whole(b"NN"),
        "an open mark": whole(b"(N"),
        "no STOP": PROTO + b"N",
        "nothing": b"",
        "PROTO only": PROTO,
        "STOP only": b".",
        "marks without an end": whole(b"(" * 100_000),
        "tuples nested 100,000 deep": whole(b")" + b"\x85" * 100_000),
        "lists nested 100,000 deep": whole(b"]" * 100_000 + b"a" * 99_999),
        "a key of tuples that doubles 60 times": whole(
            b")"
            + b"".join(put(n) + got(n) + b"\x86" for n in range(60))
            + b"\x85"
            + b"0}"
            + b"".join([got(59)])
            + b"Ns"
        ),
        "a key of tuples nested 1,000 deep": whole(b"}" + b")" + b"\x85" * 1_000 + b"Ns"),
        "a member of a set that doubles": whole(
            b")" + b"".join(put(n) + got(n) + b"\x86" for n in range(60)) + b"0\x8f(" + got(59) + b"\x90", PROTO_4
        ),
        "a list as a key": whole(b"}]Ns"),
        "an estimator as a key": whole(b"}" + created(LOGISTIC) + b"Ns"),
        "an estimator in a set": whole(b"\x8f(" + created(LOGISTIC) + b"\x90", PROTO_4),
        "an estimator in a frozenset": whole(b"(" + created(LOGISTIC) + b"\x91", PROTO_4),
        "STACK_GLOBAL of a number": whole(text("os") + b"K\x01\x93", PROTO_4),
        "STACK_GLOBAL of bytes": whole(plain(b"os") + text("system") + b"\x93", PROTO_4),
        "STACK_GLOBAL of a memoised name": whole(
            text("os") + put(1) + text("system") + put(2) + b"00" + got(1) + got(2) + b"\x93" + tuple_of(TOUCH) + b"R",
            PROTO_4,
        ),
        "STACK_GLOBAL after a listed name": whole(
            FUNCTION + b"0" + stacked("os", "system") + tuple_of(TOUCH) + b"R", PROTO_4
        ),
        "STACK_GLOBAL of a tuple": whole(tuple_of(text("os")) + text("system") + b"\x93", PROTO_4),
        "a call behind a POP": whole(called(system, TOUCH) + b"0N"),
        "a call behind a POP_MARK": whole(b"(" + called(system, TOUCH) + b"1N"),
        "a call in a key": whole(b"}" + called(system, TOUCH) + b"Ns"),
        "a call in a state": whole(created(LOGISTIC) + b"}" + text("C") + called(system, TOUCH) + b"sb"),
        "a call behind a memo": whole(system + put(7) + b"0" + got(7) + tuple_of(TOUCH) + b"R"),
        "NEWOBJ of a function": whole(created(system, TOUCH)),
        "NEWOBJ_EX of a function": whole(system + tuple_of(TOUCH) + b"}\x92", PROTO_4),
        "NEWOBJ_EX with names": whole(SCALER + b")" + b"}" + text("with_mean") + b"\x88s\x92", PROTO_4),
        "another pickle behind a broken one": whole(b"NN") + whole(called(system, TOUCH)),
    }


def attacks() -> Iterator[Attack]:
    """Each trick as one file."""
    for name, content in _raw().items():
        yield Attack(name, "pickle", content)
    for module, name in DOTTED:
        yield Attack(f"the name {module} {name}", "pickle", whole(stacked(module, name), PROTO_4))
        yield Attack(f"a call of {module} {name}", "pickle", whole(called(stacked(module, name), TOUCH), PROTO_4))
