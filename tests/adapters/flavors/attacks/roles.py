"""Listed names, used for what they are not listed for."""

from __future__ import annotations

from collections.abc import Iterator

from tests.adapters.flavors.assembling import (
    EMPTY,
    FUNCTION,
    LOGISTIC,
    NDARRAY,
    PROTO_4,
    RECONSTRUCT,
    SCALER,
    TRANSFORMER,
    called,
    created,
    dict_of,
    named,
    plain,
    put,
    settled,
    text,
    tuple_of,
    whole,
)  # fmt: skip
from tests.adapters.flavors.attacks import CANARY, Attack

DTYPE = named("numpy", "dtype")
SCALAR = named("numpy._core.multiarray", "scalar")
FROM_BUFFER = named("numpy._core.numeric", "_frombuffer")
BITS = named("numpy.random._pickle", "__bit_generator_ctor")
GENERATOR = named("numpy.random._pickle", "__generator_ctor")
RANDOM_STATE = named("numpy.random._pickle", "__randomstate_ctor")
RECONSTRUCTOR = named("copyreg", "_reconstructor")
OBJECT = named("builtins", "object")
ORDERED = named("collections", "OrderedDict")
DEFAULT = named("collections", "defaultdict")
BUNCH = named("sklearn.utils._bunch", "Bunch")
GETATTR = named("builtins", "getattr")
ZONE = named("zoneinfo", "ZoneInfo")
NEW_OBJECT = named("sklearn.neighbors._kd_tree", "newObj")
PIPELINE = named("sklearn.pipeline", "Pipeline")
INTERFACE = plain({"data": (4096, False), "shape": (1 << 20,), "typestr": "|u1", "version": 3})


