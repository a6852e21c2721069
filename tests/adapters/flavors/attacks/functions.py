"""Honest objects that hold code of their own: they cannot be told from hostile ones."""

from __future__ import annotations

import functools
import io
import operator
import pickle
from collections.abc import Iterator
from typing import Any

import cloudpickle
import joblib
import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from tests.adapters.flavors.attacks import Attack


def _objects() -> dict[str, Any]:
    bound = 3

    class Local:
        def predict(self, x: Any) -> Any:
            return x

    def inner(x: Any) -> Any:
        return x * bound

    return {
        "a lambda": lambda x: x,
        "a function with a cell": inner,
        "a class by value": Local,
        "an instance by value": Local(),
        "a transformer of a lambda": FunctionTransformer(lambda x: x),
        "a pipeline of a lambda": Pipeline([("f", FunctionTransformer(lambda x: x))]),
        "a partial": functools.partial(np.clip, a_min=0),
        "a transformer of a partial": FunctionTransformer(functools.partial(np.clip, a_min=0)),
        "a method caller": operator.methodcaller("tofile", "canary"),
        "an attribute getter": FunctionTransformer(operator.attrgetter("values")),
        "a bound method": FunctionTransformer(FunctionTransformer().transform),
        "a module": np.linalg,
        "numpy.save": FunctionTransformer(np.save),
        "open": FunctionTransformer(open),
        "exec": FunctionTransformer(exec),
        "a vectorized function": np.vectorize(lambda x: x),
        "an exception": ValueError("x"),
        "a logger": __import__("logging").getLogger("x"),
        "a pattern": __import__("re").compile("(a+)+$"),
        "a path": __import__("pathlib").Path("/etc"),
        "a weak dictionary": __import__("types").MethodType(len, "x"),
    }  # fmt: skip


def attacks() -> Iterator[Attack]:
    """Each object, as cloudpickle and joblib write it."""
    for name, value in _objects().items():
        yield Attack(f"cloudpickle: {name}", "pickle", cloudpickle.dumps(value))
        buffer = io.BytesIO()
        try:
            joblib.dump(value, buffer)
        except (pickle.PicklingError, AttributeError, TypeError):
            continue
        yield Attack(f"joblib: {name}", "pickle", buffer.getvalue())
