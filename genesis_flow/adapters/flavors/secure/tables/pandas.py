"""pandas' names, under the homes of pandas 2 and 3, and pyarrow's arrays."""

from __future__ import annotations

from typing import Final

from genesis_flow.adapters.flavors.secure.checks import frames
from genesis_flow.adapters.flavors.secure.entries import Table, calls, classes, values
from genesis_flow.adapters.flavors.secure.state import set_attributes

_P: Final = "pandas"
_T: Final = "pandas._libs.tslibs"
_OFFSETS: Final = (
    "BusinessDay BusinessHour BusinessMonthBegin BusinessMonthEnd BQuarterBegin BQuarterEnd BYearBegin BYearEnd Day "
    "Easter FY5253 FY5253Quarter HalfYearBegin HalfYearEnd BHalfYearBegin BHalfYearEnd Hour LastWeekOfMonth Micro "
    "Milli Minute MonthBegin MonthEnd Nano QuarterBegin QuarterEnd Second SemiMonthBegin SemiMonthEnd Tick Week "
    "WeekOfMonth YearBegin YearEnd"
)
_NUMBER_TYPES: Final = "Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float32 Float64 Boolean"
_NUMBER_DTYPES: Final = " ".join(f"{name}Dtype" for name in _NUMBER_TYPES.split())
_INDEXES: Final = "Index RangeIndex MultiIndex CategoricalIndex DatetimeIndex TimedeltaIndex PeriodIndex IntervalIndex"

_BASE: Final[Table] = {
    **classes(_P, {_P: "DataFrame Series"}, state=frames.set_frame, finish=frames.finish_frame),
    **values(_P, {_P: f"{_INDEXES} NA NaT", f"{_P}._libs.missing": "NA"}),
    **calls(_P, {f"{_P}.core.indexes.base": "_new_Index"}, frames.index),
    **calls(_P, {f"{_P}.core.indexes.datetimes": "_new_DatetimeIndex"}, frames.index),
    **calls(_P, {f"{_P}.core.indexes.timedeltas": "_new_TimedeltaIndex"}, frames.index),
    **calls(_P, {f"{_P}.core.indexes.interval": "_new_IntervalIndex"}, frames.index),
    **calls(_P, {f"{_P}.core.indexes.period": "_new_PeriodIndex"}, frames.index),
    **calls(_P, {f"{_P}._libs.internals": "_unpickle_block"}, frames.block),
    **calls(_P, {f"{_P}.core.internals.managers": "BlockManager"}, frames.manager),
    **classes(_P, {f"{_P}.core.internals.managers": "SingleBlockManager"}, call=frames.manager,
              state=frames.set_manager),
    **calls(_P, {f"{_P}._libs.arrays": "__pyx_unpickle_NDArrayBacked"}, frames.backed, state=frames.set_backed,
            finish=frames.finish_categorical),
    **calls(_P, {f"{_P}._libs.interval": "__pyx_unpickle_IntervalMixin"}, frames.backed,
            state=frames.set_interval_array),
    **values(_P, {
        f"{_P}.arrays": "DatetimeArray TimedeltaArray PeriodArray IntervalArray StringArray NumpyExtensionArray",
        _P: "Categorical",
    }),
    **classes(_P, {f"{_P}.arrays": "IntegerArray FloatingArray BooleanArray"}, state=set_attributes,
              finish=frames.finish_masked),
    **classes(_P, {f"{_P}.arrays": "ArrowStringArray ArrowExtensionArray"}, state=frames.set_arrow,
              finish=frames.finish_arrow),
    **classes(_P, {f"{_P}.arrays": "SparseArray"}, state=frames.set_sparse_array, finish=frames.finish_sparse),
    **calls(_P, {f"{_P}._libs.sparse": "IntIndex BlockIndex"}, frames.sparse_index),
    **classes(_P, {_P: f"CategoricalDtype DatetimeTZDtype IntervalDtype SparseDtype ArrowDtype {_NUMBER_DTYPES}"},
              state=frames.set_dtype),
    **calls(_P, {_P: "StringDtype"}, frames.string_dtype, new=True, state=frames.set_dtype),
    **calls(_P, {_P: "PeriodDtype"}, frames.of_name),
    **calls(_P, {f"{_T}.offsets": _OFFSETS}, frames.offset),
    **calls(_P, {f"{_T}.timestamps": "_unpickle_timestamp"}, frames.timestamp),
    **calls(_P, {f"{_T}.timedeltas": "_timedelta_unpickle"}, frames.timedelta),
    **calls(_P, {f"{_T}.nattype": "_nat_unpickle"}, frames.not_a_time),
    **calls(_P, {_P: "Period"}, frames.period),
    **calls(_P, {_P: "Interval"}, frames.interval),
    **calls("pyarrow", {"pyarrow.lib": "py_buffer"}, frames.arrow_buffer),
    **calls("pyarrow", {"pyarrow.lib": "_restore_array"}, frames.arrow_array),
    **calls("pyarrow", {"pyarrow.lib": "chunked_array"}, frames.arrow_chunks),
    **calls("pyarrow", {"pyarrow.lib": "type_for_alias"}, frames.of_name),
    **calls("pyarrow", {"pyarrow.lib": "timestamp"}, frames.arrow_timestamp),
}  # fmt: skip

