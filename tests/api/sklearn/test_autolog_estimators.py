"""Autologging of every estimator that scikit-learn has."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils import all_estimators

import genesis_flow as mlflow
from genesis_flow.api.autologging.sklearn.installing import watched_classes
from tests.adapters.flavors.fitting import Fitted, fitted_estimator, fitted_estimators

pytestmark = pytest.mark.usefixtures("off", "memory")

PREPARING = ("preprocessing", "impute", "feature_extraction", "feature_selection", "compose._column_transformer")

#: Learn nothing: what they do is in a dictionary of atoms, or was fitted before.
NOT_FITTED = {"SparseCoder", "FrozenEstimator"}


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
    known = {type(each.model): each for each in fitted_estimators()}
    classes = sorted(watched_classes(), key=lambda cls: cls.__name__)
    wrong = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cls in classes:
            if cls.__name__ in NOT_FITTED:
                continue
            # Experimental estimators are not among those that scikit-learn lists.
            plain = known.get(cls) or fitted_estimator(cls.__name__, cls)
            complaint = "was not fitted" if plain.model is None else compared(plain)
            if complaint is not None:
                wrong[cls.__name__] = complaint

    assert {} == wrong


def compared(plain: Fitted) -> str | None:
    """What is wrong with logging the training that made `plain`, None if nothing is."""
    model, x, y = plain.model, plain.x, plain.y
    experiment = mlflow.set_experiment(type(model).__name__).experiment_id
    mlflow.sklearn.autolog(log_models=False, log_post_training_metrics=False)
    logged = clone(model)
    expected_params = {key: str(value) for key, value in logged.get_params().items()}
    logged.fit(x, y)
    mlflow.sklearn.autolog(disable=True)
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
