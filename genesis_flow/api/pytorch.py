"""
Models of PyTorch: saving, logging and loading them, and their state dictionaries.

Source: MLflow `mlflow.pytorch`.
"""

from __future__ import annotations

import logging
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
from genesis_flow.api.torch_states import (
    device_in,
    load_checkpoint,
    load_state_dict,
    log_state_dict,
    save_state_dict,
)

_log = logging.getLogger(__name__)

FLAVOR_NAME: Final = "pytorch"
SERIALIZATION_FORMAT_PICKLE: Final = "pickle"
SERIALIZATION_FORMAT_PT2: Final = "pt2"
SERIALIZATION_FORMAT_STATE_DICT: Final = "state_dict"

__all__ = [
    "FLAVOR_NAME",
    "SERIALIZATION_FORMAT_PICKLE",
    "SERIALIZATION_FORMAT_PT2",
    "SERIALIZATION_FORMAT_STATE_DICT",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "lightning_callback",
    "load_checkpoint",
    "load_model",
    "load_state_dict",
    "log_model",
    "log_state_dict",
    "save_model",
    "save_state_dict",
]


def __getattr__(name: str) -> Any:
    """The callback for checkpoints, which is made when it is asked for: it needs PyTorch Lightning."""
    if name == "MlflowModelCheckpointCallback":
        from genesis_flow.api.autologging.pytorch.callback import callback_class, lightning_in_use
        from genesis_flow.api.autologging.pytorch.checkpoints import CheckpointNotes

        return callback_class(CheckpointNotes, lightning_in_use())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def get_default_pip_requirements() -> list[str]:
    """
    What models of this flavor need at least, as lines for pip.

    Source: MLflow `mlflow.pytorch.get_default_pip_requirements`.
    """
    return default_requirements("torch", "cloudpickle")


def get_default_conda_env() -> dict[str, Any]:
    """
    What models of this flavor need at least, as a conda environment.

    Source: MLflow `mlflow.pytorch.get_default_conda_env`.
    """
    return default_conda_env(get_default_pip_requirements())


def save_model(
    pytorch_model: Any,
    path: str | os.PathLike[str],
    conda_env: Any = None,
    mlflow_model: Model | None = None,
    code_paths: list[str] | None = None,
    pickle_module: Any = None,
    signature: Any = None,
    input_example: Any = None,
    extra_files: list[str] | None = None,
    pip_requirements: Any = None,
    extra_pip_requirements: Any = None,
    metadata: dict[str, Any] | None = None,
    export_model: bool = False,
    serialization_format: str | None = None,
    **kwargs: Any,
) -> None:
    """
    Save a module to a new directory.

    Args:
        pytorch_model: A `torch.nn.Module`. path: Local directory; it must not hold anything.
        conda_env, pip_requirements, extra_pip_requirements: What the model needs; by default what it uses.
        code_paths: Files and directories of code that it needs; loading it then asks for trust.
        pickle_module: What pickles it, in the format "pickle"; by default cloudpickle.
        signature: What the model takes and gives; None for what `input_example` shows, False for none.
        input_example: An array or tensor, or a list of them; "pt2" needs it, to trace the model.
        metadata: What its author notes. extra_files: URIs or paths of further files.
        export_model: As serialization_format="pt2", which replaces it.
        serialization_format: "pt2" (the default: the model as a graph of functions of tensors),
            "state_dict" (its tensors as safetensors; who loads it gives the class), or "pickle".
        kwargs: For `torch.save`, in the format "pickle".

    Raises:
        MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.pytorch.save_model`; the format "state_dict" is ours.
    """
    traced = _traced(input_example)
    is_plain = not traced or (len(traced) == 1 and isinstance(input_example, _arrays()))
    tensor = _array_of(traced[0]) if traced and len(traced) == 1 and signature is None and not is_plain else None
    request = SaveRequest(
        conda_env=conda_env,
        code_paths=code_paths,
        mlflow_model=mlflow_model,
        signature=_signature_of(pytorch_model, tensor) if tensor is not None else signature,
        input_example=input_example if is_plain else None,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        metadata=metadata,
        extra_files=extra_files,
        function=lambda data, params: _live(pytorch_model).predict(data, params),
        options={
            "serialization_format": _format(export_model, serialization_format),
            "pickle_module": pickle_module,
            "pickle_options": kwargs,
            "traced": traced,
        },
    )
    save(FLAVOR_NAME, pytorch_model, path, request)


