"""
scikit-learn and scipy: compiled objects whose code trusts their numbers.

Compiled prediction code follows indices without looking; a file whose indices lead out of their arrays could
crash the process or read its memory, so they are looked at here.
"""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.adapters.flavors.secure.checks.arguments import is_of, require
from genesis_flow.adapters.flavors.secure.state import require_attributes

_MOST_OUTPUTS: Final = 1 << 24


def tree(target: Any, args: tuple[Any, ...]) -> Any:
    """`Tree(number of features, classes of each output, number of outputs)`."""
    import numpy

    require(len(args) == 3, "a tree is made of other things")
    features, classes, outputs = args
    require(
        is_of(features, int) and is_of(outputs, int) and is_of(classes, numpy.ndarray) and features >= 0
        and classes.dtype == numpy.intp and classes.shape == (outputs,) and 1 <= outputs <= _MOST_OUTPUTS
        and bool((classes >= 1).all()) and int(classes.max()) <= _MOST_OUTPUTS,
        "a tree is made of other things",
    )  # fmt: skip
    return target(features, numpy.ascontiguousarray(classes), outputs)


def set_tree(made: Any, state: Any) -> None:
    """The nodes of a tree, each with children behind it and a feature that there is."""
    import numpy

    require(is_of(state, dict), "the nodes of a tree are odd")
    nodes, values, count = state.get("nodes"), state.get("values"), state.get("node_count")
    require(
        set(state) == {"max_depth", "node_count", "nodes", "values"} and is_of(nodes, numpy.ndarray)
        and is_of(values, numpy.ndarray) and is_of(count, int) and is_of(state["max_depth"], int)
        and nodes.shape == (count,) and count >= 1 and nodes.dtype.names is not None and not nodes.dtype.hasobject
        and not values.dtype.hasobject and values.shape == (count, made.n_outputs, made.max_n_classes),
        "the nodes of a tree are odd",
    )  # fmt: skip
    require(
        {"left_child", "right_child", "feature"} <= set(nodes.dtype.names)
        and all(nodes.dtype[name].kind == "i" for name in ("left_child", "right_child", "feature")),
        "the nodes of a tree are odd",
    )
    left, right, feature = nodes["left_child"], nodes["right_child"], nodes["feature"]
    at = numpy.arange(count)
    inner = left != -1
    require(
        bool(((left[inner] > at[inner]) & (left[inner] < count)).all())
        and bool(((right[inner] > at[inner]) & (right[inner] < count)).all())
        and bool(((feature[inner] >= 0) & (feature[inner] < made.n_features)).all()),
        "a node of a tree leads out of the tree",
    )
    require(_depth(left, right, state["max_depth"]) <= state["max_depth"], "a tree is deeper than it says")
    made.__setstate__(state)


def _depth(left: Any, right: Any, most: int) -> int:
    """How deep a tree is; scikit-learn makes room for paths of the depth that a tree says it has."""
    import numpy

    children = numpy.concatenate([left[left != -1], right[left != -1]])
    require(not children.size or int(numpy.bincount(children).max()) == 1, "a node of a tree has two parents")
    level, depth = numpy.zeros(1, numpy.intp), 0
    while depth <= most:
        level = level[left[level] != -1]
        if not level.size:
            break
        level = numpy.concatenate([left[level], right[level]])
        depth += 1
    return depth