def _raw() -> dict[str, bytes]:
    """Name of the trick → body of the pickle."""
    scaler = created(SCALER)
    remembered = scaler + put(1)
    return {
        "a class is called": called(SCALER),
        "a class is called with arguments": called(PIPELINE, plain([])),
        "a class is created with arguments": created(PIPELINE, plain([])),
        "a kept function is called": called(FUNCTION, plain([[1]]), plain([1])),
        "a ufunc is called": called(named("numpy", "log1p"), plain(1.0)),
        "a kept function is created": created(FUNCTION),
        "an instance is called": called(remembered),
        "a fitted transformer is called": called(settled(created(TRANSFORMER), dict_of(func=FUNCTION))),
        "a text is called": called(text("x")),
        "a list is called": called(b"]"),
        "None is called": called(b"N"),
        "arguments that are a list": SCALER + b"]\x81",
        "arguments that are a dictionary": named("numpy", "dtype") + b"}R",
        "arguments that are a text": named("numpy", "dtype") + text("f8") + b"R",
        "getattr of an estimator": called(GETATTR, scaler, text("fit")),
        "getattr of a class": called(GETATTR, SCALER, text("fit")),
        "getattr of ZoneInfo for something else": called(GETATTR, ZONE, text("from_file")),
        "getattr of ZoneInfo for its class": called(GETATTR, ZONE, text("__class__")),
        "ZoneInfo is called": called(ZONE, text("UTC")),
        "a time zone that is a path": called(
            called(GETATTR, ZONE, text("_unpickle")), text("../../etc/passwd"), b"\x88"
        ),
        "an absolute time zone": called(called(GETATTR, ZONE, text("_unpickle")), text("/etc/passwd"), b"\x88"),
        "getattr is kept": settled(created(TRANSFORMER), dict_of(func=GETATTR)),
        "_codecs.encode is kept": settled(created(TRANSFORMER), dict_of(func=named("_codecs", "encode"))),
        "_reconstruct is kept": settled(created(TRANSFORMER), dict_of(func=RECONSTRUCT)),
        "_reconstruct of a memmap": called(RECONSTRUCT, named("numpy", "memmap"), plain((0,)), plain("b")),
        "_reconstruct of an estimator": called(RECONSTRUCT, SCALER, plain((0,)), plain("b")),
        "_reconstruct of a huge array": called(RECONSTRUCT, NDARRAY, plain((1 << 50,)), plain("b")),
        "_reconstruct of objects": called(RECONSTRUCT, NDARRAY, plain((0,)), plain("O")),
        "_reconstruct of a text": called(RECONSTRUCT, text("numpy.ndarray"), plain((0,)), plain("b")),
        "dtype of a class": called(DTYPE, SCALER),
        "dtype of an estimator": called(DTYPE, scaler),
        "dtype of an attribute": called(DTYPE, text("x,y")),
        "dtype of a list": called(DTYPE, plain([("a", "O")])),
        "dtype of a text with commas": called(DTYPE, text("i4,O")),
        "scalar of objects": called(SCALAR, called(DTYPE, text("O8"), b"\x89", b"\x88"), plain(b"x" * 8)),
        "scalar of too few bytes": called(SCALAR, called(DTYPE, text("f8"), b"\x89", b"\x88"), plain(b"x")),
        "scalar of a text": called(SCALAR, text("f8"), plain(b"x" * 8)),
        "_frombuffer of objects": called(
            FROM_BUFFER, plain(b"x" * 8), called(DTYPE, text("O8"), b"\x89", b"\x88"), plain((1,)), plain("C")
        ),
        "_frombuffer of too few bytes": called(
            FROM_BUFFER, plain(b"x"), called(DTYPE, text("f8"), b"\x89", b"\x88"), plain((100,)), plain("C")
        ),
        "_frombuffer of a negative shape": called(
            FROM_BUFFER, plain(b"x" * 8), called(DTYPE, text("f8"), b"\x89", b"\x88"), plain((-1,)), plain("C")
        ),
        "a bit generator by another name": called(BITS, text("Generator")),
        "a bit generator that is a function": called(BITS, text("seed")),
        "a bit generator of another class": called(BITS, SCALER),
        "a generator of a dictionary": called(GENERATOR, plain({})),
        "a random state of a function": called(RANDOM_STATE, FUNCTION),
        "a random state of a text": called(RANDOM_STATE, text("default_rng")),
        "_reconstructor of int": called(RECONSTRUCTOR, named("builtins", "int"), named("builtins", "int"), plain(1)),
        "_reconstructor with a state": called(RECONSTRUCTOR, SCALER, OBJECT, plain(1)),
        "_reconstructor of a function": called(RECONSTRUCTOR, FUNCTION, OBJECT, b"N"),
        "_reconstructor of os.system": called(RECONSTRUCTOR, named("os", "system"), OBJECT, b"N"),
        "_reconstructor of an instance": called(RECONSTRUCTOR, scaler, OBJECT, b"N"),
        "__newobj__ of a function": called(named("copyreg", "__newobj__"), FUNCTION),
        "__newobj__ of os.system": called(named("copyreg", "__newobj__"), named("os", "system"), plain("x")),
        "an ordered dictionary of an estimator": called(ORDERED, scaler),
        "an ordered dictionary of a text": called(ORDERED, text("ab")),
        "a default that is a function": called(DEFAULT, FUNCTION),
        "a default that is getattr": called(DEFAULT, GETATTR),
        "a default that is an estimator's class": called(DEFAULT, SCALER),
        "a default that is an instance": called(DEFAULT, scaler),
        "a queue of an estimator": called(named("collections", "deque"), scaler),
        "a set of an estimator": called(named("builtins", "set"), scaler),
        "a huge bytearray": called(named("builtins", "bytearray"), plain(1 << 40)),
        "a huge bytes": called(named("builtins", "bytes"), plain(1 << 40)),
        "a fraction of 10**9 digits": called(named("fractions", "Fraction"), text("1e999999999")),
        "a decimal number of an estimator": called(named("decimal", "Decimal"), scaler),
        "a 13th month": called(named("datetime", "date"), plain(b"\x07\xe0\x0d\x01")),
        "a date of text": called(named("datetime", "datetime"), text("2020")),
        "a date with a false time zone": called(
            named("datetime", "datetime"), plain(b"\x07\xe0\x01\x01\0\0\0\0\0\0"), scaler
        ),
        "a time zone of an estimator": called(named("datetime", "timezone"), scaler),
        "a UUID with attributes": settled(created(named("uuid", "UUID")), plain({"int": 1, "x": 1})),
        "a UUID of a huge number": settled(created(named("uuid", "UUID")), plain({"int": 1 << 200})),
        "a slice of estimators": called(named("builtins", "slice"), scaler, scaler, scaler),
        "a codec other than latin1": called(named("_codecs", "encode"), text("x"), text("hex")),
        "a loss of a text": called(named("sklearn._loss._loss", "CyHuberLoss"), text("x")),
        "newObj of another class": called(NEW_OBJECT, SCALER),
        "newObj of object": called(NEW_OBJECT, OBJECT),
        "newObj of a distance that calls": called(
            NEW_OBJECT, named("sklearn.metrics._dist_metrics", "PyFuncDistance64")
        ),
        "state of a class": settled(SCALER, dict_of(transform=FUNCTION)),
        "state of a class as slots": settled(SCALER, tuple_of(b"N", dict_of(transform=FUNCTION))),
        "state of a function": settled(FUNCTION, dict_of(__code__=b"N")),
        "state of a ufunc": settled(named("numpy", "log1p"), dict_of(x=b"N")),
        "state of numpy's class": settled(named("numpy", "float64"), dict_of(x=b"N")),
        "state of a list": settled(b"]", b"}"),
        "state of a dictionary": settled(b"}", b"}"),
        "state of a text": settled(text("x"), b"}"),
        "state of None": settled(b"N", b"}"),
        "state of a module's object": settled(ORDERED, b"}"),
        "state set twice": settled(settled(scaler, b"}"), b"}"),
        "state of an array set twice": settled(
            settled(EMPTY, plain((1, (0,), None, False, b""))), plain((1, (0,), None, False, b""))
        ),
        "state that is a list": settled(scaler, plain([1])),
        "state that is a text": settled(scaler, text("x")),
        "state with a number as a key": settled(scaler, plain({1: 2})),
        "state that sets __class__": settled(scaler, dict_of(__class__=LOGISTIC)),
        "state that sets __dict__": settled(scaler, dict_of(__dict__=b"}")),
        "state that sets __reduce__": settled(scaler, dict_of(__reduce__=FUNCTION)),
        "state that sets __array_interface__": settled(scaler, dict_of(__array_interface__=INTERFACE)),
        "state that sets __sklearn_tags__": settled(scaler, dict_of(__sklearn_tags__=FUNCTION)),
        "state that hides predict": settled(created(LOGISTIC), dict_of(predict=FUNCTION)),
        "state that hides get_params": settled(scaler, dict_of(get_params=FUNCTION)),
        "state that hides set_fit_request": settled(scaler, dict_of(set_fit_request=FUNCTION)),
        "state that hides a property": settled(created(PIPELINE), dict_of(classes_=FUNCTION)),
        "state that hides a method in slots": settled(scaler, tuple_of(b"}", dict_of(transform=FUNCTION))),
        "state of a loss that has none": settled(
            called(named("sklearn._loss._loss", "CyHalfSquaredError")), dict_of(x=b"N")
        ),
        "state of a device": settled(called(named("torch", "device"), text("cpu")), dict_of(x=b"N")),
        "state of an ordered dictionary": settled(created(ORDERED), dict_of(x=b"N")),
        "items of an estimator": scaler + b"(" + text("x") + b"Nu",
        "items of a class": SCALER + b"(" + text("x") + b"Nu",
        "items of a function": FUNCTION + b"(" + text("x") + b"Nu",
        "members of an estimator": scaler + b"(Ne",
        "a bunch with __array_interface__": BUNCH + b")\x81(" + text("__array_interface__") + INTERFACE + b"u",
        "a bunch with __array__": BUNCH + b")\x81(" + text("__array__") + FUNCTION + b"u",
        "a bunch of old protocols with __array_interface__": called(
            RECONSTRUCTOR, BUNCH, named("builtins", "dict"), b"}(" + text("__array_interface__") + INTERFACE + b"u"
        ),
        "a bunch with __array_interface__ in an isotonic model": settled(
            created(named("sklearn.isotonic", "IsotonicRegression")),
            dict_of(
                X_thresholds_=BUNCH + b")\x81(" + text("__array_interface__") + INTERFACE + b"u", y_thresholds_=EMPTY
            ),
        ),
        "a namespace with __array_interface__": settled(
            called(named("types", "SimpleNamespace")), dict_of(__array_interface__=INTERFACE)
        ),
        "a series with __array_interface__": _series(),
        "a module is kept": settled(created(TRANSFORMER), dict_of(func=named("numpy", "random"))),
        "a class that is not listed is kept": settled(created(TRANSFORMER), dict_of(func=named("subprocess", "Popen"))),
        "a function that is not listed is kept": settled(created(TRANSFORMER), dict_of(func=named("os", "system"))),
        "numpy.save is kept": settled(created(TRANSFORMER), dict_of(func=named("numpy", "save"))),
        "a tensor of nothing": called(
            named("torch._utils", "_rebuild_tensor_v2"), b"N", plain(0), plain((1,)), plain((1,)), b"\x89", b"}"
        ),
        "a storage class is called": called(named("torch", "FloatStorage"), plain(10)),
        "torch.Tensor is called": called(named("torch", "Tensor"), plain(10)),
        "a parameter of a list": called(named("torch._utils", "_rebuild_parameter"), plain([1]), b"\x88", b"}"),
        "a tensor by another function": called(
            named("torch._tensor", "_rebuild_from_type_v2"), GETATTR, named("torch", "Tensor"), plain((1, "x")), b"}"
        ),
        "a joblib description is kept": created(named("joblib.numpy_pickle", "NumpyArrayWrapper")),
        "an index of another class": called(named("pandas.core.indexes.base", "_new_Index"), SCALER, plain({})),
        "an index with other attributes": called(
            named("pandas.core.indexes.base", "_new_Index"), named("pandas", "Index"), dict_of(data=EMPTY, copy=b"\x88")
        ),
        "an index of an estimator": called(
            named("pandas.core.indexes.base", "_new_Index"), named("pandas", "Index"), dict_of(data=created(SCALER))
        ),
        "a frame without a manager": settled(created(named("pandas", "DataFrame")), dict_of(_mgr=b"N")),
        "a frame with other attributes": settled(created(named("pandas", "DataFrame")), dict_of(to_csv=FUNCTION)),
        "an array of pandas of another class": called(
            named("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"), SCALER, plain(82904607), b"N"
        ),
        "a frequency of an estimator": called(named("pandas._libs.tslibs.offsets", "Day"), scaler),
        "a period of an estimator": called(named("pandas", "Period"), b"N", scaler, plain(1)),
        "a file as the alias of a type": called(named("pyarrow.lib", "type_for_alias"), plain(f"{CANARY}")),
        "a memory map of pyarrow": called(named("pyarrow.lib", "memory_map"), plain(CANARY), plain("w")),
        "a stream of pyarrow": called(named("pyarrow.lib", "OSFile"), plain(CANARY), plain("w")),
    }


