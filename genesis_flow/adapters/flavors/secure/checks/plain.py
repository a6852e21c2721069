"""What comes with Python: containers, dates, numbers, and the functions that pickles are made with."""

from __future__ import annotations

import collections
import datetime
import re
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.checks.arguments import is_of, require

_ZONE_NAME: Final = re.compile(r"(?:[A-Za-z0-9_+-]{1,40}/){0,3}[A-Za-z0-9_+-]{1,40}")
_FRACTION: Final = re.compile(r"-?[0-9]{1,2000}(?:/[0-9]{1,2000})?")
#: Stands on the stack for the function that makes time zones.
ZONE: Final = object()


def encoded(target: Any, args: tuple[Any, ...]) -> Any:
    """`_codecs.encode(text, "latin1")`: how old protocols write bytes."""
    fits = len(args) == 2 and is_of(args[0], str) and args[1] in ("latin1", "latin-1")
    require(fits, "a codec is used for something else than bytes")
    return args[0].encode("latin-1")


def new_object(target: Any, args: tuple[Any, ...]) -> Any:
    """`copyreg._reconstructor(class, object, None)`, as the class and its arguments, and the items of a dictionary."""
    require(len(args) == 3, "an object is made of something else than `object`")
    kind, base, content = args
    if base is dict and is_of(content, dict):
        return kind, (), content
    require(base is object and content is None, "an object is made of something else than `object`")
    return kind, (), None


def new_object_of(target: Any, args: tuple[Any, ...]) -> Any:
    """`copyreg.__newobj__(class, ...)`, as the class and its arguments."""
    require(len(args) >= 1, "an object is made of nothing")
    return args[0], args[1:], None


def ordered(target: Any, args: tuple[Any, ...]) -> Any:
    """An ordered dictionary or a counter: empty, or of pairs or a plain dictionary."""
    fits = len(args) <= 1 and all(is_of(each, dict, list, tuple) for each in args)
    require(fits, "a dictionary is made of other things")
    if args and not is_of(args[0], dict):
        from genesis_flow.adapters.flavors.secure.keys import require_key

        pairs = all(is_of(pair, list, tuple) and len(pair) == 2 for pair in args[0])
        require(pairs, "a dictionary is made of other things")
        return target([(require_key(key), value) for key, value in args[0]])
    return target(*args)


def default_dict(target: Any, args: tuple[Any, ...]) -> Any:
    """A dictionary whose default is an empty or zero value."""
    factories = (None, int, float, bool, str, bytes, list, dict, set, tuple, complex, frozenset)
    fits = len(args) <= 1 and all(any(each is kind for kind in factories) for each in args)
    require(fits, "a default is no plain type")
    return collections.defaultdict(*args)


def deque(target: Any, args: tuple[Any, ...]) -> Any:
    """An empty queue, perhaps with a longest length."""
    require(
        len(args) <= 2
        and (not args or (is_of(args[0], list, tuple) and not args[0]))
        and (len(args) < 2 or args[1] is None or (is_of(args[1], int) and args[1] >= 0)),
        "a queue is made of other things",
    )
    return target((), args[1] if len(args) == 2 else None)


def plain_container(target: Any, args: tuple[Any, ...]) -> Any:
    """`set([...])`, `bytes()`, `bytearray(b"...")` and their kind, as old protocols write them."""
    from genesis_flow.adapters.flavors.secure.keys import require_key

    if target in (set, frozenset):
        require(len(args) <= 1 and all(is_of(each, list, tuple) for each in args), "a set is made of other things")
        return target(map(require_key, args[0])) if args else target()
    if target is bytes:
        require(not args, "bytes are made of something")
        return b""
    require(target is bytearray and len(args) <= 2, "a container is made of other things")
    if len(args) == 2:
        require(is_of(args[0], str) and args[1] in ("latin-1", "latin1"), "bytes are made of other things")
        return bytearray(args[0].encode("latin-1"))
    require(all(is_of(each, bytes) for each in args), "bytes are made of other things")
    return bytearray(*args)


def slice_of(target: Any, args: tuple[Any, ...]) -> Any:
    """A slice between plain values."""
    require(len(args) == 3 and all(is_of(each, int, str, float, type(None)) for each in args), "a slice is odd")
    return slice(*args)


def complex_of(target: Any, args: tuple[Any, ...]) -> Any:
    """A complex number of two parts."""
    require(len(args) == 2 and all(is_of(each, float, int) for each in args), "a complex number is odd")
    return complex(*args)


