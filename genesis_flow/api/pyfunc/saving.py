"""
Saving models that users write themselves.

Source: MLflow `mlflow.pyfunc`.
"""

from __future__ import annotations

import inspect
import logging
import os
import platform
import sys
from pathlib import Path
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.config import read_config
from genesis_flow.api.models.mlmodel import Model, ModelInfo
from genesis_flow.api.models.model_signature import ModelSignature
from genesis_flow.api.models.saving import SaveRequest, save
from genesis_flow.api.pyfunc.utils.data_validation import pyfunc
from genesis_flow.api.types.inference import infer_param_schema
from genesis_flow.api.types.type_hints import UnsupportedTypeHintException, schema_of_hint
from genesis_flow.domain.entities.model_record import FUNCTION
from genesis_flow.domain.values.hints import hints_of
from genesis_flow.domain.values.uris import redacted
from genesis_flow.ports.python_models import FunctionModel, PythonModelContext
from genesis_flow.settings import MLFLOW_LOG_MODEL_COMPRESSION

__all__ = ["add_to_model", "log_model", "save_model"]

_log = logging.getLogger(__name__)


def add_to_model(
    model: Model,
    loader_module: str,
    data: str | None = None,
    code: str | None = None,
    conda_env: Any = None,
    python_env: Any = None,
    model_config: dict[str, Any] | None = None,
    model_code_path: str | None = None,
    **kwargs: Any,
) -> Model:
    """
    Note in `model` how it is loaded as a function.

    Source: MLflow `mlflow.pyfunc.add_to_model`.
    """
    known = {"data": data, "code": code, "config": model_config, "model_code_path": model_code_path}
    env = {"conda": conda_env, "virtualenv": python_env}
    noted = {name: value for name, value in known.items() if value}
    if named := {name: value for name, value in env.items() if value}:
        noted["env"] = named
    return model.add_flavor(
        FUNCTION, loader_module=loader_module, python_version=platform.python_version(), **noted, **kwargs
    )


@translating_errors
def save_model(
    path: str | os.PathLike[str],
    loader_module: str | None = None,
    data_path: str | None = None,
    code_paths: list[str] | None = None,
    infer_code_paths: bool = False,
    conda_env: Any = None,
    mlflow_model: Model | None = None,
    python_model: Any = None,
    artifacts: dict[str, str] | None = None,
    signature: Any = None,
    input_example: Any = None,
    pip_requirements: Any = None,
    extra_pip_requirements: Any = None,
    metadata: dict[str, Any] | None = None,
    model_config: Any = None,
    streamable: bool | None = None,
    resources: Any = None,
    auth_policy: Any = None,
    uv_project_path: Any = None,
    uv_groups: list[str] | None = None,
    uv_extras: list[str] | None = None,
    **kwargs: Any,
) -> None:
    """
    Save a model that a user wrote to a new directory.

    Args:
        path: Local directory; it must not hold anything.
        loader_module: The name of a module with `_load_pyfunc(path)`, which loads what is at `data_path`; it has
            to be among `code_paths`, or installed.
        python_model: An instance of `PythonModel`, a function of one argument, or the path of a file of code that
            calls `set_model`.
        artifacts: URIs or paths of files of the `python_model`, by name.
        code_paths, conda_env, signature, input_example, pip_requirements, extra_pip_requirements, metadata:
            As for the other flavors.
        model_config: A dict, or the path of a YAML file.
        streamable: Whether it can predict piece by piece; by default whether `predict_stream` is defined.
        infer_code_paths, resources, auth_policy, uv_project_path, uv_groups, uv_extras: Not supported.

    Raises:
        MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.pyfunc.save_model`.
    """
    _refuse_what_is_not_supported(
        infer_code_paths=infer_code_paths, resources=resources, auth_policy=auth_policy,
        uv_project_path=uv_project_path, uv_groups=uv_groups, uv_extras=uv_extras, **kwargs,
    )  # fmt: skip
    _require_one_way(loader_module, data_path, python_model, artifacts)
    config = read_config(model_config)
    files = _local(artifacts)
    model, live = _model_of(python_model, config)
    context = PythonModelContext({name: str(source) for name, (source, _) in files.items()}, config)
    by_hints = _signature_of_hints(live, input_example)
    if by_hints is not None and signature and signature != by_hints:
        _log.warning("What the model takes is said by its type hints, not by the signature given:\n%s", by_hints)
    request = SaveRequest(
        conda_env=conda_env,
        code_paths=code_paths,
        mlflow_model=mlflow_model,
        signature=signature if by_hints is None else by_hints,
        input_example=input_example,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        metadata=metadata,
        function=None if live is None else _predicting(live, context),
        options={
            "loader_module": loader_module,
            "data_path": data_path,
            "artifacts": files,
            "model_config": config,
            "streamable": _is_streaming(live) if streamable is None else streamable,
            "compression": MLFLOW_LOG_MODEL_COMPRESSION.get(),
        },
    )
    save(FUNCTION, model, path, request)