def finish_vectors(made: Any) -> None:
    """The parts of a support vector machine are as large as libsvm takes them to be."""
    import numpy

    attributes = made.__dict__
    counts, weights, bias = (attributes.get(name) for name in ("_n_support", "_dual_coef_", "_intercept_"))
    vectors, support = attributes.get("support_vectors_"), attributes.get("support_")
    if counts is None and weights is None:
        return  # not fitted
    require(
        is_of(counts, numpy.ndarray) and counts.dtype == numpy.int32 and counts.ndim == 1 and counts.size >= 1
        and bool((counts >= 0).all()) and hasattr(weights, "shape") and hasattr(vectors, "shape")
        and is_of(bias, numpy.ndarray) and is_of(support, numpy.ndarray),
        "a support vector machine is odd",
    )  # fmt: skip
    classifies = type(made).__name__ in ("SVC", "NuSVC")
    kinds = counts.size if classifies else 2
    total = vectors.shape[0]
    require(
        (int(counts.astype("i8").sum()) == total if classifies else int(counts[0]) == total)
        and weights.shape == (kinds - 1, total) and bias.shape == (kinds * (kinds - 1) // 2,)
        and support.shape == (total,),
        "a support vector machine is odd",
    )  # fmt: skip
    for name in ("_probA", "_probB"):
        odds = attributes.get(name)
        fits = odds is None or (is_of(odds, numpy.ndarray) and odds.size in (0, bias.size))
        require(fits, "the probabilities of a support vector machine are odd")


def set_predictor(made: Any, state: Any) -> None:
    """A tree of histogram gradient boosting; which features there are is looked at with the whole model."""
    require_attributes(type(made), state)
    import numpy

    nodes = state.get("nodes")
    require(
        is_of(nodes, numpy.ndarray) and nodes.ndim == 1 and nodes.size >= 1 and nodes.dtype.names is not None
        and not nodes.dtype.hasobject
        and {"left", "right", "feature_idx", "is_leaf", "is_categorical", "bitset_idx"} <= set(nodes.dtype.names),
        "the nodes of a predictor are odd",
    )  # fmt: skip
    inner = nodes["is_leaf"] == 0
    at = numpy.arange(nodes.size)[inner]
    left, right = nodes["left"].astype("i8")[inner], nodes["right"].astype("i8")[inner]
    by_category = inner & (nodes["is_categorical"] != 0)
    rows = [state.get(name) for name in ("binned_left_cat_bitsets", "raw_left_cat_bitsets")]
    require(
        all(is_of(row, numpy.ndarray) and row.ndim == 2 and row.dtype == numpy.uint32 for row in rows),
        "the categories of a predictor are odd",
    )
    most = min(row.shape[0] if row.shape[1] == 8 else 0 for row in rows if row is not None)
    require(
        bool(((left > at) & (left < nodes.size) & (right > at) & (right < nodes.size)).all())
        and bool((nodes["feature_idx"][inner] >= 0).all())
        and bool((nodes["bitset_idx"][by_category].astype("i8") < most).all()),
        "a node of a predictor leads out of it",
    )
    made.__setstate__(state)


def finish_boosting(made: Any) -> None:
    """The predictors of histogram gradient boosting look at features that the model has."""
    predictors = made.__dict__.get("_predictors")
    if predictors is None:
        return
    features = made.__dict__.get("_n_features", made.__dict__.get("n_features_in_"))
    require(is_of(predictors, list) and is_of(features, int), "a boosted model is odd")
    for row in predictors:
        require(is_of(row, list), "a boosted model is odd")
        for each in row:
            nodes = each.nodes
            inner = nodes["is_leaf"] == 0
            fits = bool((nodes["feature_idx"][inner] < features).all())
            require(fits, "a predictor uses a feature that is not there")


def finish_trees(made: Any) -> None:
    """The trees of a model look at features that the model has, and write results that it has room for."""
    attributes = made.__dict__
    features = attributes.get("n_features_in_")
    own = attributes.get("tree_")
    if own is not None:
        require(type(own).__name__ == "Tree" and own.n_features == features, "a tree does not fit its model")
    trees = attributes.get("estimators_")
    if trees is None or "estimators_features_" in attributes or "_estimators_features" in attributes:
        return
    import numpy

    for each in trees.ravel() if is_of(trees, numpy.ndarray) else trees:
        inner = getattr(each, "__dict__", {}).get("tree_")
        require(inner is None or inner.n_features == features, "a tree does not fit its model")
    if "n_trees_per_iteration_" in attributes:
        per_iteration = attributes["n_trees_per_iteration_"]
        require(
            is_of(trees, numpy.ndarray) and trees.ndim == 2 and trees.shape[1] == per_iteration
            and all(each.tree_.n_outputs == 1 and each.tree_.max_n_classes == 1 for each in trees.ravel()),
            "a boosted model is odd",
        )  # fmt: skip


def loss(target: Any, args: tuple[Any, ...]) -> Any:
    """A loss of at most one number."""
    fits = len(args) <= 1 and all(is_of(each, float, int) for each in args)
    require(fits, f"{target.__name__} is made of other things")
    return target(*args)


def multinomial(target: Any, args: tuple[Any, ...]) -> Any:
    """`__pyx_unpickle_CyHalfMultinomialLoss(class, checksum, ())`."""
    require(
        len(args) == 3 and isinstance(args[0], type) and args[0].__name__ == "CyHalfMultinomialLoss"
        and args[0].__module__ == "sklearn._loss._loss" and is_of(args[1], int) and args[2] in (None, ()),
        "a loss is made of other things",
    )  # fmt: skip
    return args[0]()


def set_nothing(made: Any, state: Any) -> None:
    """It has no state."""
    require(state in (None, (), {}), f"{type(made).__name__} has no state")


#: Distances by class; what calls a function of the model's is not among them.
DISTANCES: Final = (
    "Euclidean", "SEuclidean", "Manhattan", "Chebyshev", "Minkowski", "Mahalanobis", "Hamming", "Canberra",
    "BrayCurtis", "Jaccard", "Matching", "Dice", "Kulsinski", "RogersTanimoto", "RussellRao", "SokalMichener",
    "SokalSneath", "Haversine",
)  # fmt: skip
DISTANCE_CLASSES: Final = frozenset(f"{name}Distance{bits}" for name in DISTANCES for bits in ("", "32", "64"))
_SEARCH_TREES: Final = frozenset({"KDTree", "BallTree", "KDTree32", "KDTree64", "BallTree32", "BallTree64"})


def compiled(target: Any, args: tuple[Any, ...]) -> Any:
    """`newObj(class)`, of one of the classes that we know."""
    require(len(args) == 1 and isinstance(args[0], type), "an object is made of other things")
    kind = args[0]
    known = (kind.__module__ == "sklearn.metrics._dist_metrics" and kind.__name__ in DISTANCE_CLASSES) or (
        kind.__module__ in ("sklearn.neighbors._kd_tree", "sklearn.neighbors._ball_tree")
        and kind.__name__ in _SEARCH_TREES
    )
    require(known, f"{kind.__name__} is made by a function that is not for it")
    return kind.__new__(kind)


def set_compiled(made: Any, state: Any) -> None:
    """The state of a distance or a search tree."""
    if type(made).__name__ in _SEARCH_TREES:
        _set_search_tree(made, state)
    else:
        _set_distance(made, state)


def _set_distance(made: Any, state: Any) -> None:
    import numpy

    require(is_of(state, tuple) and 3 <= len(state) <= 4, "a distance is odd")
    number, vector, matrix = state[:3]
    require(
        is_of(number, float, int)
        and is_of(vector, numpy.ndarray) and vector.ndim == 1 and vector.dtype.kind == "f"
        and is_of(matrix, numpy.ndarray) and matrix.ndim == 2 and matrix.dtype.kind == "f"
        and all(is_of(each, int) for each in state[3:]),
        "a distance is odd",
    )  # fmt: skip
    made.__setstate__(state)


def _set_search_tree(made: Any, state: Any) -> None:
    import numpy

    require(is_of(state, tuple) and len(state) == 13, "a search tree is odd")
    data, order, nodes, bounds, leaf_size, levels, count, *numbers, distance, weights = state
    require(
        all(is_of(each, numpy.ndarray) for each in (data, order, nodes, bounds))
        and all(is_of(each, int) and each >= 0 for each in (leaf_size, levels, count, *numbers))
        and data.ndim == 2 and data.dtype.kind == "f" and order.shape == (data.shape[0],) and order.dtype == numpy.intp
        and leaf_size >= 1 and 1 <= levels <= 48 and count == 2**levels - 1 and nodes.shape == (count,)
        and nodes.dtype.names is not None and {"idx_start", "idx_end", "is_leaf"} <= set(nodes.dtype.names)
        and bounds.ndim == 3 and bounds.shape[1:] == (count, data.shape[1])
        and bounds.shape[0] == (2 if type(made).__name__.startswith("KD") else 1) and bounds.dtype == data.dtype,
        "a search tree is odd",
    )  # fmt: skip
    points = data.shape[0]
    starts, ends = nodes["idx_start"], nodes["idx_end"]
    last_level = numpy.arange(count) >= count // 2
    require(
        bool(((order >= 0) & (order < points)).all())
        and bool(((starts >= 0) & (starts <= ends) & (ends <= points)).all())
        and bool((nodes["is_leaf"][last_level] != 0).all()),
        "a search tree leads out of its points",
    )
    require(
        weights is None
        or (is_of(weights, numpy.ndarray) and weights.shape == (points,) and weights.dtype == data.dtype),
        "the weights of a search tree are odd",
    )
    require(type(distance).__module__ == "sklearn.metrics._dist_metrics", "the distance of a search tree is odd")
    made.__setstate__(state)


def finish_compiled(made: Any) -> None:
    """The distance of a search tree has as many dimensions as its points."""
    if type(made).__name__ in _SEARCH_TREES:
        state = made.__getstate__()
        _require_distance_for(state[-2], state[0].shape[1])


def finish_tree(made: Any) -> None:
    """A tree has nodes."""
    require(made.node_count >= 1, "a tree has no nodes")


def _require_distance_for(distance: Any, dimensions: int) -> None:
    name = type(distance).__name__
    require(
        type(distance).__module__ == "sklearn.metrics._dist_metrics" and name in DISTANCE_CLASSES,
        "the distance of a search tree is odd",
    )
    vector, matrix = distance.__reduce__()[2][1:3]
    if name.startswith("SEuclidean"):
        require(vector.shape == (dimensions,), "the distance of a search tree is odd")
    elif name.startswith("Mahalanobis"):
        require(matrix.shape == (dimensions, dimensions), "the distance of a search tree is odd")
    elif name.startswith("Minkowski"):
        require(vector.shape[0] in (0, dimensions), "the distance of a search tree is odd")
    elif name.startswith("Haversine"):
        require(dimensions == 2, "the distance of a search tree is odd")


def bunch_key(key: Any) -> None:
    """An item of a bunch is an attribute as well, and some attributes tell numpy where in memory to read."""
    require(is_of(key, str) and not key.startswith("__"), "an item of a bunch is special to Python")


def set_bunch(made: Any, state: Any) -> None:
    """A bunch keeps everything as items; its attributes are copies of them that it ignores."""
    require(state is None or is_of(state, dict), "the state of a bunch is odd")


def finish_sparse(made: Any) -> None:
    """The indices of a sparse matrix stay within it."""
    import numpy

    shape = made.__dict__.get("_shape")
    require(
        is_of(shape, tuple)
        and 1 <= len(shape) <= 64
        and all(isinstance(length, int | numpy.integer) and length >= 0 for length in shape),
        "the shape of a sparse matrix is odd",
    )
    form = made.format
    if form in ("csr", "csc", "bsr"):
        _require_compressed(made)
    elif form == "coo":
        _require_coordinates(made)
    elif form == "dia":
        data, offsets = made.__dict__.get("data"), made.__dict__.get("offsets")
        require(
            is_of(data, numpy.ndarray) and is_of(offsets, numpy.ndarray) and data.ndim == 2
            and offsets.shape == (data.shape[0],) and offsets.dtype.kind == "i",
            "a sparse matrix is odd",
        )  # fmt: skip


def _require_compressed(made: Any) -> None:
    import numpy

    arrays: list[Any] = [made.__dict__.get(name) for name in ("data", "indices", "indptr")]
    require(
        all(is_of(each, numpy.ndarray) for each in arrays)
        and all(each.dtype.kind == "i" and each.ndim == 1 for each in arrays[1:]),
        "a sparse matrix is odd",
    )
    try:
        made.check_format(full_check=True)
    except ValueError as error:
        require(False, f"a sparse matrix is odd: {error}")


def _require_coordinates(made: Any) -> None:
    import numpy

    attributes = made.__dict__
    coords = attributes.get("coords") or (attributes.get("row"), attributes.get("col"))
    data = attributes.get("data")
    require(
        is_of(coords, tuple) and len(coords) == len(made.shape) and is_of(data, numpy.ndarray) and data.ndim == 1,
        "a sparse matrix is odd",
    )
    for axis, length in zip(coords, made.shape, strict=True):
        require(
            is_of(axis, numpy.ndarray) and axis.shape == data.shape and axis.dtype.kind == "i"
            and bool(((axis >= 0) & (axis < length)).all()),
            "a sparse matrix is odd",
        )  # fmt: skip


def finish_spline(made: Any) -> None:
    """A spline has as many coefficients as its knots need."""
    import numpy

    attributes = made.__dict__
    knots, numbers, degree = attributes.get("_t"), attributes.get("_c"), attributes.get("k")
    if knots is None and numbers is None:  # as scipy < 1.17 calls them
        knots, numbers = attributes.get("t"), attributes.get("c")
    axis = attributes.get("axis", 0)
    fits = (
        is_of(knots, numpy.ndarray) and is_of(numbers, numpy.ndarray) and isinstance(degree, int | numpy.integer)
        and knots.ndim == 1 and 0 <= degree <= 1_000 and knots.size >= 2 * (degree + 1) and numbers.ndim >= 1
        and isinstance(axis, int | numpy.integer) and 0 <= axis < numbers.ndim
        and numbers.shape[0] >= knots.size - degree - 1 and knots.dtype.kind == "f" and numbers.dtype.kind in "fc"
    )  # fmt: skip
    require(bool(fits), "a spline is odd")
