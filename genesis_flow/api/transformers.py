"""
Pipelines of transformers: saving, logging and loading them.

Source: MLflow `mlflow.transformers`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.environments import default_conda_env, default_requirements
from genesis_flow.api.models.locating import located, trusted_by
from genesis_flow.api.models.mlmodel import Model, ModelInfo
from genesis_flow.api.models.saving import SaveRequest, save
from genesis_flow.api.transformers_tasks import require_template, usual_signature
from genesis_flow.settings import MLFLOW_DEFAULT_PREDICTION_DEVICE, MLFLOW_HUGGINGFACE_MODEL_MAX_SHARD_SIZE

FLAVOR_NAME: Final = "transformers"

_RETURN_TYPES: Final = {"pipeline", "components"}

__all__ = [
    "FLAVOR_NAME",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "persist_pretrained_model",
    "save_model",
    "trainer_callback",
]


def get_default_pip_requirements(model: Any) -> list[str]:
    """
    What models of this flavor need at least, as lines for pip.

    Source: MLflow `mlflow.transformers.get_default_pip_requirements`.
    """
    return default_requirements("transformers", "torch")


def get_default_conda_env(model: Any) -> dict[str, Any]:
    """
    What models of this flavor need at least, as a conda environment.

    Source: MLflow `mlflow.transformers.get_default_conda_env`.
    """
    return default_conda_env(get_default_pip_requirements(model))


def save_model(
    transformers_model: Any,
    path: str | os.PathLike[str],
    processor: Any = None,
    task: str | None = None,
    torch_dtype: Any = None,
    model_card: Any = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: Any = None,
    input_example: Any = None,
    pip_requirements: Any = None,
    extra_pip_requirements: Any = None,
    conda_env: Any = None,
    metadata: dict[str, Any] | None = None,
    model_config: dict[str, Any] | None = None,
    prompt_template: str | None = None,
    save_pretrained: bool = True,
    base_model_path: str | None = None,
    **kwargs: Any,
) -> None:
    """
    Save a pipeline to a new directory.

    Args:
        transformers_model: A pipeline; a dict of "model" and its "tokenizer", "feature_extractor" or
            "image_processor"; or the path of a local checkpoint with a tokenizer. The latter two need `task`.
            The model may be one of peft: its adapter is saved, and its base model unless that stays elsewhere.
        path: Local directory; it must not hold anything.
        processor: Kept beside the pipeline, which is no function of texts then.
        torch_dtype: Of the numbers when it is loaded; by default as they are.
        model_card: A `huggingface_hub.ModelCard` to keep with the model; none is fetched. kwargs: Not used.
        code_paths: Files and directories of code that it needs; loading it then asks for trust.
        signature, input_example: As elsewhere; by default the signature of the task.
        pip_requirements, extra_pip_requirements, conda_env: What the model needs; by default what it uses.
        metadata: What its author notes. model_config: How it predicts, unless it is told otherwise.
        prompt_template: A text with "{prompt}" once, in place of which the input is put.
        save_pretrained: False to note where on the hub it came from instead of saving its weights.
        base_model_path: Of a model of peft: the directory that its base model is in, and stays in.

    Raises:
        MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.transformers.save_model`.
    """
    noted = mlflow_model if mlflow_model is not None else Model()
    task = task or getattr(transformers_model, "task", None)
    if metadata is not None:
        noted.metadata = metadata
    if prompt_template is not None:
        require_template(prompt_template, task)
        noted.metadata = {**(noted.metadata or {}), "prompt_template": prompt_template}
        if task == "text-generation":
            model_config = {"return_full_text": False, **(model_config or {})}
    options = {
        "processor": processor,
        "task": task,
        "torch_dtype": torch_dtype,
        "model_config": model_config,
        "prompt_template": prompt_template,
        "save_pretrained": save_pretrained,
        "shard_size": MLFLOW_HUGGINGFACE_MODEL_MAX_SHARD_SIZE.get(),
        "base_model_path": base_model_path,
        "model_card": model_card,
    }
    if signature is None:
        noted.signature = usual_signature(task)
    request = SaveRequest(
        conda_env=conda_env,
        code_paths=code_paths,
        mlflow_model=noted,
        signature=signature,
        input_example=input_example,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        function=lambda data, params: _live(transformers_model, options).predict(data, params),
        options=options,
    )
    save(FLAVOR_NAME, transformers_model, path, request)


def log_model(
    transformers_model: Any,
    artifact_path: str | None = None,
    processor: Any = None,
    task: str | None = None,
    torch_dtype: Any = None,
    model_card: Any = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: Any = None,
    extra_pip_requirements: Any = None,
    conda_env: Any = None,
    metadata: dict[str, Any] | None = None,
    model_config: dict[str, Any] | None = None,
    prompt_template: str | None = None,
    save_pretrained: bool = True,
    prompts: list[Any] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    base_model_path: str | None = None,
    **kwargs: Any,
) -> ModelInfo:
    """
    Log a pipeline as a logged model of the active run, or of the experiment in force.

    Args: As `save_model` and `Model.log`.

    Raises:
        MlflowException: What saving or storing raised; the logged model is FAILED then.

    Source: MLflow `mlflow.transformers.log_model`.
    """
    return Model.log(
        artifact_path=artifact_path,
        name=name,
        flavor=sys.modules[__name__],
        registered_model_name=registered_model_name,
        await_registration_for=await_registration_for,
        metadata=metadata,
        transformers_model=transformers_model,
        processor=processor,
        task=task,
        torch_dtype=torch_dtype,
        model_card=model_card,
        code_paths=code_paths,
        signature=signature,
        input_example=input_example,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        conda_env=conda_env,
        model_config=model_config,
        prompt_template=prompt_template,
        save_pretrained=save_pretrained,
        prompts=prompts,
        params=params,
        tags=tags,
        model_type=model_type,
        step=step,
        model_id=model_id,
        base_model_path=base_model_path,
        **kwargs,
    )


@translating_errors
def load_model(
    model_uri: str,
    dst_path: str | None = None,
    return_type: str = "pipeline",
    device: Any = None,
    base_model_path: str | None = None,
    *,
    trusted: Iterable[str] | None = None,
    allow_unsafe_deserialization: bool = False,
    **kwargs: Any,
) -> Any:
    """
    The pipeline that was saved or logged.

    Args:
        model_uri: A path, or a URI: `models:/...`, `runs:/...`, or one of an artifact store.
        dst_path: Local directory to copy the model to, if it has to be copied.
        return_type: "pipeline", or "components" for a dict of what makes one.
        device: Where it computes; by default what `MLFLOW_DEFAULT_PREDICTION_DEVICE` says.
        base_model_path: Of an adapter that was saved without its base model: the directory with that. Needed
            unless everything in the model is trusted, as its record could name any.
        trusted: Full names of classes that it may consist of, where its weights are a pickle.
        allow_unsafe_deserialization: Whether code that lies in it may run. Only for models whose origin you know.
        kwargs: `torch_dtype` or `dtype`; others are for the pipeline.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is no such model.
            INVALID_PARAMETER_VALUE: It needs more trust; nothing was run. DATA_LOSS: A file is damaged.

    Source: MLflow `mlflow.transformers.load_model`; trust is ours.
    """
    if return_type not in _RETURN_TYPES:
        raise MlflowException.invalid_parameter_value(
            f"The specified return_type mode '{return_type}' is unsupported. Please select one of: {_RETURN_TYPES}"
        )
    if kwargs.pop("trust_remote_code", False) and not allow_unsafe_deserialization:
        raise MlflowException.invalid_parameter_value(
            "trust_remote_code runs code that lies in the model. If you know where it comes from, load it with "
            "allow_unsafe_deserialization=True."
        )
    found = located(model_uri, dst_path)
    given = trusted_by(trusted, allow_unsafe_deserialization, found)
    dtype, old = kwargs.pop("dtype", None), kwargs.pop("torch_dtype", None)
    options = {
        "return_type": return_type,
        "device": MLFLOW_DEFAULT_PREDICTION_DEVICE.get() if device is None else device,
        "torch_dtype": dtype or old,
        "pipeline_options": kwargs,
        "base_model_path": base_model_path,
    }
    return session.model_directories().load(found.directory, FLAVOR_NAME, given, options, digest=found.digest)


@translating_errors
def persist_pretrained_model(model_uri: str, *, base_model_path: str | None = None) -> None:
    """
    Store the weights of a model that was saved with save_pretrained=False beside its record.

    They are read from the local cache of the hub; nothing is downloaded.

    Args:
        model_uri: Path or URI, but not of a version of a registered model, which never changes.
        base_model_path: As `load_model`; ours.

    Raises:
        MlflowException: RESOURCE_ALREADY_EXISTS: They are there. INVALID_PARAMETER_VALUE: It never changes.
            RESOURCE_DOES_NOT_EXIST: There is no such model, or the cache does not have it.

    Source: MLflow `mlflow.transformers.persist_pretrained_model`.
    """
    from genesis_flow.api.models.changes import changing_model

    with changing_model(model_uri) as (directory, model):
        noted = dict(model.flavors[FLAVOR_NAME])
        if "model_binary" in noted:
            raise MlflowException(
                "It appears that the pretrained model weight is already saved to the artifact path.",
                "RESOURCE_ALREADY_EXISTS",
            )
        parts = load_model(str(directory), return_type="components", base_model_path=base_model_path)
        shard_size = MLFLOW_HUGGINGFACE_MODEL_MAX_SHARD_SIZE.get()
        # An adapter stays where it is: what is stored is the model that it adapts.
        base = parts["model"].unload() if "peft_adaptor" in noted else parts["model"]
        base.save_pretrained(directory / "model", max_shard_size=shard_size)
        for name in ("tokenizer", "feature_extractor", "image_processor", "processor"):
            if name in parts and not (directory / "components" / name).exists():
                parts[name].save_pretrained(directory / "components" / name)
            noted.pop(f"{name}_name", None)
            noted.pop(f"{name}_revision", None)
        noted.pop("source_model_revision", None)
        noted.pop("local_base_model_path", None)
        model.flavors[FLAVOR_NAME] = {**noted, "model_binary": "model"}


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = False,
    log_models: bool = False,
    log_datasets: bool = False,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """
    Note what the `Trainer` of transformers trains from now on, as `trainer_callback` does, which every one gets.

    The run is the one in force, else a new one that ends with the training: FAILED, if that raises an error.
    Nothing that is trained on the way, as by metrics of scikit-learn, is logged by itself. Where the package mlflow
    is not installed, `report_to="mlflow"` asks for the same callback. transformers is not imported.

    Args:
        log_input_examples, log_model_signatures, log_models, log_datasets: Have no effect, as in MLflow.
        disable: Stop. exclusive: Leave the runs alone that you start.
        disable_for_unsupported_versions: Do nothing if transformers is older than what is supported.
        silent: Say nothing about what could not be noted. extra_tags: Of runs that this starts.

    Source: MLflow `mlflow.transformers.autolog`; the variables of the environment that transformers'
        `MLflowCallback` knows mean the same here.
    """
    from genesis_flow.api.autologging.choices import Choices
    from genesis_flow.api.autologging.transformers.switching import switch

    choices = Choices(
        log_input_examples=log_input_examples,
        log_model_signatures=log_model_signatures,
        log_models=log_models,
        log_datasets=log_datasets,
        is_disabled=disable,
        is_exclusive=exclusive,
        is_silent=silent,
        extra_tags=extra_tags,
    )
    switch(choices, disable_for_unsupported_versions)


def trainer_callback() -> Any:
    """
    A callback for the `Trainer` of transformers: params and metrics are noted in the run in force, else in a new one.

    Use it as `Trainer(..., callbacks=[genesis_flow.transformers.trainer_callback()])`.

    Raises:
        ImportError: transformers is not installed.

    Source: ours; transformers has a callback of this kind for MLflow itself.
    """
    from genesis_flow.api.autologging.transformers.callback import callback_class

    return callback_class()()


def _live(model: Any, options: dict[str, Any]) -> Any:
    return session.model_directories().flavors.get(FLAVOR_NAME).live(model, options)
