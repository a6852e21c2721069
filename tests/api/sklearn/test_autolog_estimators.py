"""Autologging of every estimator that scikit-learn has."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances

import genesis_flow as mlflow
from genesis_flow.api.autologging.sklearn.installing import watched_classes

pytestmark = pytest.mark.usefixtures("off", "memory")

PREPARING = ("preprocessing", "impute", "feature_extraction", "feature_selection", "compose._column_transformer")
_RANDOM = np.random.RandomState(0)
X = np.abs(_RANDOM.rand(30, 4)) + 0.1
CLASSES = np.arange(30) % 2
TARGET = X @ [1.0, 2.0, 3.0, 4.0] + _RANDOM.rand(30)

#: Need what a toy data set cannot give: a dictionary of atoms, a fitted estimator.
NOT_FITTED = {"SparseCoder", "FrozenEstimator"}


def data() -> Iterator[tuple[Any, Any]]:
    """Data sets, of which some estimator takes each."""
    yield X, CLASSES
    yield X, TARGET
    yield X, np.c_[CLASSES, 1 - CLASSES]
    yield X, np.c_[TARGET, -TARGET]
    yield X[:, 0], TARGET
    yield X @ X.T, CLASSES
    yield (X * 10).astype(int), CLASSES


def fitted(blank: Any) -> tuple[Any, Any, Any] | None:
    """A fitted copy of an estimator with its data, None if no data set will do."""
    for x, y in data():
        model = clone(blank)
        if "random_state" in model.get_params(deep=False):
            model.set_params(random_state=0)
        try:
            return model.fit(x, y), x, y
        except Exception:  # the next one may do
            continue
    return None


def answer(model: Any, x: Any) -> Any:
    """What a model says about its data."""
    for name in ("predict", "transform"):
        if hasattr(model, name):
            found = getattr(model, name)(x)
            return found.toarray() if hasattr(found, "toarray") else found
    return None


def test_the_estimators_are_those_that_scikit_learn_lists() -> None:
    """All of them but what prepares data."""
    prefixes = tuple(f"sklearn.{name}" for name in PREPARING)
    expected = {cls for _, cls in all_estimators() if not cls.__module__.startswith(prefixes)}

    assert expected == set(watched_classes())


def test_every_estimator_is_fitted_as_without_logging_and_leaves_a_run() -> None:
    """Equal predictions; one finished run with the class, its parameters and, of labels, a score."""
    classes = sorted(watched_classes(), key=lambda cls: cls.__name__)
    wrong, unfitted = {}, set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cls in classes:
            mlflow.sklearn.autolog(disable=True)
            blank = None if cls.__name__ in NOT_FITTED else next(iter(_construct_instances(cls)))
            plain = None if blank is None else fitted(blank)
            if plain is None:
                unfitted.add(cls.__name__)
            else:
                complaint = compared(blank, plain)
                if complaint is not None:
                    wrong[cls.__name__] = complaint

    assert ({}, NOT_FITTED) == (wrong, unfitted)


def compared(blank: Any, plain: tuple[Any, Any, Any]) -> str | None:
    """What is wrong with logging the training that made `plain`, None if nothing is."""
    model, x, y = plain
    experiment = mlflow.set_experiment(type(model).__name__).experiment_id
    mlflow.sklearn.autolog(log_models=False, log_post_training_metrics=False)
    logged = clone(blank)
    logged.set_params(**{key: 0 for key in model.get_params(deep=False) if key == "random_state"})
    expected_params = {key: str(value) for key, value in logged.get_params().items()}
    logged.fit(x, y)
    if not np.array_equal(answer(model, x), answer(logged, x), equal_nan=False):
        return "other predictions"
    found = mlflow.search_runs([experiment], output_format="list")
    runs = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    return described(runs, logged, expected_params)


def described(runs: list[Any], model: Any, params: dict[str, str]) -> str | None:
    """What is wrong with the runs that a training left."""
    if ["FINISHED"] != [run.info.status for run in runs]:
        return f"runs: {[run.info.status for run in runs]}"
    (run,) = runs
    if type(model).__name__ != run.data.tags.get("estimator_name"):
        return "another class"
    missing = {key for key, value in params.items() if "__" not in key and run.data.params.get(key) != value}
    if missing:
        return f"params: {missing}"
    return None if not hasattr(model, "score") or "training_score" in run.data.metrics else "no score"
