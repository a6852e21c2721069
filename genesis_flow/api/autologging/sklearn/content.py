"""What is logged before and after a training."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.autologging.sessions import harmless, warn
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Metric, Param, RunTag
from genesis_flow.api.numbers import now_ms
from genesis_flow.domain.values import limits

if TYPE_CHECKING:
    from genesis_flow.api.autologging.sklearn.training import Training

#: Rows of the data that stand for all of them.
_EXAMPLE_ROWS: Final = 5


def log_before(training: Training) -> None:
    """Log the parameters and the kind of an estimator, and its data."""
    from genesis_flow.api.autologging.sklearn.datasets import log_dataset

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
    from genesis_flow.api.autologging.sklearn import searching
    from genesis_flow.api.autologging.sklearn.figures import log_figures, log_page
    from genesis_flow.api.autologging.sklearn.measuring import training_metrics

    choices, estimator, model_id = training.choices, training.estimator, None
    signature, example = _signature(training) if choices.log_models else (None, None)
    if choices.log_models:
        with harmless("the model", choices):
            model_id = _log_model(training, estimator, "model", signature, example)
    metrics = training_metrics(training)
    if training.y is None and not metrics:
        warn(choices, "Training metrics are not logged: no labels were given.")
    with harmless("metrics", choices):
        log_metrics(training, metrics, model_id)
    log_figures(training)
    with harmless("the estimator's page", choices):
        log_page(training)
    if searching.is_search(estimator):
        best_id = None
        if choices.log_models and hasattr(estimator, "best_estimator_"):
            with harmless("the best model", choices):
                best_id = _log_model(training, estimator.best_estimator_, "best_estimator", signature, example)
        searching.log_search(training, model_id, best_id)
    return model_id


def kind_of(estimator: Any) -> dict[str, str]:
    """The tags that name an estimator's class."""
    cls = type(estimator)
    return {"estimator_name": cls.__name__, "estimator_class": f"{cls.__module__}.{cls.__name__}"}


def own_params(estimator: Any) -> dict[str, Any]:
    """The parameters of an estimator and its parts; of a search its own only, as its parts are what it varies."""
    from genesis_flow.api.autologging.sklearn.searching import is_search

    found: dict[str, Any] = estimator.get_params(deep=not is_search(estimator))
    return found


def log_params(run_id: str, params: Mapping[str, Any]) -> None:
    """Log parameters of any type, as texts that are as long as they may be."""
    texts = {_cut(str(key), limits.ENTITY_KEY): _cut(str(value), limits.PARAM_VALUE) for key, value in params.items()}
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


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _log_model(training: Training, model: Any, name: str, signature: Any, example: Any) -> str | None:
    from genesis_flow.api.sklearn import log_model

    special = training.choices.special
    is_whole = model is training.estimator
    params = own_params(model) if is_whole else model.get_params(deep=True)
    if is_whole:
        params |= best_params(model)
    info = log_model(
        model,
        name=name,
        signature=signature,
        input_example=example,
        serialization_format=special["serialization_format"],
        registered_model_name=special["registered_model_name"] if is_whole else None,
        params={str(key): _cut(str(value), limits.PARAM_VALUE) for key, value in params.items()},
    )
    return info.model_id


def best_params(estimator: Any) -> dict[str, Any]:
    """The parameters that a search found best, each with the prefix `best_`."""
    return {f"best_{key}": value for key, value in getattr(estimator, "best_params_", {}).items()}


def _signature(training: Training) -> tuple[Any, Any]:
    """
    The signature to log, and the example.

    The signature is False where there is to be none, or none is found, so that nobody looks for it again.
    """
    choices, estimator = training.choices, training.estimator
    signature, example = None, None
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
