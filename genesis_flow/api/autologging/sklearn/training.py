"""What happens when an estimator is fitted."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

import attrs

from genesis_flow.api.autologging.choices import in_force
from genesis_flow.api.autologging.sessions import (
    calling_module,
    harmless,
    is_any_watched,
    is_called_from,
    is_watched,
    run_of_training,
    watching,
)
from genesis_flow.api.autologging.sklearn.content import log_after, log_before
from genesis_flow.api.autologging.sklearn.datasets import dataset_of
from genesis_flow.api.autologging.sklearn.evaluating import evaluations
from genesis_flow.api.autologging.sklearn.records import Training

FLAVOR: Final = "sklearn"

#: Fits a model many times to evaluate it, which is no training.
_CROSS_VALIDATION: Final = "sklearn.model_selection._validation"

#: Where the threads of a training do their part of it.
_WORKERS: Final = "sklearn.utils.parallel"


def train(call: Callable[..., Any], estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Fit `estimator` by `call`, and log it unless this is a part of something larger."""
    choices = in_force(FLAVOR)
    if choices is None or _is_part():
        return call(*args, **kwargs)
    with watching(), run_of_training(FLAVOR, choices) as run_id:
        if run_id is None:
            return call(*args, **kwargs)
        training = Training(estimator, run_id, choices)
        with harmless("what a training is given", choices):
            training = _given(training, args, kwargs)
            log_before(training)
        result = call(*args, **kwargs)
        with harmless("what a training gave", choices):
            model_id = log_after(training)
            evaluations.note_model(estimator, run_id, model_id)
        return result


def _is_part() -> bool:
    """Whether the training was not asked for by the program, but by scikit-learn for a purpose of its own."""
    if is_watched() or calling_module().startswith("sklearn.") or is_called_from(_CROSS_VALIDATION):
        return True
    return is_any_watched() and is_called_from(_WORKERS)


def _given(training: Training, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Training:
    """`training` with its data; copied if training may change them."""
    names = list(inspect.signature(training.estimator.fit).parameters)
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    X, y, weights = (
        given.get(names[0]) if names else None,
        given.get(names[1]) if len(names) > 1 else None,
        given.get("sample_weight") if "sample_weight" in names else None,
    )
    if _may_change(training.estimator):
        X, y = deepcopy(X), deepcopy(y)
    dataset = None
    with harmless("the data of a training", training.choices):
        dataset = dataset_of(X, y)
    return attrs.evolve(training, X=X, y=y, weights=weights, dataset=dataset)


def _may_change(estimator: Any) -> bool:
    """Whether fitting may overwrite the data: it was allowed to, or code of somebody else takes part."""
    params = estimator.get_params(deep=True)
    parts = [estimator, *(each for each in params.values() if hasattr(each, "fit"))]
    return any(not type(each).__module__.startswith("sklearn.") for each in parts) or any(
        name.rpartition("__")[2].startswith(("copy", "overwrite")) for name in params
    )
