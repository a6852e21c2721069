"""Every estimator of scikit-learn, fitted on the first toy data set that it takes."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np


@attrs.frozen
class Fitted:
    """A fitted estimator with what it was fitted on, or the reason why it could not be fitted."""

    name: str
    model: Any = None
    x: Any = None
    y: Any = None
    reason: str = ""


_RNG = np.random.RandomState(0)
X = np.abs(_RNG.rand(40, 4)) + 0.1
CLASSES = np.arange(40) % 2
TARGET = X @ [1.0, 2.0, 3.0, 4.0] + _RNG.rand(40)
TEXTS = ["red green blue", "blue old wine", "red red cork"] * 5


def _data() -> Iterator[tuple[Any, Any]]:
    yield X, CLASSES
    yield X, TARGET
    yield X, np.c_[CLASSES, 1 - CLASSES]
    yield X, np.c_[TARGET, -TARGET]
    yield TEXTS, CLASSES[:15]
    yield [{"a": 1, "b": 2}, {"a": 3, "c": 0.5}] * 5, CLASSES[:10]
    yield X[:, 0], TARGET
    yield X @ X.T, CLASSES
    yield [["a", "b"], ["c"]] * 5, None
    yield list("abab"), None
    yield (X * 10).astype(int), CLASSES


def _instance(kind: type) -> Any:
    from sklearn.decomposition import SparseCoder
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.frozen import FrozenEstimator
    from sklearn.linear_model import LinearRegression
    from sklearn.utils._test_common.instance_generator import _construct_instances

    special = {
        FrozenEstimator: lambda: FrozenEstimator(LinearRegression().fit(X, TARGET)),
        SparseCoder: lambda: SparseCoder(np.eye(4)),
        CountVectorizer: CountVectorizer,
        TfidfVectorizer: TfidfVectorizer,
    }
    return special[kind]() if kind in special else next(iter(_construct_instances(kind)))


def fitted_estimator(name: str, kind: type) -> Fitted:
    """One of them, fitted on the first toy data set that it takes."""
    from sklearn.base import clone

    reason = ""
    try:
        blank = _instance(kind)
    except Exception as error:
        return Fitted(name, reason=f"{type(error).__name__}: {error}")
    for x, y in _data():
        if name in ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer") and x is not TEXTS:
            continue
        try:
            model = clone(blank)
            if "random_state" in model.get_params(deep=False):
                model.set_params(random_state=0)
            return Fitted(name, model.fit(x, y) if y is not None else model.fit(x), x, y)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
    return Fitted(name, reason=reason)


@functools.cache
def fitted_estimators() -> tuple[Fitted, ...]:
    """All of them, in order of name."""
    from sklearn.utils import all_estimators

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tuple(fitted_estimator(name, kind) for name, kind in all_estimators())


def answers(model: Any, x: Any) -> list[Any]:
    """What the model says about the data, by all the methods that it has for that."""
    found = []
    for name in ("predict", "predict_proba", "decision_function", "transform", "score_samples", "kneighbors"):
        method = getattr(model, name, None)
        if method is None:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                answer = method(x)
            except (ValueError, TypeError, AttributeError, NotImplementedError) as error:
                answer = f"{type(error).__name__}: {error}"
        found.append((name, answer))
    return found


def agree(some: Any, others: Any) -> bool:
    """Whether two answers are the same, but for the last digits of numbers."""
    if isinstance(some, list | tuple):
        return len(some) == len(others) and all(map(agree, some, others))
    if hasattr(some, "tocsr"):
        return agree(some.tocsr().data, others.tocsr().data) and agree(some.tocsr().indices, others.tocsr().indices)
    if isinstance(some, np.ndarray) and some.dtype == object:
        return some.shape == others.shape and agree(some.tolist(), others.tolist())
    if isinstance(some, np.ndarray) and some.dtype.kind == "f":
        return some.shape == others.shape and np.allclose(some, others, rtol=1e-9, atol=1e-12, equal_nan=True)
    return bool(np.all(some == others))
