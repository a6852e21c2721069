"""How good a fitted estimator is on the data that it was trained on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

from genesis_flow.api.autologging.choices import Choices
from genesis_flow.api.autologging.sessions import harmless, warn
from genesis_flow.api.autologging.sklearn.records import Training

_PREFIX: Final = "training_"


def training_metrics(training: Training) -> dict[str, float]:
    """The metrics by name; those that cannot be computed are missing, with a warning."""
    from sklearn.base import is_classifier, is_regressor

    found: dict[str, float] = {}
    if training.y is None:
        return found
    with harmless("training metrics", training.choices):
        if is_classifier(training.estimator):
            found |= _of_classifier(training)
        elif is_regressor(training.estimator):
            found |= _of_regressor(training)
    if hasattr(training.estimator, "score"):
        with harmless("the training score", training.choices):
            found["score"] = _score(training)
    return {f"{_PREFIX}{name}": value for name, value in found.items()}


def _of_classifier(training: Training) -> dict[str, float]:
    from sklearn import metrics

    estimator, y, weights = training.estimator, training.y, training.weights
    label = training.choices.special["pos_label"]
    averaged = {"average": "weighted"} if label is None else {"average": "binary", "pos_label": label}
    found = estimator.predict(training.X)
    wanted: dict[str, Callable[[], Any]] = {
        "precision_score": lambda: metrics.precision_score(y, found, sample_weight=weights, **averaged),
        "recall_score": lambda: metrics.recall_score(y, found, sample_weight=weights, **averaged),
        "f1_score": lambda: metrics.f1_score(y, found, sample_weight=weights, **averaged),
        "accuracy_score": lambda: metrics.accuracy_score(y, found, sample_weight=weights),
    }
    if hasattr(estimator, "predict_proba"):
        chances = estimator.predict_proba(training.X)
        scores = chances[:, 1] if len(chances[0]) == 2 else chances
        wanted["log_loss"] = lambda: metrics.log_loss(y, chances, sample_weight=weights)
        wanted["roc_auc"] = lambda: metrics.roc_auc_score(
            y, scores, average="weighted", multi_class="ovo", sample_weight=weights
        )
    return _computed(wanted, training.choices)


def _of_regressor(training: Training) -> dict[str, float]:
    from sklearn import metrics

    y, weights = training.y, training.weights
    guess = training.estimator.predict(training.X)
    found = _computed(
        {
            "mean_squared_error": lambda: metrics.mean_squared_error(y, guess, sample_weight=weights),
            "mean_absolute_error": lambda: metrics.mean_absolute_error(y, guess, sample_weight=weights),
            "r2_score": lambda: metrics.r2_score(y, guess, sample_weight=weights),
        },
        training.choices,
    )
    if "mean_squared_error" in found:
        found["root_mean_squared_error"] = found["mean_squared_error"] ** 0.5
    return found


def _computed(wanted: dict[str, Callable[[], Any]], choices: Choices) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, compute in wanted.items():
        try:
            found[name] = float(compute())
        except Exception as error:  # whatever an estimator's predictions make of a metric
            warn(choices, "The metric %s%s was not computed: %s", _PREFIX, name, error)
    return found


def _score(training: Training) -> float:
    score = training.estimator.score
    weighted = (training.weights,) if "sample_weight" in inspect.signature(score).parameters else ()
    return float(score(training.X, training.y, *weighted))
