"""
Models of scikit-learn: saving, logging and loading them.

Source: MLflow `mlflow.sklearn`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.models.environments import default_conda_env, default_requirements
from genesis_flow.api.models.locating import located, trusted_by
from genesis_flow.api.models.mlmodel import Model, ModelInfo
from genesis_flow.api.models.saving import SaveRequest, save

FLAVOR_NAME: Final = "sklearn"
SERIALIZATION_FORMAT_PICKLE: Final = "pickle"
SERIALIZATION_FORMAT_CLOUDPICKLE: Final = "cloudpickle"
SERIALIZATION_FORMAT_SKOPS: Final = "skops"
SUPPORTED_SERIALIZATION_FORMATS: Final = [
    SERIALIZATION_FORMAT_PICKLE,
    SERIALIZATION_FORMAT_CLOUDPICKLE,
    SERIALIZATION_FORMAT_SKOPS,
]

__all__ = [
    "FLAVOR_NAME",
    "SERIALIZATION_FORMAT_CLOUDPICKLE",
    "SERIALIZATION_FORMAT_PICKLE",
    "SERIALIZATION_FORMAT_SKOPS",
    "SUPPORTED_SERIALIZATION_FORMATS",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]


def get_default_pip_requirements(include_cloudpickle: bool = False, include_skops: bool = False) -> list[str]:
    """
    What models of this flavor need at least, as lines for pip.

    Source: MLflow `mlflow.sklearn.get_default_pip_requirements`.
    """
    further = [("cloudpickle", include_cloudpickle), ("skops", include_skops)]
    return default_requirements("scikit-learn", *(name for name, is_wanted in further if is_wanted))


def get_default_conda_env(include_cloudpickle: bool = False, include_skops: bool = False) -> dict[str, Any]:
    """
    What models of this flavor need at least, as a conda environment.

    Source: MLflow `mlflow.sklearn.get_default_conda_env`.
    """
    return default_conda_env(get_default_pip_requirements(include_cloudpickle, include_skops))


def save_model(
    sk_model: Any,
    path: str | os.PathLike[str],
    conda_env: Any = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    serialization_format: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    pip_requirements: Any = None,
    extra_pip_requirements: Any = None,
    pyfunc_predict_fn: str = "predict",
    metadata: dict[str, Any] | None = None,
    skops_trusted_types: list[str] | None = None,
    extra_files: list[str] | None = None,
) -> None:
    """
    Save an estimator to a new directory.

    Args:
        sk_model: A fitted estimator. path: Local directory; it must not hold anything.
        conda_env, pip_requirements, extra_pip_requirements: What the model needs; by default what it uses.
        code_paths: Files and directories of code that it needs; loading it then asks for trust.
        serialization_format: "skops" (the default, which holds no code), "pickle" or "cloudpickle".
        signature: What the model takes and gives; None for what `input_example` shows, False for none.
        input_example: Data, or a tuple of data and params.
        pyfunc_predict_fn: What `genesis_flow.pyfunc` calls: `predict`, `predict_proba`, `predict_log_proba`,
            `predict_joint_log_proba` or `score`.
        metadata: What its author notes.
        skops_trusted_types: Full names of classes in the model that are not known to be harmless; whoever loads
            it has to trust them again.
        extra_files: URIs or paths of further files.

    Raises:
        MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.sklearn.save_model`.
    """
    request = SaveRequest(
        conda_env=conda_env,
        code_paths=code_paths,
        mlflow_model=mlflow_model,
        signature=signature,
        input_example=input_example,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        metadata=metadata,
        extra_files=extra_files,
        function=lambda data, params: sk_model.predict(data),
        options={
            "serialization_format": serialization_format,
            "predict_fn": pyfunc_predict_fn,
            "skops_trusted_types": skops_trusted_types,
        },
    )
    save(FLAVOR_NAME, sk_model, path, request)


def log_model(
    sk_model: Any,
    artifact_path: str | None = None,
    conda_env: Any = None,
    code_paths: list[str] | None = None,
    serialization_format: str | None = None,
    registered_model_name: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: Any = None,
    extra_pip_requirements: Any = None,
    pyfunc_predict_fn: str = "predict",
    metadata: dict[str, Any] | None = None,
    extra_files: list[str] | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    name: str | None = None,
    skops_trusted_types: list[str] | None = None,
    **kwargs: Any,
) -> ModelInfo:
    """
    Log an estimator as a logged model of the active run, or of the experiment in force.

    Args: As `save_model` and `Model.log`.

    Raises:
        MlflowException: What saving or storing raised; the logged model is FAILED then.

    Source: MLflow `mlflow.sklearn.log_model`.
    """
    return Model.log(
        artifact_path=artifact_path,
        name=name,
        flavor=sys.modules[__name__],
        sk_model=sk_model,
        conda_env=conda_env,
        code_paths=code_paths,
        serialization_format=serialization_format,
        registered_model_name=registered_model_name,
        signature=signature,
        input_example=input_example,
        await_registration_for=await_registration_for,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        pyfunc_predict_fn=pyfunc_predict_fn,
        metadata=metadata,
        extra_files=extra_files,
        params=params,
        tags=tags,
        model_type=model_type,
        step=step,
        model_id=model_id,
        skops_trusted_types=skops_trusted_types,
        **kwargs,
    )


@translating_errors
def load_model(
    model_uri: str,
    dst_path: str | None = None,
    *,
    trusted: Iterable[str] | None = None,
    allow_unsafe_deserialization: bool = False,
) -> Any:
    """
    The estimator that was saved or logged.

    Args:
        model_uri: A path, or a URI: `models:/...`, `runs:/...`, or one of an artifact store.
        dst_path: Local directory to copy the model to, if it has to be copied.
        trusted: Full names of classes that it may consist of, beyond those that are known to be harmless.
        allow_unsafe_deserialization: Whether it may run any code. Only for models whose origin you know.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is no such model.
            INVALID_PARAMETER_VALUE: It needs more trust, which the message names; nothing was run.
            DATA_LOSS: A file is damaged. PERMISSION_DENIED: Pickles are switched off.

    Source: MLflow `mlflow.sklearn.load_model`; trust is ours.
    """
    found = located(model_uri, dst_path)
    given = trusted_by(trusted, allow_unsafe_deserialization, found)
    return session.model_directories().load(found.directory, FLAVOR_NAME, given, digest=found.digest)


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    max_tuning_runs: int | None = 5,
    log_post_training_metrics: bool = True,
    serialization_format: str = SERIALIZATION_FORMAT_CLOUDPICKLE,
    registered_model_name: str | None = None,
    pos_label: Any = None,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """
    Log what scikit-learn trains from now on: to the active run, or to one that starts and ends with the training.

    The outermost `fit`, `fit_transform` or `fit_predict` of an estimator is logged; what it fits itself is part
    of it. Training gives what it gives without logging, whatever happens to the logging.

    Args:
        log_input_examples: Whether logged models come with an example. log_model_signatures: With a signature.
        log_models: Whether trained models are logged. log_datasets: Whether the data are noted.
        disable: Stop. exclusive: Leave the runs alone that you start.
        disable_for_unsupported_versions: Do nothing if scikit-learn is older than what is supported.
        silent: Say nothing about what could not be logged.
        max_tuning_runs: How many child runs a search gets, for the best of what it tried; None for all of it.
        log_post_training_metrics: Whether `score` and metrics of predictions are logged after the training.
        serialization_format: "cloudpickle", "pickle" or "skops", which holds no code.
        registered_model_name: Register each model as a new version under this name.
        pos_label: The class that precision, recall and F1 are of; by default all, weighted.
        extra_tags: Of runs that this starts.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.sklearn.autolog`.
    """
    from genesis_flow.api.autologging.choices import Choices
    from genesis_flow.api.autologging.sklearn.switching import switch

    special = {
        "max_tuning_runs": max_tuning_runs,
        "log_post_training_metrics": log_post_training_metrics,
        "serialization_format": serialization_format,
        "registered_model_name": registered_model_name,
        "pos_label": pos_label,
        "log_model": log_model,
    }
    choices = Choices(
        log_input_examples=log_input_examples,
        log_model_signatures=log_model_signatures,
        log_models=log_models,
        log_datasets=log_datasets,
        is_disabled=disable,
        is_exclusive=exclusive,
        is_silent=silent,
        extra_tags=extra_tags,
        special=special,
    )
    switch(choices, disable_for_unsupported_versions)
