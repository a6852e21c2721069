"""The opcodes, each as a step of a `Machine`."""

from __future__ import annotations

import codecs
import pickle
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.adapters.flavors.secure.entries import Refused
from genesis_flow.adapters.flavors.secure.limits import too_much
from genesis_flow.adapters.flavors.secure.refusals import corrupt

if TYPE_CHECKING:
    from genesis_flow.adapters.flavors.secure.machine import Machine

Step = Callable[["Machine"], None]

STOP: Final = pickle.STOP[0]
STEPS: Final[list[Step | None]] = [None] * 256
#: A number of this many bytes has more digits than anything that is counted or measured.
_MOST_NUMBER_BYTES: Final = 1 << 16
_DOUBLE: Final = struct.Struct(">d")
_INT: Final = struct.Struct("<i")


def _step(code: bytes) -> Callable[[Step], Step]:
    def register(step: Step) -> Step:
        STEPS[code[0]] = step
        return step

    return register


def _constant(code: bytes, value: Any) -> None:
    STEPS[code[0]] = lambda machine: machine.stack.append(value)


def _fresh(code: bytes, kind: Callable[[], Any]) -> None:
    STEPS[code[0]] = lambda machine: machine.stack.append(kind())


def _text(code: bytes, size: int) -> None:
    def step(machine: Machine) -> None:
        data, start = machine.data, machine.at + size
        end = start + int.from_bytes(data[machine.at : start], "little")
        if end > len(data):
            raise corrupt(machine.source, "it is truncated")
        machine.at = end
        machine.stack.append(str(data[start:end], "utf-8", "surrogatepass"))

    STEPS[code[0]] = step


def _bytes(code: bytes, size: int, kind: Callable[[memoryview], Any]) -> None:
    STEPS[code[0]] = lambda machine: machine.stack.append(
        machine.maker.content(kind, machine.take(machine.number(size)))
    )


def _unsigned(code: bytes, size: int) -> None:
    STEPS[code[0]] = lambda machine: machine.stack.append(machine.number(size))


def _recall(code: bytes, size: int) -> None:
    STEPS[code[0]] = lambda machine: machine.stack.append(_remembered(machine, machine.number(size)))


def _byte(machine: Machine) -> int:
    at = machine.at
    machine.at = at + 1
    return machine.data[at]


def _remember(code: bytes, size: int) -> None:
    STEPS[code[0]] = lambda machine: machine.remember(machine.number(size))


def _tuple(code: bytes, size: int) -> None:
    def step(machine: Machine) -> None:
        if len(machine.stack) < size:
            raise Refused("the stack is empty")
        machine.stack[-size:] = [tuple(machine.stack[-size:])]

    STEPS[code[0]] = step


def _remembered(machine: Machine, index: int) -> Any:
    if index not in machine.memo:
        raise Refused("it refers to an object that is not there")
    return machine.memo[index]


_constant(pickle.NONE, None)
_constant(pickle.NEWTRUE, True)
_constant(pickle.NEWFALSE, False)
_fresh(pickle.EMPTY_TUPLE, tuple)
_fresh(pickle.EMPTY_LIST, list)
_fresh(pickle.EMPTY_DICT, dict)
_fresh(pickle.EMPTY_SET, set)
_text(pickle.BINUNICODE, 4)
_text(pickle.SHORT_BINUNICODE, 1)
_text(pickle.BINUNICODE8, 8)
_bytes(pickle.BINBYTES, 4, bytes)
_bytes(pickle.SHORT_BINBYTES, 1, bytes)
_bytes(pickle.BINBYTES8, 8, bytes)
_bytes(pickle.BYTEARRAY8, 8, bytearray)
STEPS[pickle.BININT1[0]] = lambda machine: machine.stack.append(_byte(machine))
_unsigned(pickle.BININT2, 2)
STEPS[pickle.BINGET[0]] = lambda machine: machine.stack.append(_remembered(machine, _byte(machine)))
_recall(pickle.LONG_BINGET, 4)
STEPS[pickle.BINPUT[0]] = lambda machine: machine.remember(_byte(machine))
_remember(pickle.LONG_BINPUT, 4)
_tuple(pickle.TUPLE1, 1)
_tuple(pickle.TUPLE2, 2)
_tuple(pickle.TUPLE3, 3)


@_step(pickle.PROTO)
def _proto(machine: Machine) -> None:
    if not 2 <= machine.number(1) <= pickle.HIGHEST_PROTOCOL:
        raise Refused("its protocol is unknown")


@_step(pickle.FRAME)
def _frame(machine: Machine) -> None:
    size = machine.number(8)
    if size > len(machine.data) - machine.at:
        raise corrupt(machine.source, "it is truncated")


@_step(pickle.MARK)
def _mark(machine: Machine) -> None:
    machine.marks.append(machine.stack)
    machine.stack = []
    if len(machine.marks) > machine.limits.depth:
        raise too_much(machine.source, "open containers", machine.limits.depth)


@_step(pickle.POP)
def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.since_mark()


@_step(pickle.POP_MARK)
def _pop_mark(machine: Machine) -> None:
    machine.since_mark()


@_step(pickle.BININT)
def _binint(machine: Machine) -> None:
    machine.stack.append(_INT.unpack(machine.take(4))[0])


@_step(pickle.BINFLOAT)
def _binfloat(machine: Machine) -> None:
    machine.stack.append(_DOUBLE.unpack(machine.take(8))[0])


@_step(pickle.INT)
def _int(machine: Machine) -> None:
    text = machine.line()
    machine.stack.append(text == b"01" if text in (b"00", b"01") else _whole(text))