def date(target: Any, args: tuple[Any, ...]) -> Any:
    """Dates and times: their packed bytes, and perhaps a time zone."""
    require(
        1 <= len(args) <= 2
        and is_of(args[0], bytes, str)
        and (len(args) == 1 or (target is not datetime.date and isinstance(args[1], datetime.tzinfo))),
        "a date is odd",
    )
    packed = args[0].encode("latin-1") if is_of(args[0], str) else args[0]
    size = {datetime.date: 4, datetime.datetime: 10, datetime.time: 6}[target]
    require(len(packed) == size, "a date is odd")
    # Made of its parts, because made of its bytes it could have a 13th month.
    zone = {"tzinfo": args[1]} if len(args) == 2 else {}
    return target(*_parts_of_date(packed, target), **zone, **_fold(packed, target))


def _parts_of_date(packed: bytes, target: Any) -> list[int]:
    day = [] if target is datetime.time else [packed[0] * 256 + packed[1], packed[2] & 0x7F, packed[3]]
    time = packed[4:] if target is datetime.datetime else packed
    if target is datetime.date:
        return day
    hour = time[0] & 0x7F if target is datetime.time else time[0]
    return [*day, hour, time[1], time[2], int.from_bytes(time[3:6])]


def _fold(packed: bytes, target: Any) -> dict[str, int]:
    if target is datetime.date:
        return {}
    return {"fold": packed[0 if target is datetime.time else 2] >> 7}


def time_delta(target: Any, args: tuple[Any, ...]) -> Any:
    """Days, seconds and microseconds."""
    require(len(args) <= 3 and all(is_of(each, int) for each in args), "a duration is odd")
    return target(*args)


def time_zone(target: Any, args: tuple[Any, ...]) -> Any:
    """A fixed offset, perhaps with a name."""
    require(
        1 <= len(args) <= 2 and is_of(args[0], datetime.timedelta) and all(is_of(each, str) for each in args[1:]),
        "a time zone is odd",
    )
    return target(*args)


def maker_of_zones(target: Any, args: tuple[Any, ...]) -> Any:
    """`getattr(ZoneInfo, "_unpickle")`: how a time zone is written, and the only use of `getattr`."""
    import zoneinfo

    require(len(args) == 2 and args[0] is zoneinfo.ZoneInfo and args[1] == "_unpickle", "getattr is called")
    return ZONE


def zone(target: Any, args: tuple[Any, ...]) -> Any:
    """`ZoneInfo._unpickle(name, whether it may be shared)`; a name is not a path out of the database."""
    import zoneinfo

    require(len(args) == 2 and is_of(args[0], str) and is_of(args[1], bool, int), "a time zone is odd")
    require(_ZONE_NAME.fullmatch(args[0]) is not None, "the name of a time zone is odd")
    return zoneinfo.ZoneInfo(args[0])


def decimal(target: Any, args: tuple[Any, ...]) -> Any:
    """A decimal number as text."""
    require(len(args) == 1 and is_of(args[0], str) and len(args[0]) <= 100_000, "a decimal number is odd")
    return target(args[0])


def fraction(target: Any, args: tuple[Any, ...]) -> Any:
    """A numerator and a denominator."""
    require(
        len(args) in (1, 2)
        and (
            all(is_of(each, int) for each in args)
            or (len(args) == 1 and is_of(args[0], str) and _FRACTION.fullmatch(args[0]) is not None)
        ),
        "a fraction is odd",
    )
    return target(*args)


def set_uuid(made: Any, state: Any) -> None:
    """The number of a UUID."""
    require(is_of(state, dict) and set(state) <= {"int", "is_safe"}, "a UUID is odd")
    number = state.get("int")
    require(is_of(number, int) and 0 <= number < 1 << 128, "a UUID is odd")
    made.__setstate__({"int": number})


def range_of(target: Any, args: tuple[Any, ...]) -> Any:
    """A range."""
    require(1 <= len(args) <= 3 and all(is_of(each, int) for each in args), "a range is odd")
    return range(*args)


def simple_namespace(target: Any, args: tuple[Any, ...]) -> Any:
    """An empty namespace."""
    require(not args, "a namespace is made of something")
    return target()


def set_metadata(made: Any, state: Any) -> None:
    """The only attribute that containers have is the `_metadata` of a PyTorch state dictionary."""
    require(is_of(state, dict) and set(state) <= {"_metadata"}, f"{type(made).__name__} has attributes of its own")
    require(all(is_of(each, dict, collections.OrderedDict) for each in state.values()), "metadata is odd")
    made.__dict__.update(state)


def set_namespace(made: Any, state: Any) -> None:
    """Any attributes that are not special to Python."""
    require(is_of(state, dict) and all(is_of(k, str) and k[:2] != "__" for k in state), "a namespace is odd")
    made.__dict__.update(state)
