"""One training, and how what is known about it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from genesis_flow.api.autologging.choices import Choices
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Metric, Param
from genesis_flow.api.numbers import now_ms
from genesis_flow.domain.values import limits


@attrs.frozen
class Training:
    """
    One training that is logged.

    Attributes:
        X, y, weights: What it was given, unchanged; None for what was not given.
        dataset: `X` and `y` as a dataset, None if there is no kind for them.
    """

    estimator: Any
    run_id: str
    choices: Choices
    X: Any = None
    y: Any = None
    weights: Any = None
    dataset: Any = None


def is_search(estimator: Any) -> bool:
    """Whether an estimator searches a grid, or at random."""
    from sklearn.model_selection import GridSearchCV, RandomizedSearchCV

    return isinstance(estimator, GridSearchCV | RandomizedSearchCV)


def kind_of(estimator: Any) -> dict[str, str]:
    """The tags that name an estimator's class."""
    cls = type(estimator)
    return {"estimator_name": cls.__name__, "estimator_class": f"{cls.__module__}.{cls.__name__}"}


def own_params(estimator: Any) -> dict[str, Any]:
    """The parameters of an estimator and its parts; of a search its own only, as its parts are what it varies."""
    found: dict[str, Any] = estimator.get_params(deep=not is_search(estimator))
    return found


def log_params(run_id: str, params: Mapping[str, Any]) -> None:
    """Log parameters of any type, as texts that are as long as they may be."""
    texts = {cut(str(key), limits.ENTITY_KEY): cut(str(value), limits.PARAM_VALUE) for key, value in params.items()}
    MlflowClient().log_batch(run_id, params=[Param(*pair) for pair in texts.items()], synchronous=True)


def log_metrics(training: Training, metrics: Mapping[str, Any], model_id: str | None, run_id: str = "") -> None:
    """Log metrics on the data of a training: of the run, and of the logged model."""
    if not metrics:
        return
    data = training.dataset
    name, digest = (None, None) if data is None else (data.name, data.digest)
    at = now_ms()
    points = [Metric(key, float(value), at, 0, model_id, name, digest) for key, value in metrics.items()]
    MlflowClient().log_batch(run_id or training.run_id, metrics=points, synchronous=True)


def best_params(estimator: Any) -> dict[str, Any]:
    """The parameters that a search found best, each with the prefix `best_`."""
    return {f"best_{key}": value for key, value in getattr(estimator, "best_params_", {}).items()}


def cut(text: str, most: int) -> str:
    """A text that is not longer than it may be."""
    return text if len(text) <= most else text[: most - 3] + "..."
