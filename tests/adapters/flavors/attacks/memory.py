"""States that would have compiled code read or write outside of its memory, and files that ask for too much."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.adapters.flavors.assembling import (
    EMPTY,
    called,
    created,
    dict_of,
    named,
    part,
    plain,
    settled,
    text,
    tuple_of,
    whole,
)  # fmt: skip
from tests.adapters.flavors.attacks import Attack

DTYPE = named("numpy", "dtype")
FLOAT = settled(called(DTYPE, text("f8"), b"\x89", b"\x88"), plain((3, "<", None, None, None, -1, -1, 0)))
VOID = called(DTYPE, text("V8"), b"\x89", b"\x88")
OBJECT = called(DTYPE, text("O8"), b"\x89", b"\x88")


def _structure(*fields: tuple[str, bytes, int], size: int = 8, flags: int = 16) -> bytes:
    names = plain(tuple(name for name, _, _ in fields))
    parts = b"}(" + b"".join(text(n) + tuple_of(kind, plain(at)) for n, kind, at in fields) + b"u"
    return tuple_of(plain(3), plain("|"), b"N", names, parts, plain(size), plain(1), plain(flags))


def _array(shape: Any, kind: bytes, content: bytes) -> bytes:
    return settled(EMPTY, tuple_of(plain(1), plain(shape), kind, b"\x89", content))


def _arrays() -> dict[str, bytes]:
    return {
        "an array of more than its bytes": _array((1_000,), FLOAT, plain(b"x" * 8)),
        "an array of less than its bytes": _array((1,), FLOAT, plain(b"x" * 80)),
        "an array of a negative length": _array((-1,), FLOAT, plain(b"")),
        "an array of 2**62 numbers": _array((1 << 62, 4), FLOAT, plain(b"")),
        "an array of a shape that is a list": _array([1], FLOAT, plain(b"x" * 8)),
        "an array of true as a length": _array((True,), FLOAT, plain(b"x" * 8)),
        "an array of objects made of bytes": _array((1,), OBJECT, plain(b"x" * 8)),
        "an array of objects with too few": _array((5,), OBJECT, plain([1])),
        "an array of numbers made of a list": _array((1,), FLOAT, plain([1.0])),
        "an array of a type that is a text": _array((1,), text("f8"), plain(b"x" * 8)),
        "a structure whose field lies outside": settled(VOID, _structure(("a", FLOAT, 1_000))),
        "a structure whose field lies before": settled(VOID, _structure(("a", FLOAT, -8))),
        "a structure that hides its objects": _array(
            (1,), settled(VOID, _structure(("a", OBJECT, 0), flags=0)), plain(b"AAAAAAAA")
        ),
        "a structure with overlapping objects": settled(VOID, _structure(("a", OBJECT, 0), ("b", FLOAT, 0))),
        "a structure of another size": settled(VOID, _structure(("a", FLOAT, 0), size=4_096)),
        "a structure without its fields": settled(
            VOID, tuple_of(plain(3), plain("|"), b"N", plain(("a",)), b"}", plain(8), plain(1), plain(16))
        ),
        "a number type with fields": settled(called(DTYPE, text("f8"), b"\x89", b"\x88"), _structure(("a", OBJECT, 0))),
        "a type with flags of objects": settled(
            called(DTYPE, text("f8"), b"\x89", b"\x88"), plain((3, "<", None, None, None, 1 << 30, 8, 63))
        ),
        "a type of another byte order": settled(
            called(DTYPE, text("f8"), b"\x89", b"\x88"), plain((3, "x", None, None, None, -1, -1, 0))
        ),
        "a type of arrays of a huge shape": settled(
            VOID,
            tuple_of(
                plain(3), plain("|"), tuple_of(FLOAT, plain((1 << 40,))), b"N", b"N", plain(8), plain(1), plain(0)
            ),
        ),
        "a date of an odd unit": settled(
            called(DTYPE, text("M8"), b"\x89", b"\x88"),
            plain((4, "<", None, None, None, -1, -1, 0, ({}, (b"xx", 1, 1, 1)))),
        ),
        "a masked array with a short mask": settled(
            called(
                named("numpy.ma.core", "_mareconstruct"),
                named("numpy.ma", "MaskedArray"),
                named("numpy", "ndarray"),
                plain((0,)),
                plain("b"),
            ),
            tuple_of(plain(1), plain((4,)), FLOAT, b"\x89", plain(b"x" * 32), plain(b"x"), b"N"),
        ),
        "a masked array of objects": settled(
            called(
                named("numpy.ma.core", "_mareconstruct"),
                named("numpy.ma", "MaskedArray"),
                named("numpy", "ndarray"),
                plain((0,)),
                plain("b"),
            ),
            tuple_of(plain(1), plain((1,)), OBJECT, b"\x89", plain(b"x" * 8), plain(b"x"), b"N"),
        ),
    }


def _reduced(original: Any, change: Callable[[Any], Any]) -> bytes:
    """What `original` is written as, with its state changed."""
    kept = original.__reduce__()

    class Changed:
        def __reduce__(self) -> Any:
            return (kept[0], kept[1], change(kept[2]))

    return pickle.dumps(Changed(), 2)[2:-1]


def _models() -> dict[str, bytes]:
    from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.neighbors import BallTree, KDTree
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeRegressor

    rng = np.random.RandomState(0)
    x, y = rng.rand(40, 3), rng.rand(40)
    tree = DecisionTreeRegressor(max_depth=3).fit(x, y)

    def nodes(**changes: tuple[int, int]) -> Callable[[Any], Any]:
        def change(state: Any) -> Any:
            changed = {**state, "nodes": state["nodes"].copy()}
            for field, (at, value) in changes.items():
                changed["nodes"][field][at] = value
            return changed

        return change

    def search(at: int, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda state: (*state[:at], change(state[at]), *state[at + 1 :])

    def set_at(field: str | None, value: int) -> Callable[[Any], Any]:
        def change(array: Any) -> Any:
            changed = array.copy()
            (changed if field is None else changed[field])[0] = value
            return changed

        return change

    def whole_model(model: Any, **attributes: Any) -> bytes:
        model.__dict__.update(attributes)
        return part(model)

    kd, ball = KDTree(x, leaf_size=5), BallTree(x, leaf_size=5)
    distance = BallTree(x, metric="mahalanobis", V=np.eye(3)).__getstate__()[-2]
    boosted = HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=2).fit(x, y)
    predictor = boosted._predictors[0][0]
    beyond = predictor.nodes.copy()
    beyond["left"][0] = 1_000_000
    far = predictor.nodes.copy()
    far["feature_idx"] = 10_000
    wide = HistGradientBoostingRegressor(max_iter=1, min_samples_leaf=2).fit(x, y)
    wide._predictors[0][0].nodes["feature_idx"] = 10_000
    forest = RandomForestRegressor(2, max_depth=2).fit(x, y)
    classes = np.arange(40) % 3
    return {
        "a tree with a child outside": _reduced(tree.tree_, nodes(left_child=(0, 1 << 40))),
        "a tree with a child before": _reduced(tree.tree_, nodes(right_child=(1, -5))),
        "a tree with a circle": _reduced(tree.tree_, nodes(left_child=(1, 0))),
        "a tree with itself as a child": _reduced(tree.tree_, nodes(left_child=(1, 1))),
        "a tree with a feature outside": _reduced(tree.tree_, nodes(feature=(0, 1 << 40))),
        "a tree with a negative feature": _reduced(tree.tree_, nodes(feature=(0, -9))),
        "a tree that is deeper than it says": _reduced(tree.tree_, lambda state: {**state, "max_depth": 0}),
        "a tree with two ways to a node": _reduced(tree.tree_, nodes(left_child=(0, 2), right_child=(0, 2))),
        "a tree of more nodes than it has": _reduced(tree.tree_, lambda state: {**state, "node_count": 10_000}),
        "a tree of fewer values than nodes": _reduced(
            tree.tree_, lambda state: {**state, "values": state["values"][:1]}
        ),
        "a tree of objects": _reduced(tree.tree_, lambda state: {**state, "nodes": state["nodes"].astype(object)}),
        "a tree of other nodes": _reduced(tree.tree_, lambda state: {**state, "nodes": state["values"]}),
        "a tree without nodes": called(named("sklearn.tree._tree", "Tree"), plain(3), part(np.array([1])), plain(1)),
        "a tree of 2**40 outputs": called(
            named("sklearn.tree._tree", "Tree"), plain(3), part(np.array([1])), plain(1 << 40)
        ),
        "a tree of negative classes": called(
            named("sklearn.tree._tree", "Tree"), plain(3), part(np.array([-1])), plain(1)
        ),
        "a tree of more features than its model": whole_model(
            DecisionTreeRegressor(max_depth=2).fit(x, y), n_features_in_=1
        ),
        "a forest of more features than it says": whole_model(forest, n_features_in_=1),
        "a boosted model of more trees than it says": whole_model(
            GradientBoostingRegressor(n_estimators=2).fit(x, y), n_trees_per_iteration_=3
        ),
        "a predictor with a child outside": whole_model(predictor, nodes=beyond),
        "a boosted model with a feature outside": part(wide),
        "a predictor whose nodes are an estimator": whole_model(
            HistGradientBoostingRegressor(max_iter=1, min_samples_leaf=2).fit(x, y)._predictors[0][0], nodes=tree
        ),
        "a KD tree whose order leads outside": _reduced(kd, search(1, set_at(None, 1 << 40))),
        "a KD tree whose order is negative": _reduced(kd, search(1, set_at(None, -3))),
        "a KD tree whose node ends outside": _reduced(kd, search(2, set_at("idx_end", 1 << 40))),
        "a KD tree whose node begins before": _reduced(kd, search(2, set_at("idx_start", -3))),
        "a KD tree of more levels": _reduced(kd, search(5, lambda levels: levels + 5)),
        "a KD tree of fewer bounds": _reduced(kd, search(3, lambda bounds: bounds[:, :1])),
        "a KD tree with a distance that is none": _reduced(kd, search(11, lambda metric: tree)),
        "a ball tree without leaves": _reduced(ball, search(2, lambda each: _without_leaves(each))),
        "a ball tree whose distance has more dimensions": _reduced(
            BallTree(rng.rand(40, 2), leaf_size=5), search(11, lambda metric: distance)
        ),
        "a machine of more vectors than it has": whole_model(
            SVC().fit(x, classes), _n_support=np.array([40] * 3, "i4")
        ),
        "a machine of too few weights": whole_model(SVC().fit(x, classes), _dual_coef_=np.ones((1, 1))),
        "a machine of too few intercepts": whole_model(SVC().fit(x, classes), _intercept_=np.ones(1)),
        "a bit generator beyond its buffer": _bits("MT19937", lambda state: state["state"].update(pos=10_000)),
        "a bit generator before its buffer": _bits("MT19937", lambda state: state["state"].update(pos=-5)),
        "Philox beyond its buffer": _bits("Philox", lambda state: state.update(buffer_pos=1_000)),
    }


def _without_leaves(nodes: Any) -> Any:
    changed = nodes.copy()
    changed["is_leaf"] = 0
    return changed


def _bits(name: str, change: Callable[[Any], None]) -> bytes:
    state = getattr(np.random, name)(0).state
    change(state)
    made = called(named("numpy.random._pickle", "__bit_generator_ctor"), text(name))
    return settled(made, part(state))


def _others() -> dict[str, bytes]:
    import pandas as pd
    import scipy.sparse as sp
    from scipy.interpolate import BSpline

    def sparse(kind: str, **changes: Any) -> bytes:
        matrix = getattr(sp, kind)(np.eye(3))
        matrix.__dict__.update(changes)
        return part(matrix)

    spline = BSpline(np.arange(8.0), np.ones(4), 3)
    short = {**spline.__dict__, "_c": np.ones(1)}
    series = pd.Series([1, 2, 3])
    categorical = settled(
        called(
            named("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"),
            named("pandas", "Categorical"),
            plain(82904607),
            b"N",
        ),
        tuple_of(part(pd.CategoricalDtype(["a"])), part(np.array([0, 77], "i1"))),
    )
    levels = dict_of(
        levels=part([pd.Index([1])]), codes=part([np.array([0, 77], "i1")]), sortorder=b"N", names=plain([None])
    )
    integers = settled(
        created(named("pandas.arrays", "IntegerArray")),
        dict_of(_data=part(np.arange(5)), _mask=part(np.zeros(1, bool))),
    )
    arrow = called(
        named("pyarrow.lib", "_restore_array"),
        tuple_of(
            called(named("pyarrow.lib", "type_for_alias"), text("string")),
            plain(1_000_000),
            plain(0),
            plain(0),
            b"](N"
            + called(named("pyarrow.lib", "py_buffer"), plain(b"\0" * 8))
            + called(named("pyarrow.lib", "py_buffer"), plain(b"x"))
            + b"e",
            b"]",
            b"N",
        ),
    )
    return {
        "a sparse matrix with an index outside": sparse("csr_matrix", indices=np.array([0, 1, 1 << 30], "i4")),
        "a sparse matrix with a negative index": sparse("csr_matrix", indices=np.array([0, 1, -3], "i4")),
        "a sparse matrix with rows outside": sparse("csc_matrix", indptr=np.array([0, 1, 2, 1 << 20], "i4")),
        "a sparse matrix of another shape": sparse("csr_array", _shape=(1 << 20, 3)),
        "a sparse matrix without data": sparse("csr_matrix", data=None),
        "coordinates outside": sparse("coo_matrix", coords=(np.array([0, 1, 99], "i4"), np.array([0, 1, 2], "i4"))),
        "coordinates of another count": sparse("coo_array", coords=(np.array([0], "i4"), np.array([0], "i4"))),
        "diagonals without offsets": sparse("dia_matrix", offsets=np.array([], "i4")),
        "a spline with too few coefficients": settled(
            created(named("scipy.interpolate._bsplines", "BSpline")), part(short)
        ),
        "a categorical with a code outside": categorical,
        "an index with a code outside": called(
            named("pandas.core.indexes.base", "_new_Index"), named("pandas", "MultiIndex"), levels
        ),
        "numbers with a short mask": integers,
        "a series that is shorter than its index": _short(series),
        "an array of pyarrow longer than its bytes": arrow,
    }


def _short(series: Any) -> bytes:
    manager = series._mgr
    axes, values, items, more = manager.__reduce__()[2]
    blocks = [{"values": np.arange(1), "mgr_locs": slice(0, 1, 1)}]
    state = (axes, values, items, {"0.14.1": {**more["0.14.1"], "blocks": blocks}})
    made = settled(created(named("pandas.core.internals.managers", "SingleBlockManager")), part(state))
    return settled(
        created(named("pandas", "Series")),
        dict_of(
            _mgr=made,
            _typ=text("series"),
            _metadata=plain(["_name"]),
            attrs=b"}",
            _flags=plain({"allows_duplicate_labels": True}),
            _name=b"N",
        ),
    )


def attacks() -> Iterator[Attack]:
    """Each state as one file."""
    for name, body in {**_arrays(), **_models(), **_others()}.items():
        yield Attack(name, "pickle", whole(body))