def log_model(
    pytorch_model: Any,
    artifact_path: str | None = None,
    conda_env: Any = None,
    code_paths: list[str] | None = None,
    pickle_module: Any = None,
    registered_model_name: str | None = None,
    signature: Any = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    extra_files: list[str] | None = None,
    pip_requirements: Any = None,
    extra_pip_requirements: Any = None,
    metadata: dict[str, Any] | None = None,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    export_model: bool = False,
    serialization_format: str | None = None,
    **kwargs: Any,
) -> ModelInfo:
    """
    Log a module as a logged model of the active run, or of the experiment in force.

    Args: As `save_model` and `Model.log`.

    Raises:
        MlflowException: What saving or storing raised; the logged model is FAILED then.

    Source: MLflow `mlflow.pytorch.log_model`.
    """
    return Model.log(
        artifact_path=artifact_path,
        name=name,
        flavor=sys.modules[__name__],
        pytorch_model=pytorch_model,
        conda_env=conda_env,
        code_paths=code_paths,
        pickle_module=pickle_module,
        registered_model_name=registered_model_name,
        signature=signature,
        input_example=input_example,
        await_registration_for=await_registration_for,
        extra_files=extra_files,
        pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements,
        metadata=metadata,
        params=params,
        tags=tags,
        model_type=model_type,
        step=step,
        model_id=model_id,
        export_model=export_model,
        serialization_format=serialization_format,
        **kwargs,
    )


@translating_errors
def load_model(
    model_uri: str,
    dst_path: str | None = None,
    *,
    trusted: Iterable[str] | None = None,
    allow_unsafe_deserialization: bool = False,
    model_class: Any = None,
    **kwargs: Any,
) -> Any:
    """
    The module that was saved or logged, ready to predict.

    Args:
        model_uri: A path, or a URI: `models:/...`, `runs:/...`, or one of an artifact store.
        dst_path: Local directory to copy the model to, if it has to be copied.
        trusted: Full names of classes that it may consist of, beyond those that are known to be harmless.
        allow_unsafe_deserialization: Whether it may run any code. Only for models whose origin you know.
        model_class: For the format "state_dict": the class of the model, or what makes one, or one.
        kwargs: `device` or `map_location`: where its tensors go; other options of `torch.load` that MLflow takes
            have no effect here: the file is read by this package.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is no such model.
            INVALID_PARAMETER_VALUE: It needs more trust, which the message names; nothing was run.
            DATA_LOSS: A file is damaged. PERMISSION_DENIED: Pickles are switched off.

    Source: MLflow `mlflow.pytorch.load_model`; trust and `model_class` are ours.
    """
    found = located(model_uri, dst_path)
    given = trusted_by(trusted, allow_unsafe_deserialization, found)
    options = {"device": device_in(kwargs), "model_class": model_class}
    return session.model_directories().load(found.directory, FLAVOR_NAME, given, options, digest=found.digest)


def autolog(
    log_every_n_epoch: int = 1,
    log_every_n_step: int | None = None,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: dict[str, str] | None = None,
    checkpoint: bool = True,
    checkpoint_monitor: str | None = "val_loss",
    checkpoint_mode: str = "min",
    checkpoint_save_best_only: bool = True,
    checkpoint_save_weights_only: bool = False,
    checkpoint_save_freq: str | int = "epoch",
    log_model_signatures: bool = True,
) -> None:
    """
    Log what the `Trainer` of PyTorch Lightning fits from now on: to the active run, or to one that ends with it.

    Params of the optimizer and of early stopping, the metrics that the module logs, a summary of the module, the
    module itself, checkpoints, and the metrics of a later `test`. It works for `lightning` and `pytorch_lightning`,
    imported or not. Training gives what it gives without logging, whatever happens to the logging.

    Args:
        log_every_n_epoch: After how many epochs metrics are logged. log_every_n_step: After how many steps those
            are that the module logs by step, each at the trainer's step; None for with the epoch.
        log_models: Whether the module is logged, as a pickle: its own methods are part of it. Metrics are the
            logged model's too. log_model_signatures: With the signature of its first call in the training.
        log_datasets: Has no effect, as in MLflow.
        disable: Stop. exclusive: Leave the runs alone that you start.
        disable_for_unsupported_versions: Do nothing if PyTorch Lightning is older than what is supported.
        silent: Say nothing about what could not be logged.
        registered_model_name: Register each model as a new version under this name.
        extra_tags: Of runs that this starts.
        checkpoint: Whether checkpoints are stored in the run. checkpoint_monitor, checkpoint_mode,
            checkpoint_save_best_only, checkpoint_save_weights_only, checkpoint_save_freq: See
            `MlflowModelCheckpointCallback`.

    Source: MLflow `mlflow.pytorch.autolog`; calls of TensorBoard are not logged.
    """
    from genesis_flow.api.autologging.pytorch.switching import switch

    choices = _choices(
        log_every_n_epoch, log_every_n_step, log_models, registered_model_name, log_model_signatures,
        log_datasets=log_datasets, is_disabled=disable, is_exclusive=exclusive, is_silent=silent,
        extra_tags=extra_tags,
    )  # fmt: skip
    choices.special["checkpoint"] = checkpoint
    choices.special["checkpoints"] = {
        "monitor": checkpoint_monitor,
        "mode": checkpoint_mode,
        "save_best_only": checkpoint_save_best_only,
        "save_weights_only": checkpoint_save_weights_only,
        "save_freq": checkpoint_save_freq,
    }
    switch(choices, disable_for_unsupported_versions)