#: Where classes lived before pandas 3 moved their names to the front.
TABLE: Final[Table] = _BASE | {
    (home, name): _BASE[now, name]
    for home, now, names in (
        (f"{_P}.core.frame", _P, "DataFrame"),
        (f"{_P}.core.series", _P, "Series"),
        (f"{_P}.core.indexes.base", _P, "Index"),
        (f"{_P}.core.indexes.range", _P, "RangeIndex"),
        (f"{_P}.core.indexes.multi", _P, "MultiIndex"),
        (f"{_P}.core.indexes.category", _P, "CategoricalIndex"),
        (f"{_P}.core.indexes.datetimes", _P, "DatetimeIndex"),
        (f"{_P}.core.indexes.timedeltas", _P, "TimedeltaIndex"),
        (f"{_P}.core.indexes.period", _P, "PeriodIndex"),
        (f"{_P}.core.indexes.interval", _P, "IntervalIndex"),
        (f"{_P}.core.arrays.categorical", _P, "Categorical"),
        (f"{_P}.core.arrays.datetimes", f"{_P}.arrays", "DatetimeArray"),
        (f"{_P}.core.arrays.timedeltas", f"{_P}.arrays", "TimedeltaArray"),
        (f"{_P}.core.arrays.period", f"{_P}.arrays", "PeriodArray"),
        (f"{_P}.core.arrays.interval", f"{_P}.arrays", "IntervalArray"),
        (f"{_P}.core.arrays.integer", f"{_P}.arrays", "IntegerArray"),
        (f"{_P}.core.arrays.floating", f"{_P}.arrays", "FloatingArray"),
        (f"{_P}.core.arrays.boolean", f"{_P}.arrays", "BooleanArray"),
        (f"{_P}.core.arrays.string_", f"{_P}.arrays", "StringArray"),
        (f"{_P}.core.arrays.string_arrow", f"{_P}.arrays", "ArrowStringArray"),
        (f"{_P}.core.arrays.numpy_", f"{_P}.arrays", "NumpyExtensionArray"),
        (f"{_P}.core.arrays.sparse.array", f"{_P}.arrays", "SparseArray"),
        (f"{_P}.core.arrays.integer", _P, " ".join(n for n in _NUMBER_DTYPES.split() if "nt" in n)),
        (f"{_P}.core.arrays.floating", _P, "Float32Dtype Float64Dtype"),
        (f"{_P}.core.arrays.boolean", _P, "BooleanDtype"),
        (f"{_P}.core.arrays.string_", _P, "StringDtype"),
        (f"{_P}.core.dtypes.dtypes", _P, "CategoricalDtype DatetimeTZDtype IntervalDtype"),
        (f"{_P}.core.dtypes.dtypes", _P, "SparseDtype ArrowDtype PeriodDtype"),
        (f"{_T}.period", _P, "Period"),
        (f"{_P}._libs.interval", _P, "Interval"),
    )
    for name in names.split()
}
