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
    given = trusted_by(trusted, allow_unsafe_deserialization)
    return session.model_directories().load(found.directory, FLAVOR_NAME, given, digest=found.digest)