def _series() -> bytes:
    import pickle

    import pandas

    label = "__array_interface__"
    interface = {"data": (4096, False), "shape": (1 << 20,), "typestr": "|u1", "version": 3}
    return pickle.dumps(pandas.Series([interface], index=pandas.Index([label], dtype=object)), 2)[2:-1]


def attacks() -> Iterator[Attack]:
    """Each trick as one file."""
    for name, body in _raw().items():
        yield Attack(name, "pickle", whole(body, PROTO_4))
    for name in (
        "os.system",
        "subprocess.Popen",
        "functools.partial",
        "builtins.eval",
        "numpy.memmap",
        "joblib.Memory",
    ):
        module, _, last = name.rpartition(".")
        yield Attack(
            f"{name}, which the caller trusts", "pickle", whole(called(named(module, last), plain("x"))), (name,)
        )
    alias = "tests.adapters.flavors.attacks.vouched.system"
    module, _, last = alias.rpartition(".")
    yield Attack("a trusted name of a function", "pickle", whole(called(named(module, last), plain("x"))), (alias,))
    path = "tests.adapters.flavors.attacks.vouched.Path"
    yield Attack("a trusted name of a class from elsewhere", "pickle", whole(created(named(module, "Path"))), (path,))
    own = "tests.adapters.flavors.attacks.vouched.Own"
    yield Attack("a trusted class is called", "pickle", whole(called(named(module, "Own"), plain(1))), (own,))
    hidden = settled(created(named(module, "Own")), dict_of(run=FUNCTION))
    yield Attack("a trusted class has a method hidden", "pickle", whole(hidden), (own,))
    layer = "tests.adapters.flavors.attacks.vouched.Layer"
    hooks = settled(created(named(module, "Layer")), dict_of(_forward_hooks=b"}" + plain(1) + FUNCTION + b"s"))
    yield Attack("a trusted module has hooks", "pickle", whole(hooks), (layer,))
    dotted = "tests.adapters.flavors.attacks.vouched.Own.Inner"
    content = whole(text(module) + text("Own.Inner") + b"\x93)\x81", PROTO_4)
    yield Attack("a class within a trusted class", "pickle", content, (own, dotted))
    yield Attack("another class than the trusted one", "pickle", whole(created(named(module, "Other"))), (own,))
