"""
State dictionaries and checkpoints, which are tensors without the model that they are of.

Source: MLflow `mlflow.pytorch`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.locating import located, trusted_by
from genesis_flow.ports.state_dictionaries import StateDictionaries
from genesis_flow.settings import MLFLOW_ALLOW_PICKLE_DESERIALIZATION

#: The tag of a run that says where its latest checkpoint is.
LATEST_CHECKPOINT: Final = "mlflow.latest_checkpoint_artifact"

_FLAVOR: Final = "pytorch"


def log_state_dict(state_dict: dict[str, Any], artifact_path: str, **kwargs: Any) -> None:
    """
    Store a state dictionary as an artifact of the run in force; it becomes no model.

    Args: As `save_state_dict`; `artifact_path` is the directory in the run's artifacts.

    Source: MLflow `mlflow.pytorch.log_state_dict`.
    """
    from genesis_flow.api.fluent.artifacts import log_artifacts

    with tempfile.TemporaryDirectory(prefix="genesis-flow-state-") as directory:
        save_state_dict(state_dict, directory, **kwargs)
        log_artifacts(directory, artifact_path)


@translating_errors
def save_state_dict(state_dict: dict[str, Any], path: str | os.PathLike[str], **kwargs: Any) -> None:
    """
    Write a state dictionary, or a checkpoint that holds some, into a directory.

    Args:
        kwargs: serialization_format="safetensors" for a file of that kind, which holds tensors by name only;
            all others are for `torch.save`.

    Raises:
        TypeError: It is no dict.
        MlflowException: INVALID_PARAMETER_VALUE: It cannot be written as safetensors.

    Source: MLflow `mlflow.pytorch.save_state_dict`; safetensors are ours.
    """
    if not isinstance(state_dict, dict):
        raise TypeError(f"Invalid object type for `state_dict`: {type(state_dict)}. Must be an instance of `dict`")
    format = kwargs.pop("serialization_format", None)
    if format not in (None, "pickle", "safetensors"):
        raise MlflowException.invalid_parameter_value(
            f"The `serialization_format` of a state dict must be 'pickle' or 'safetensors', not {format!r}."
        )
    _states().save_state(state_dict, Path(path), {"format": format, "pickle_options": kwargs})


@translating_errors
def load_state_dict(
    state_dict_uri: str,
    *,
    trusted: Iterable[str] | None = None,
    allow_unsafe_deserialization: bool = False,
    **kwargs: Any,
) -> Any:
    """
    A state dictionary that was saved or logged.

    Args:
        state_dict_uri: Path or URI of its directory.
        trusted, allow_unsafe_deserialization: As `load_model`; tensors and plain containers need neither.
        kwargs: `map_location`: where tensors go, a device. `mmap`: whether numbers are read when they are used; the
            file must not change meanwhile. Other options of `torch.load` have no effect here.

    Raises:
        MlflowException: As `load_model`.

    Source: MLflow `mlflow.pytorch.load_state_dict`; trust is ours.
    """
    found = located(state_dict_uri)
    directory = found.directory
    if not MLFLOW_ALLOW_PICKLE_DESERIALIZATION.get() and not (directory / "state_dict.safetensors").exists():
        raise MlflowException(
            "Deserializing model using pickle is disallowed, but this state dict is saved in pickle format. You can "
            "set environment variable 'MLFLOW_ALLOW_PICKLE_DESERIALIZATION' to 'true' to allow it.",
            "PERMISSION_DENIED",
        )
    given = trusted_by(trusted, allow_unsafe_deserialization, found)
    state = _states().load_state(directory, given, {"mapped": kwargs.get("mmap")})
    device = device_in(kwargs)
    return state if device is None else _moved(state, device)


@translating_errors
def load_checkpoint(
    model_class: Any,
    run_id: str | None = None,
    epoch: int | None = None,
    global_step: int | None = None,
    kwargs: dict[str, Any] | None = None,
    *,
    trusted: Iterable[str] | None = None,
    allow_unsafe_deserialization: bool = False,
) -> Any:
    """
    A module of PyTorch Lightning, as a checkpoint that MLflow logged in a run has it.

    Args:
        model_class: Its class. run_id: None for the active run.
        epoch, global_step: Of the checkpoint, one of them; None for the latest.
        kwargs: For `load_from_checkpoint`. trusted, allow_unsafe_deserialization: As `load_model`; the file is
            read through our own door first.

    Raises:
        MlflowException: There is no such checkpoint; or as `load_model`.

    Source: MLflow `mlflow.pytorch.load_checkpoint`; trust is ours.
    """
    from genesis_flow.api.client import MlflowClient
    from genesis_flow.api.fluent.active_run import active_run

    run = active_run() if run_id is None else MlflowClient().get_run(run_id)
    if run is None:
        raise MlflowException.invalid_parameter_value("There is no active run, so 'run_id' has to be given.")
    if epoch is not None and global_step is not None:
        raise MlflowException.invalid_parameter_value(
            "Only one of 'epoch' and 'global_step' can be set for 'load_checkpoint'."
        )
    latest = MlflowClient().get_run(run.info.run_id).data.tags.get(LATEST_CHECKPOINT)
    if latest is None:
        raise MlflowException("There is no logged checkpoint artifact in the current run.")
    name = latest.rpartition("/")[2]
    place = latest
    if epoch is not None or global_step is not None:
        place = f"checkpoints/{f'epoch_{epoch}' if epoch is not None else f'global_step_{global_step}'}/{name}"
    with tempfile.TemporaryDirectory(prefix="genesis-flow-checkpoint-") as directory:
        path = Path(MlflowClient().download_artifacts(run.info.run_id, place, directory))
        given = trusted_by(trusted, allow_unsafe_deserialization)
        if not given.allow_unsafe:
            _states().load_state(path.parent, given, {"file": path.name, "mapped": True})
        return model_class.load_from_checkpoint(str(path), **(kwargs or {}))


def _states() -> StateDictionaries:
    found: Any = session.model_directories().flavors.get(_FLAVOR)
    states: StateDictionaries = found
    return states


def device_in(options: dict[str, Any]) -> Any:
    """The device that the options of `torch.load` name; None for none."""
    found = options.get("device") or options.get("map_location")
    if callable(found) or isinstance(found, dict):
        raise MlflowException.invalid_parameter_value("'map_location' is the name of a device here, such as 'cuda'.")
    return found


def _moved(state: Any, device: Any) -> Any:
    if isinstance(state, dict):
        for key, value in state.items():
            state[key] = _moved(value, device)
        return state
    if isinstance(state, list | tuple):
        return type(state)(_moved(each, device) for each in state)
    return state.to(device) if hasattr(state, "to") else state
