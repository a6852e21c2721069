"""Which classes and functions of scikit-learn are watched."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any, Final

from genesis_flow.api.autologging.patching import Patches
from genesis_flow.api.autologging.sklearn.evaluating import measure, predict, score
from genesis_flow.api.autologging.sklearn.training import train

#: What prepares data is no model; as steps of a pipeline its parameters are logged with the pipeline's.
_PREPARING: Final = (
    "sklearn.preprocessing", "sklearn.impute", "sklearn.feature_extraction", "sklearn.feature_selection",
    "sklearn.compose._column_transformer",
)  # fmt: skip

#: Parts of scikit-learn that hold no estimators of their own, or need what is not installed.
_NO_ESTIMATORS: Final = ("conftest", "experimental", "externals", "tests")

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
    """
    The estimators of scikit-learn, but those that only prepare data.

    These are those of `sklearn.utils.all_estimators`, which would import PyTorch where it is installed.
    """
    import sklearn
    from sklearn.base import BaseEstimator

    names = [each.name for each in pkgutil.iter_modules(sklearn.__path__) if not each.name.startswith("_")]
    modules = [importlib.import_module(f"sklearn.{name}") for name in names if name not in _NO_ESTIMATORS]
    found = {each: None for module in modules for each in vars(module).values() if inspect.isclass(each)}
    return [
        cls
        for cls in found
        if issubclass(cls, BaseEstimator)
        and cls is not BaseEstimator
        and not cls.__name__.startswith("_")
        and cls.__module__.startswith("sklearn.")
        and not cls.__module__.startswith(_PREPARING)
        and not inspect.isabstract(cls)
    ]


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
