"""What is logged before and after a training."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from genesis_flow.api.autologging.sessions import harmless, warn
from genesis_flow.api.autologging.sklearn.datasets import log_dataset
from genesis_flow.api.autologging.sklearn.figures import log_figures, log_page
from genesis_flow.api.autologging.sklearn.measuring import training_metrics
from genesis_flow.api.autologging.sklearn.records import (
    Training,
    best_params,
    cut,
    is_search,
    kind_of,
    log_metrics,
    log_params,
    own_params,
)
from genesis_flow.api.autologging.sklearn.searching import log_search
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import RunTag
from genesis_flow.domain.values import limits

#: Rows of the data that stand for all of them.
_EXAMPLE_ROWS: Final = 5


def log_before(training: Training) -> None:
    """Log the parameters and the kind of an estimator, and its data."""
    choices = training.choices
    tags = [RunTag(key, value) for key, value in kind_of(training.estimator).items()]
    with harmless("the estimator's class", choices):
        MlflowClient().log_batch(training.run_id, tags=tags, synchronous=True)
    with harmless("parameters", choices):
        log_params(training.run_id, own_params(training.estimator))
    if choices.log_datasets and training.dataset is not None:
        with harmless("a dataset", choices):
            log_dataset(training.run_id, training.dataset, "train")


def log_after(training: Training) -> str | None:
    """Log model, metrics, pictures and, of searches, what they tried; returns the id of the logged model."""
    estimator, choices = training.estimator, training.choices
    # Models first: a model takes over what its run has measured already, and the best one measured nothing of this.
    model_id, best_id = _log_models(training) if choices.log_models else (None, None)
    metrics = training_metrics(training)
    if training.y is None and not metrics:
        warn(choices, "Training metrics are not logged: no labels were given.")
    with harmless("metrics", choices):
        log_metrics(training, metrics, model_id)
    log_figures(training)
    with harmless("the estimator's page", choices):
        log_page(training)
    if is_search(estimator):
        log_search(training, model_id, best_id)
    return model_id


def _log_models(training: Training) -> tuple[str | None, str | None]:
    """Log the estimator and, of a search, the best that it found; returns the ids of what was logged."""
    estimator, choices = training.estimator, training.choices
    model_id = best_id = None
    signature, example = _signature(training)
    with harmless("the model", choices):
        model_id = _log_model(training, estimator, "model", signature, example)
    if is_search(estimator) and hasattr(estimator, "best_estimator_"):
        with harmless("the best model", choices):
            best_id = _log_model(training, estimator.best_estimator_, "best_estimator", signature, example)
    return model_id, best_id


def _log_model(training: Training, model: Any, name: str, signature: Any, example: Any) -> str | None:
    special = training.choices.special
    is_whole = model is training.estimator
    params = own_params(model) if is_whole else model.get_params(deep=True)
    if is_whole:
        params |= best_params(model)
    info = special["log_model"](
        model,
        name=name,
        signature=signature,
        input_example=example,
        serialization_format=special["serialization_format"],
        registered_model_name=special["registered_model_name"] if is_whole else None,
        params={str(key): cut(str(value), limits.PARAM_VALUE) for key, value in params.items()},
    )
    model_id: str | None = info.model_id
    return model_id


def _signature(training: Training) -> tuple[Any, Any]:
    """
    The signature to log, and the example.

    The signature is False where there is to be none, or none is found, so that nobody looks for it again.
    """
    choices, estimator = training.choices, training.estimator
    signature: Any = None
    example = None
    if not (choices.log_input_examples or choices.log_model_signatures):
        return None, None
    with harmless("an example", choices):
        example = deepcopy(training.X[:_EXAMPLE_ROWS])
    if example is not None and choices.log_model_signatures:
        with harmless("a signature", choices):
            from genesis_flow.api.models.model_signature import infer_signature

            apply = estimator.predict if hasattr(estimator, "predict") else estimator.transform
            signature = infer_signature(example, apply(deepcopy(example)))
    if signature is None and example is not None:
        signature = False
    return signature, example if choices.log_input_examples else None