@_step(pickle.LONG)
def _long(machine: Machine) -> None:
    machine.stack.append(_whole(machine.line().removesuffix(b"L")))


@_step(pickle.LONG1)
def _long1(machine: Machine) -> None:
    machine.stack.append(int.from_bytes(machine.take(machine.number(1)), "little", signed=True))


@_step(pickle.LONG4)
def _long4(machine: Machine) -> None:
    size = machine.number(4)
    if size > _MOST_NUMBER_BYTES:
        raise Refused("a number is too long")
    machine.stack.append(int.from_bytes(machine.take(size), "little", signed=True))


def _whole(text: bytes) -> int:
    if len(text) > 4_000:
        raise Refused("a number is too long")
    return int(text)


@_step(pickle.FLOAT)
def _float(machine: Machine) -> None:
    machine.stack.append(float(machine.line()))


@_step(pickle.UNICODE)
def _unicode(machine: Machine) -> None:
    machine.stack.append(codecs.raw_unicode_escape_decode(machine.line())[0])


@_step(pickle.GET)
def _get(machine: Machine) -> None:
    machine.stack.append(_remembered(machine, _whole(machine.line())))


@_step(pickle.PUT)
def _put(machine: Machine) -> None:
    machine.remember(_whole(machine.line()))


@_step(pickle.MEMOIZE)
def _memoize(machine: Machine) -> None:
    memo = machine.memo
    index = len(memo)
    if index >= machine.limits.memo:
        raise too_much(machine.source, "remembered objects", machine.limits.memo)
    memo[index] = machine.stack[-1]


@_step(pickle.TUPLE)
def _any_tuple(machine: Machine) -> None:
    items = machine.since_mark()
    machine.stack.append(tuple(items))


@_step(pickle.LIST)
def _list(machine: Machine) -> None:
    items = machine.since_mark()
    machine.stack.append(items)


@_step(pickle.DICT)
def _dict(machine: Machine) -> None:
    items = machine.since_mark()
    machine.stack.append({})
    _put_items(machine, machine.stack[-1], items)


@_step(pickle.FROZENSET)
def _frozenset(machine: Machine) -> None:
    items = machine.since_mark()
    machine.stack.append(frozenset([machine.maker.key(frozenset(), item) for item in items]))


@_step(pickle.APPEND)
def _append(machine: Machine) -> None:
    item = machine.stack.pop()
    _extend(machine, [item])


@_step(pickle.APPENDS)
def _appends(machine: Machine) -> None:
    _extend(machine, machine.since_mark())


def _extend(machine: Machine, items: Iterable[Any]) -> None:
    target = machine.stack[-1]
    if type(target) is not list:
        target = machine.maker.fill(target)
    target.extend(items)


@_step(pickle.SETITEM)
def _set_item(machine: Machine) -> None:
    value = machine.stack.pop()
    key = machine.stack.pop()
    _put_items(machine, _mapping(machine), [key, value])


@_step(pickle.SETITEMS)
def _set_items(machine: Machine) -> None:
    items = machine.since_mark()
    _put_items(machine, _mapping(machine), items)


def _mapping(machine: Machine) -> Any:
    target = machine.stack[-1]
    return target if type(target) is dict else machine.maker.fill(target)


def _put_items(machine: Machine, target: Any, items: list[Any]) -> None:
    if len(items) % 2:
        raise Refused("a dictionary has a key without a value")
    is_plain, check = type(target) is dict, machine.maker.key
    for at in range(0, len(items), 2):
        key = items[at]
        target[key if is_plain and type(key) is str else check(target, key)] = items[at + 1]


@_step(pickle.ADDITEMS)
def _add_items(machine: Machine) -> None:
    items = machine.since_mark()
    target = machine.stack[-1]
    if type(target) is not set:
        raise Refused("members are added to what is no set")
    target.update([machine.maker.key(target, item) for item in items])


@_step(pickle.GLOBAL)
def _global(machine: Machine) -> None:
    module = machine.line().decode()
    machine.stack.append(machine.maker.named((module, machine.line().decode())))


@_step(pickle.STACK_GLOBAL)
def _stack_global(machine: Machine) -> None:
    name = machine.stack.pop()
    module = machine.stack.pop()
    if type(name) is not str or type(module) is not str:
        raise Refused("a name is no text")
    machine.stack.append(machine.maker.named((module, name)))


@_step(pickle.REDUCE)
def _reduce(machine: Machine) -> None:
    args = machine.stack.pop()
    machine.stack[-1] = machine.maker.call(machine.stack[-1], args)


@_step(pickle.NEWOBJ)
def _new_object(machine: Machine) -> None:
    args = machine.stack.pop()
    machine.stack[-1] = machine.maker.create(machine.stack[-1], args)


@_step(pickle.NEWOBJ_EX)
def _new_object_with_names(machine: Machine) -> None:
    kwargs = machine.stack.pop()
    args = machine.stack.pop()
    machine.stack[-1] = machine.maker.create(machine.stack[-1], args, kwargs)


@_step(pickle.BUILD)
def _build(machine: Machine) -> None:
    state = machine.stack.pop()
    machine.maker.settle(machine.stack[-1], state)
    if machine.after_state is not None:
        machine.after_state(machine)


@_step(pickle.BINPERSID)
def _persistent(machine: Machine) -> None:
    if machine.persistent is None:
        raise Refused("it refers to objects outside of itself")
    machine.stack.append(machine.persistent(machine.stack.pop()))