def log_model(
    artifact_path: str | None = None,
    loader_module: str | None = None,
    data_path: str | None = None,
    code_paths: list[str] | None = None,
    infer_code_paths: bool = False,
    conda_env: Any = None,
    python_model: Any = None,
    artifacts: dict[str, str] | None = None,
    registered_model_name: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: Any = None,
    extra_pip_requirements: Any = None,
    metadata: dict[str, Any] | None = None,
    model_config: Any = None,
    streamable: bool | None = None,
    resources: Any = None,
    auth_policy: Any = None,
    uv_project_path: Any = None,
    uv_groups: list[str] | None = None,
    uv_extras: list[str] | None = None,
    prompts: list[Any] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
) -> ModelInfo:
    """
    Log a model that a user wrote as a logged model of the active run, or of the experiment in force.

    Args: As `save_model` and `Model.log`.

    Raises:
        MlflowException: What saving or storing raised; the logged model is FAILED then.

    Source: MLflow `mlflow.pyfunc.log_model`.
    """
    return Model.log(
        artifact_path=artifact_path,
        name=name,
        flavor=sys.modules["genesis_flow.api.pyfunc"],
        loader_module=loader_module,
        data_path=data_path,
        code_paths=code_paths,
        infer_code_paths=infer_code_paths,
        conda_env=conda_env,
        python_model=python_model,
        artifacts=artifacts,
        registered_model_name=registered_model_name,
        signature=signature,
        input_example=input_example,
        await_registration_for=await_registration_for,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        metadata=metadata,
        model_config=model_config,
        streamable=streamable,
        resources=resources,
        auth_policy=auth_policy,
        uv_project_path=uv_project_path,
        uv_groups=uv_groups,
        uv_extras=uv_extras,
        prompts=prompts,
        params=params,
        tags=tags,
        model_type=model_type,
        step=step,
        model_id=model_id,
    )


def _refuse_what_is_not_supported(**given: Any) -> None:
    if refused := sorted(name for name, value in given.items() if value):
        raise MlflowException.invalid_parameter_value(f"Not supported by genesis-flow: {', '.join(refused)}.")


def _require_one_way(loader_module: Any, data_path: Any, python_model: Any, artifacts: Any) -> None:
    if python_model is not None and (loader_module is not None or data_path is not None):
        raise MlflowException.invalid_parameter_value(
            "The following sets of parameters cannot be specified together: {'loader_module', 'data_path'} and "
            "{'python_model', 'artifacts'}. All parameters in one set must be `None`."
        )
    if python_model is None and loader_module is None:
        missing = "If the `artifacts` parameter is given, `python_model` has to be too" if artifacts else (
            "Either `loader_module` or `python_model` must be specified. A `loader_module` should be a python module. "
            "A `python_model` should be a subclass of PythonModel"
        )
        raise MlflowException.invalid_parameter_value(missing)


def _local(artifacts: dict[str, str] | None) -> dict[str, tuple[Path, str]]:
    """Where the files of a model are on this machine's disk, and what the user called them, by name."""
    from genesis_flow.api.artifacts import download_artifacts

    found = {}
    for name, uri in (artifacts or {}).items():
        path = Path(os.path.expanduser(str(uri)))
        noted = redacted(uri) if "://" in str(uri) else str(uri)
        found[name] = (path if path.exists() else Path(download_artifacts(str(uri))), noted)
    return found


def _model_of(given: Any, config: Any) -> tuple[Any, Any]:
    """What is saved, and the same as an object with `predict`."""
    if given is None:
        return None, None
    if isinstance(given, str | os.PathLike):
        path = Path(given)
        if not path.is_file():
            raise MlflowException.invalid_parameter_value(
                f"If the provided model '{path}' is a string, it must be a valid python file path containing the code "
                "for defining the model."
            )
        return path, session.model_directories().flavors.get(FUNCTION).live(path, {"model_config": config})
    if callable(getattr(given, "predict", None)):
        return given, given
    if not callable(given):
        raise MlflowException.invalid_parameter_value(
            "`python_model` must be a PythonModel instance, callable object, or path to a script that uses "
            f"set_model() to set a PythonModel instance or callable object. Got {type(given)}"
        )
    if len(inspect.signature(given).parameters) != 1:
        raise MlflowException.invalid_parameter_value(
            "When `python_model` is a callable object, it must accept exactly one argument. "
            f"Found {len(inspect.signature(given).parameters)} arguments."
        )
    made = FunctionModel(pyfunc(given))
    return made, made


def _signature_of_hints(model: Any, example: Any) -> ModelSignature | None:
    """
    The signature that the type hints of a model's `predict` say; None if they say none.

    Params are those of the example, if it is one of data and params.
    """
    if model is None:
        return None
    hints = hints_of(getattr(model, "func", model.predict))
    try:
        inputs = schema_of_hint(hints.input)
    except UnsupportedTypeHintException:
        return None
    params = example[1] if isinstance(example, tuple) and len(example) == 2 else None
    try:
        outputs = schema_of_hint(hints.output)
    except UnsupportedTypeHintException:
        outputs = None
    found = ModelSignature(inputs, outputs, infer_param_schema(params) if params else None)
    found._is_signature_from_type_hint = True
    return found


def _predicting(model: Any, context: PythonModelContext) -> Any:
    """The model as a function of data and params, for its signature; it gets ready when it is first called."""
    ready: list[bool] = []

    def predict(data: Any, params: Any) -> Any:
        if not ready and hasattr(model, "load_context"):
            model.load_context(context)
        ready.append(True)
        parameters = inspect.signature(model.predict).parameters
        told = {"params": params} if "params" in parameters else {}
        return model.predict(context, data, **told) if "context" in parameters else model.predict(data, **told)

    return predict


def _is_streaming(model: Any) -> bool:
    found = getattr(type(model), "predict_stream", None)
    from genesis_flow.api.pyfunc.model import PythonModel

    return found is not None and found is not PythonModel.predict_stream
