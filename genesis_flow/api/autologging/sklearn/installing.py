"""Which classes and functions of scikit-learn are watched."""

from __future__ import annotations

import inspect
from typing import Any, Final

from genesis_flow.api.autologging.patching import Patches
from genesis_flow.api.autologging.sklearn.evaluating import measure, predict, score
from genesis_flow.api.autologging.sklearn.training import train

#: What prepares data is no model; as steps of a pipeline its parameters are logged with the pipeline's.
_PREPARING: Final = (
    "sklearn.preprocessing", "sklearn.impute", "sklearn.feature_extraction", "sklearn.feature_selection",
    "sklearn.compose._column_transformer",
)  # fmt: skip

_TRAINING: Final = ("fit", "fit_transform", "fit_predict")
_PREDICTING: Final = ("predict", "predict_proba", "predict_log_proba", "transform")

#: In `sklearn.metrics`, but no metrics.
_NO_METRICS: Final = ("check_scoring", "get_scorer", "get_scorer_names", "make_scorer")

#: What is replaced while autologging is on; guarded by the lock of the choices.
patches: Final = Patches()


def install(with_evaluations: bool) -> None:
    """Watch scikit-learn, and only it: what was watched before is put back first."""
    patches.revert()
    for cls in watched_classes():
        for name in _TRAINING:
            patches.method(cls, name, train)
        if with_evaluations:
            for name in _PREDICTING:
                patches.method(cls, name, predict)
            patches.method(cls, "score", score)
    if with_evaluations:
        from sklearn import metrics

        for name in metric_names():
            patches.function(metrics, name, measure)


def watched_classes() -> list[type]:
    """The estimators of scikit-learn, but those that only prepare data."""
    from sklearn.utils import all_estimators

    classes: list[type] = [cls for _, cls in all_estimators()]
    return [cls for cls in classes if not cls.__module__.startswith(_PREPARING)]


def metric_names() -> list[str]:
    """The functions of `sklearn.metrics` that measure something."""
    from sklearn import metrics

    names: list[str] = [name for name in metrics.__all__ if name not in _NO_METRICS]
    return [name for name in names if inspect.isfunction(getattr(metrics, name))]


def version() -> tuple[int, ...]:
    """The version of scikit-learn: major and minor."""
    import sklearn

    found: Any = sklearn.__version__
    return tuple(int(part) for part in found.split(".")[:2])
