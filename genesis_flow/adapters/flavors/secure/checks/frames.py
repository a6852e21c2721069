"""
pandas, and the arrays of pyarrow inside its frames.

pandas' compiled code follows codes and positions without looking, so they are looked at here.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.checks.arguments import is_of, require
from genesis_flow.adapters.flavors.secure.state import require_attributes, set_attributes

_ATOMS: Final = (bool, int, float, str, type(None), datetime.time, datetime.timedelta)
_INDEX_KEYS: Final = frozenset(
    {"data", "name", "names", "dtype", "start", "stop", "step", "levels", "codes", "sortorder", "freq", "tz", "closed",
     "left", "right"}
)  # fmt: skip
_FRAME_KEYS: Final = frozenset({"_mgr", "_typ", "_metadata", "attrs", "_flags", "_name", "name"})


def _is_index(value: Any) -> bool:
    import pandas

    return isinstance(value, pandas.Index)


def _is_values(value: Any) -> bool:
    import numpy
    from pandas.api.extensions import ExtensionArray

    return is_of(value, numpy.ndarray) or isinstance(value, ExtensionArray)


def index(target: Any, args: tuple[Any, ...]) -> Any:
    """`_new_Index(class, attributes)` and its kind."""
    import pandas

    require(len(args) == 2 and isinstance(args[0], type) and issubclass(args[0], pandas.Index), "an index is odd")
    kind, attributes = args
    require(
        kind.__module__.partition(".")[0] == "pandas" and is_of(attributes, dict) and set(attributes) <= _INDEX_KEYS,
        "an index is odd",
    )
    data = attributes.get("data")
    require(data is None or _is_values(data) or _is_index(data), "an index is odd")
    for name in ("levels", "codes"):
        parts = attributes.get(name, [])
        require(is_of(parts, list, tuple) and all(_is_values(p) or _is_index(p) for p in parts), "an index is odd")
    made = target(kind, dict(attributes))
    if isinstance(made, pandas.MultiIndex):
        _require_codes(made)
    return made


def _require_codes(made: Any) -> None:
    lengths = {len(codes) for codes in made.codes}
    require(len(lengths) <= 1 and len(made.codes) == len(made.levels), "an index is odd")
    for level, codes in zip(made.levels, made.codes, strict=True):
        require(not len(codes) or (codes.min() >= -1 and codes.max() < len(level)), "an index leads out of its levels")


def set_frame(made: Any, state: Any) -> None:
    """The state of a frame or a series: its manager, and its names."""
    from pandas.core.internals import managers

    require(is_of(state, dict) and set(state) <= _FRAME_KEYS, "a frame is odd")
    kinds = [getattr(managers, name) for name in ("BlockManager", "SingleBlockManager")]
    metadata, flags = state.get("_metadata", []), state.get("_flags", {})
    require(
        is_of(state.get("_mgr"), *kinds)
        and is_of(metadata, list) and all(each in ("_name", "name") for each in metadata)
        and is_of(flags, dict) and set(flags) <= {"allows_duplicate_labels"}
        and is_of(state.get("attrs", {}), dict) and state.get("_typ") in ("dataframe", "series"),
        "a frame is odd",
    )  # fmt: skip
    for axis in state["_mgr"].axes:
        special = any(is_of(label, str) and label.startswith("__array") for label in _labels(axis))
        require(not special, "a label of a frame would tell numpy where in memory to read")
    made.__setstate__(state)


def _labels(axis: Any) -> Any:
    """The labels that are texts: a series gives the value at a label as an attribute of that name."""
    return () if axis.dtype.kind in "iufbMm" or axis.nlevels > 1 else axis.tolist()


def finish_frame(made: Any) -> None:
    """The blocks of a frame cover its columns, those of a series its rows."""
    manager = made._mgr
    if made.ndim == 2:
        manager._verify_integrity()
    else:
        require(len(manager.axes) == len(manager.blocks) == 1, "a series is odd")
        require(len(manager.blocks[0].values) == len(manager.axes[0]), "a series is odd")


def block(target: Any, args: tuple[Any, ...]) -> Any:
    """`_unpickle_block(values, places, dimensions)`."""
    import numpy

    require(
        len(args) == 3 and _is_values(args[0]) and is_of(args[1], slice, numpy.ndarray) and is_of(args[2], int),
        "a block is odd",
    )
    return target(*args)


def manager(target: Any, args: tuple[Any, ...]) -> Any:
    """`BlockManager(blocks, axes)`."""
    from pandas.core.internals.blocks import Block

    if not args:
        return target.__new__(target)
    require(
        len(args) == 2 and is_of(args[0], tuple) and all(isinstance(each, Block) for each in args[0])
        and is_of(args[1], list) and all(map(_is_index, args[1])),
        "a manager of blocks is odd",
    )  # fmt: skip
    return target(*args)


def set_manager(made: Any, state: Any) -> None:
    """`(axes, values, items, {"0.14.1": {"axes", "blocks"}})`."""
    import numpy

    newest: Any = state[3].get("0.14.1") if is_of(state, tuple) and len(state) == 4 and is_of(state[3], dict) else None
    require(is_of(newest, dict) and set(newest or {}) == {"axes", "blocks"}, "a manager of blocks is odd")
    axes, blocks = newest["axes"], newest["blocks"]
    require(
        is_of(axes, list) and all(map(_is_index, axes)) and is_of(blocks, list)
        and all(
            is_of(each, dict) and set(each) == {"values", "mgr_locs"} and _is_values(each["values"])
            and is_of(each["mgr_locs"], slice, numpy.ndarray)
            for each in blocks
        ),
        "a manager of blocks is odd",
    )  # fmt: skip
    made.__setstate__(state)


def backed(target: Any, args: tuple[Any, ...]) -> Any:
    """`__pyx_unpickle_NDArrayBacked(class, checksum, None)` and its kind."""
    from pandas.api.extensions import ExtensionArray

    require(
        len(args) == 3 and isinstance(args[0], type) and issubclass(args[0], ExtensionArray)
        and args[0].__module__.partition(".")[0] == "pandas" and is_of(args[1], int) and args[2] is None,
        "an array of pandas is odd",
    )  # fmt: skip
    return target(*args)


def set_backed(made: Any, state: Any) -> None:
    """A type, an array and attributes, in either order."""
    import numpy
    from pandas.api.extensions import ExtensionDtype

    require(is_of(state, tuple) and 2 <= len(state) <= 3, "an array of pandas is odd")
    kinds = [each for each in state if isinstance(each, ExtensionDtype | numpy.dtype)]
    content = [each for each in state if is_of(each, numpy.ndarray)]
    more = [each for each in state if is_of(each, dict)]
    require(len(kinds) == len(content) == 1 and len(more) == len(state) - 2, "an array of pandas is odd")
    for attributes in more:
        require_attributes(type(made), attributes)
    sized = type(made).__name__ not in ("Categorical", "StringArray", "NumpyExtensionArray")
    require(not sized or content[0].itemsize == 8, "an array of times is odd")
    made.__setstate__(state)


def finish_categorical(made: Any) -> None:
    """The codes of a categorical stay within its categories."""
    if type(made).__name__ == "Categorical":
        codes = made.codes
        require(codes.dtype.kind == "i", "a categorical is odd")
        require(not len(codes) or (codes.min() >= -1 and codes.max() < len(made.categories)), "a categorical is odd")


def set_interval_array(made: Any, state: Any) -> None:
    """`({"_left", "_right", "_dtype"},)`."""
    parts: Any = state[0] if is_of(state, tuple) and len(state) == 1 else None
    require(is_of(parts, dict) and set(parts or {}) <= {"_left", "_right", "_dtype", "_readonly"}, "an interval is odd")
    sides: list[Any] = [parts.get("_left"), parts.get("_right")]
    fits = all(_is_values(side) or _is_index(side) for side in sides) and len(sides[0]) == len(sides[1])
    require(fits, "an interval is odd")
    set_attributes(made, parts)


def finish_masked(made: Any) -> None:
    """The mask of an array is as long as the array."""
    import numpy

    data, mask = made.__dict__.get("_data"), made.__dict__.get("_mask")
    require(
        is_of(data, numpy.ndarray) and is_of(mask, numpy.ndarray) and mask.dtype == bool and data.shape == mask.shape
        and data.dtype.kind in "biuf",
        "a masked array is odd",
    )  # fmt: skip


def set_dtype(made: Any, state: Any) -> None:
    """The attributes of a type of pandas."""
    kind = type(made)
    require_attributes_of_dtype(state)
    if hasattr(kind, "__setstate__"):
        kind.__setstate__(made, state)
    else:
        set_attributes(made, state)


def require_attributes_of_dtype(state: Any) -> None:
    """Refuse what no type of pandas has."""
    allowed = {
        "categories", "ordered", "unit", "tz", "subtype", "closed", "_dtype", "_fill_value", "storage", "_storage",
        "_na_value", "pyarrow_dtype", "numpy_dtype", "type", "itemsize", "kind", "name", "_cache", "_cache_dtypes",
        "na_value", "_is_numeric", "_is_boolean", "_freq", "str",
    }  # fmt: skip
    require(is_of(state, dict) and set(state) <= allowed, "a type of pandas is odd")


def string_dtype(target: Any, args: tuple[Any, ...]) -> Any:
    """`StringDtype(storage, missing value)`."""
    missing = args[1:]
    require(
        len(args) <= 2 and all(each in ("python", "pyarrow", "pyarrow_numpy", None) for each in args[:1])
        and all(is_of(each, float) or type(each).__name__ == "NAType" for each in missing),
        "a type of texts is odd",
    )  # fmt: skip
    return target(*args)


def of_name(target: Any, args: tuple[Any, ...]) -> Any:
    """A type made of its name, such as `PeriodDtype("period[D]")`."""
    require(len(args) == 1 and is_of(args[0], str) and len(args[0]) <= 100, "a type is odd")
    return target(*args)


def offset(target: Any, args: tuple[Any, ...]) -> Any:
    """A frequency: numbers, times and texts."""
    flat = [part for each in args for part in (each if is_of(each, tuple) else (each,))]
    require(len(args) <= 8 and all(is_of(each, *_ATOMS) for each in flat), "a frequency is odd")
    return target(*args)


def timestamp(target: Any, args: tuple[Any, ...]) -> Any:
    """`_unpickle_timestamp(value, None, time zone, resolution)`."""
    require(
        2 <= len(args) <= 4 and is_of(args[0], int) and args[1] is None
        and (len(args) < 3 or args[2] is None or isinstance(args[2], datetime.tzinfo))
        and all(is_of(each, int) for each in args[3:]),
        "a timestamp is odd",
    )  # fmt: skip
    return target(*args)


def timedelta(target: Any, args: tuple[Any, ...]) -> Any:
    """`_timedelta_unpickle(value, resolution)`."""
    require(len(args) == 2 and all(is_of(each, int) for each in args), "a duration is odd")
    return target(*args)


def not_a_time(target: Any, args: tuple[Any, ...]) -> Any:
    """`_nat_unpickle(None)`."""
    require(all(each is None for each in args), "a missing time is odd")
    return target(*args)


def period(target: Any, args: tuple[Any, ...]) -> Any:
    """`Period(None, frequency, number)`."""
    from pandas.tseries.offsets import BaseOffset

    require(
        len(args) == 3 and args[0] is None and (is_of(args[1], str) or isinstance(args[1], BaseOffset))
        and is_of(args[2], int),
        "a period is odd",
    )  # fmt: skip
    return target(*args)


def interval(target: Any, args: tuple[Any, ...]) -> Any:
    """`Interval(left, right, closed)`, between plain values."""
    import numpy
    import pandas

    kinds = (int, float, pandas.Timestamp, pandas.Timedelta)
    sides = all(is_of(each, *kinds) or isinstance(each, numpy.number) for each in args[:2])
    require(len(args) == 3 and sides and args[2] in ("left", "right", "both", "neither"), "an interval is odd")
    return target(*args)


def sparse_index(target: Any, args: tuple[Any, ...]) -> Any:
    """`IntIndex(length, places)` and `BlockIndex(length, places, lengths)`, which look at their numbers."""
    import numpy

    fits = len(args) in (2, 3) and is_of(args[0], int) and all(is_of(each, numpy.ndarray) for each in args[1:])
    require(fits, "the places of a sparse array are odd")
    return target(*args)


def set_sparse_array(made: Any, state: Any) -> None:
    """The values, places and type of a sparse array."""
    import numpy

    require_attributes(type(made), state)
    require(
        set(state) <= {"_sparse_index", "_sparse_values", "_dtype", "_readonly", "_cache"}
        and is_of(state.get("_sparse_values"), numpy.ndarray)
        and type(state.get("_sparse_index")).__name__ in ("IntIndex", "BlockIndex"),
        "a sparse array is odd",
    )
    made.__setstate__(state)


def finish_sparse(made: Any) -> None:
    """A sparse array has a value for each place."""
    require(len(made.sp_values) == made.sp_index.npoints, "a sparse array is odd")


def arrow_buffer(target: Any, args: tuple[Any, ...]) -> Any:
    """`py_buffer(bytes)`."""
    require(len(args) == 1 and is_of(args[0], bytes, bytearray), "a buffer is odd")
    return target(bytes(args[0]))


def arrow_array(target: Any, args: tuple[Any, ...]) -> Any:
    """`_restore_array((type, length, nulls, offset, buffers, children, dictionary))`, checked in full by pyarrow."""
    require(len(args) == 1, "an array of pyarrow is odd")
    _require_arrow(args[0], 0)
    made = target(*args)
    made.validate(full=True)
    return made


def _require_arrow(parts: Any, depth: int) -> None:
    import pyarrow

    require(is_of(parts, tuple) and len(parts) == 7 and depth < 16, "an array of pyarrow is odd")
    kind, length, nulls, start, buffers, children, dictionary = parts
    require(
        isinstance(kind, pyarrow.DataType)
        and all(is_of(each, int) and -1 <= each < 1 << 48 for each in (length, nulls, start))
        and is_of(buffers, list) and all(each is None or is_of(each, pyarrow.Buffer) for each in buffers)
        and is_of(children, list) and (dictionary is None or isinstance(dictionary, pyarrow.Array)),
        "an array of pyarrow is odd",
    )  # fmt: skip
    for child in children:
        _require_arrow(child, depth + 1)


def arrow_chunks(target: Any, args: tuple[Any, ...]) -> Any:
    """`chunked_array(arrays, type)`."""
    import pyarrow

    require(
        len(args) == 2 and is_of(args[0], list) and all(isinstance(each, pyarrow.Array) for each in args[0])
        and isinstance(args[1], pyarrow.DataType),
        "an array of pyarrow is odd",
    )  # fmt: skip
    return target(*args)


def arrow_timestamp(target: Any, args: tuple[Any, ...]) -> Any:
    """`timestamp(unit, time zone)`."""
    require(len(args) <= 2 and all(is_of(each, str, type(None)) for each in args), "a type of pyarrow is odd")
    return target(*args)


def finish_arrow(made: Any) -> None:
    """An array of pandas over pyarrow holds nothing else."""
    import pyarrow

    require(isinstance(made.__dict__.get("_pa_array"), pyarrow.ChunkedArray | pyarrow.Array), "an array is odd")


def set_arrow(made: Any, state: Any) -> None:
    """The chunks and the type of an array over pyarrow."""
    require_attributes(type(made), state)
    require(set(state) <= {"_pa_array", "_data", "_dtype", "_cache", "_readonly"}, "an array is odd")
    made.__setstate__(state)
