"""Names that come with Python, and numpy's."""

from __future__ import annotations

from typing import Final

from genesis_flow.adapters.flavors.secure.checks import arrays, plain
from genesis_flow.adapters.flavors.secure.entries import Entry, Table, aliased, calls, classes, values

_PYTHON: Final[Table] = {
    **values("", {"builtins": "object int float bool str list tuple dict Ellipsis NotImplemented"}),
    **calls("", {"builtins": "set frozenset bytes bytearray"}, plain.plain_container),
    **calls("", {"builtins": "slice"}, plain.slice_of),
    **calls("", {"builtins": "complex"}, plain.complex_of),
    **calls("", {"builtins": "range"}, plain.range_of),
    **calls("", {"_codecs": "encode"}, plain.encoded),
    **calls("", {"copyreg": "_reconstructor"}, plain.new_object),
    **calls("", {"copyreg": "__newobj__"}, plain.new_object_of),
    **calls("", {"collections": "OrderedDict"}, plain.ordered, new=True, items=True, state=plain.set_metadata),
    **calls("", {"collections": "Counter"}, plain.ordered, new=True, items=True, state=plain.set_metadata),
    **calls("", {"collections": "defaultdict"}, plain.default_dict, items=True),
    **calls("", {"collections": "deque"}, plain.deque, items=True),
    **calls("", {"datetime": "date datetime time"}, plain.date),
    **calls("", {"datetime": "timedelta"}, plain.time_delta),
    **calls("", {"datetime": "timezone"}, plain.time_zone),
    **values("", {"zoneinfo": "ZoneInfo"}),
    **calls("", {"builtins": "getattr"}, plain.maker_of_zones),
    **calls("", {"decimal": "Decimal"}, plain.decimal),
    **calls("", {"fractions": "Fraction"}, plain.fraction),
    **classes("", {"uuid": "UUID"}, state=plain.set_uuid),
    **classes("", {"types": "SimpleNamespace"}, call=plain.simple_namespace, state=plain.set_namespace),
}

_CORE: Final = "numpy._core"
_SCALARS: Final = (
    "generic number integer floating bool_ bool int8 int16 int32 int64 intp uint8 uint16 uint32 uint64 uintp float16 "
    "float32 float64 longdouble complex64 complex128 clongdouble str_ bytes_ object_ void datetime64 timedelta64 "
    "short intc int_ long longlong ushort uintc uint ulong ulonglong half single double"
)
_UFUNCS: Final = (
    "absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_not bitwise_or bitwise_xor "
    "cbrt ceil conj conjugate copysign cos cosh deg2rad degrees divide divmod equal exp exp2 expm1 fabs float_power "
    "floor floor_divide fmax fmin fmod frexp gcd greater greater_equal heaviside hypot invert isfinite isinf isnan "
    "isnat lcm ldexp left_shift less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not "
    "logical_or logical_xor maximum minimum mod modf multiply negative nextafter not_equal positive power rad2deg "
    "radians reciprocal remainder right_shift rint sign signbit sin sinh spacing sqrt square subtract tan tanh "
    "true_divide trunc"
)
_FUNCTIONS: Final = (
    "abs all amax amin any argmax argmin argsort around array asarray average ceil clip concatenate cumprod cumsum "
    "diff dot expand_dims fix flatnonzero flip hstack isclose max mean median min nan_to_num nanmax nanmean nanmedian "
    "nanmin nanprod nanstd nansum nanvar ones_like percentile prod ptp quantile ravel real reshape round sort "
    "squeeze stack std sum take transpose unique var vstack where zeros_like"
)

_NUMPY: Final[Table] = {
    **values("numpy", {"numpy": f"ndarray matrix {_SCALARS} {_UFUNCS} {_FUNCTIONS}"}),
    **values("numpy", {"numpy": "record", "numpy.rec": "recarray"}),
    **values("numpy", {"numpy.ma": "MaskedArray", "numpy.ma.core": "MaskedArray"}),
    **calls("numpy", {f"{_CORE}._internal": "_convert_to_stringdtype_kwargs"}, arrays.text_dtype),
    **calls("numpy", {"numpy": "dtype"}, arrays.dtype, state=arrays.set_dtype),
    **calls("numpy", {f"{_CORE}.multiarray": "_reconstruct"}, arrays.empty_array, state=arrays.set_array),
    **calls("numpy", {f"{_CORE}.multiarray": "scalar"}, arrays.scalar),
    **calls("numpy", {f"{_CORE}.numeric": "_frombuffer"}, arrays.array_of_buffer),
    **calls("numpy", {"numpy.ma.core": "_mareconstruct"}, arrays.empty_masked_array, state=arrays.set_masked_array),
    **calls("numpy", {"numpy.random._pickle": "__bit_generator_ctor"}, arrays.bit_generator,
            state=arrays.set_bit_generator),
    **calls("numpy", {"numpy.random._pickle": "__generator_ctor __randomstate_ctor"}, arrays.generator,
            state=arrays.set_generator),
    **calls("numpy", {"numpy.random.bit_generator": "__pyx_unpickle_SeedSequence"}, arrays.seed_sequence,
            state=arrays.set_seed_sequence),
    **values("numpy", {
        "numpy.random._mt19937": "MT19937",
        "numpy.random._pcg64": "PCG64 PCG64DXSM",
        "numpy.random._philox": "Philox",
        "numpy.random._sfc64": "SFC64",
        "numpy.random.bit_generator": "SeedSequence",
        "numpy.random": "RandomState Generator",
        "numpy.random.mtrand": "RandomState",
        "numpy.random._generator": "Generator",
    }),
}  # fmt: skip

#: cloudpickle and skops name functions by where they live.
_NUMPY_HOMES: Final[Table] = {
    (f"{_CORE}._multiarray_umath", name): Entry("numpy", name, "numpy") for name in _UFUNCS.split()
} | {
    (f"{_CORE}.{module}", name): Entry("numpy", name, "numpy")
    for module in ("fromnumeric", "multiarray", "numeric", "umath", "function_base")
    for name in _FUNCTIONS.split()
}  # fmt: skip

#: Names of Python 2, as protocols 0 to 2 write them.
_OLD_PYTHON: Final[Table] = {
    ("__builtin__", "long"): _PYTHON["builtins", "int"],
    ("__builtin__", "xrange"): _PYTHON["builtins", "range"],
    ("__builtin__", "unicode"): _PYTHON["builtins", "str"],
}

#: What `getattr` gives in the only use of it that is allowed.
ZONES: Final = Entry("zoneinfo", "ZoneInfo._unpickle", call=plain.zone)

TABLE: Final[Table] = {**_PYTHON, **_OLD_PYTHON, **_NUMPY_HOMES, **_NUMPY} | aliased(
    {**_PYTHON, **_NUMPY_HOMES, **_NUMPY},
    [
        ("__builtin__", "builtins"),
        ("copy_reg", "copyreg"),
        ("numpy.core.records", "numpy.rec"),
        ("numpy.core.multiarray", f"{_CORE}.multiarray"),
        ("numpy.core.numeric", f"{_CORE}.numeric"),
        ("numpy.core.fromnumeric", f"{_CORE}.fromnumeric"),
        ("numpy.core.umath", f"{_CORE}.umath"),
        ("numpy.core._multiarray_umath", f"{_CORE}._multiarray_umath"),
    ],
)