def lightning_callback(
    log_every_n_epoch: int = 1,
    log_every_n_step: int | None = None,
    log_models: bool = True,
    registered_model_name: str | None = None,
    log_model_signatures: bool = True,
) -> Any:
    """
    A callback for the `Trainer` of PyTorch Lightning that logs one training as `autolog` does, but checkpoints.

    Use it as `Trainer(callbacks=[genesis_flow.pytorch.lightning_callback()])`, with `MlflowModelCheckpointCallback`
    beside it for checkpoints. The run is the one in force, else a new one that ends with the training.

    Args: As `autolog`.

    Raises:
        ImportError: PyTorch Lightning is not installed.

    Source: ours.
    """
    from genesis_flow.api.autologging.pytorch.callback import OwnLightningNotes, callback_class, lightning_in_use

    choices = _choices(log_every_n_epoch, log_every_n_step, log_models, registered_model_name, log_model_signatures)
    return callback_class(OwnLightningNotes, lightning_in_use())(choices)


def _choices(
    log_every_n_epoch: int,
    log_every_n_step: int | None,
    log_models: bool,
    registered_model_name: str | None,
    log_model_signatures: bool,
    **others: Any,
) -> Any:
    from genesis_flow.api.autologging.choices import Choices

    special = {
        "log_every_n_epoch": log_every_n_epoch,
        "log_every_n_step": log_every_n_step,
        "registered_model_name": registered_model_name,
        "log_model": log_model,
    }
    return Choices(log_models=log_models, log_model_signatures=log_model_signatures, special=special, **others)


def _live(model: Any) -> Any:
    return session.model_directories().flavors.get(FLAVOR_NAME).live(model, {})


def _format(export_model: bool, format: str | None) -> str:
    if not export_model:
        return format or SERIALIZATION_FORMAT_PT2
    if format not in (None, SERIALIZATION_FORMAT_PT2):
        raise MlflowException.invalid_parameter_value(
            f"Cannot set both `export_model=True` and `serialization_format='{format}'`. Please use only the "
            "`serialization_format` argument."
        )
    return SERIALIZATION_FORMAT_PT2


def _arrays() -> Any:
    import numpy as np

    return np.ndarray


def _traced(example: Any) -> tuple[Any, ...] | None:
    """The arrays and tensors of an example; None for one that is of something else."""
    torch = sys.modules.get("torch")  # whoever has a tensor has imported it
    kinds = (_arrays(), torch.Tensor) if torch else (_arrays(),)
    found = (example,) if isinstance(example, kinds) else example
    is_one = isinstance(found, list | tuple) and len(found) > 0 and all(isinstance(each, kinds) for each in found)
    return tuple(found) if is_one else None


def _array_of(tensor: Any) -> Any:
    return tensor if isinstance(tensor, _arrays()) else tensor.detach().cpu().numpy()


def _signature_of(model: Any, array: Any) -> Any:
    from genesis_flow.api.models.signature import infer_signature

    try:
        return infer_signature(array, _live(model).predict(array))
    except Exception as error:  # whatever the model does: the flavor says what is missing
        _log.warning("The signature of the model was not found by its example: %r", error)
        return None
