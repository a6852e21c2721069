"""Saving a model of any flavor to a new directory."""

from __future__ import annotations

import logging
import os
import platform
import shutil
import stat
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import INVALID_PARAMETER_VALUE, RESOURCE_ALREADY_EXISTS, MlflowException
from genesis_flow.api.models.examples import Example, save_example
from genesis_flow.api.models.mlmodel import Model
from genesis_flow.api.models.model_signature import ModelSignature
from genesis_flow.api.models.own_models import own_models
from genesis_flow.api.models.requirements import environment, require_one
from genesis_flow.domain.entities.model_record import FUNCTION, RECORD_FILE
from genesis_flow.ports.flavors import ModelFlavor, SavedModel
from genesis_flow.ports.model_files import CONDA_FILE, PYTHON_FILE

_log = logging.getLogger(__name__)

CODE_DIRECTORY: Final = "code"
EXTRA_DIRECTORY: Final = "extra_files"


@attrs.frozen(kw_only=True)
class SaveRequest:
    """
    What every flavor's `save_model` takes.

    Attributes:
        mlflow_model: What is added to; None for a new one.
        signature: False for none, None for what the example shows.
        function: What predicts like the saved model, for the signature; None for a model that cannot predict.
        options: For the flavor itself; see its `save`.
    """

    conda_env: Any = None
    code_paths: Any = None
    mlflow_model: Model | None = None
    signature: Any = None
    input_example: Any = None
    pip_requirements: Any = None
    extra_pip_requirements: Any = None
    metadata: dict[str, Any] | None = None
    extra_files: list[str] | None = None
    function: Callable[[Any, Any], Any] | None = None
    options: Mapping[str, Any] = attrs.field(factory=dict)


@translating_errors
def save(flavor_name: str, model: Any, path: str | os.PathLike[str], request: SaveRequest) -> Model:
    """
    Write a model of the flavor `flavor_name` into the new directory `path`.

    If it fails, `path` is as it was.

    Raises:
        MlflowException: RESOURCE_ALREADY_EXISTS: `path` holds something.
            INVALID_PARAMETER_VALUE: What is given is not what the flavor can write.
        MissingLibrary: The flavor needs what is not installed; the message names the extra.
    """
    require_one(request.conda_env, request.pip_requirements, request.extra_pip_requirements)
    directory = _prepared(Path(path))
    try:
        return _save(flavor_name, model, directory, request)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def _save(flavor_name: str, model: Any, directory: Path, request: SaveRequest) -> Model:
    directories = session.model_directories()
    flavor = directories.flavors.get(flavor_name)
    code = copied_code(request.code_paths, directory)
    noted = request.mlflow_model if request.mlflow_model is not None else Model()
    example = save_example(noted, request.input_example, directory)
    noted.signature = _signature(request, example) or noted.signature
    if request.metadata is not None:
        noted.metadata = request.metadata
    options = {**request.options, "signature": noted.signature, "input_example": example and example.data}
    saved = flavor.save(model, directory, options)
    extra_files = _copied_extra_files(request.extra_files, directory)
    _note(noted, flavor, saved, code, extra_files)
    noted.model_size_bytes = sum(each.stat().st_size for each in directory.rglob("*") if each.is_file())
    noted.save(directory / RECORD_FILE)
    needed = directories.files.pinned(saved.distributions, saved.modules | _modules_of(example))
    directories.files.write_environment(
        directory,
        environment(needed, request.conda_env, request.pip_requirements, request.extra_pip_requirements),
    )
    manifest = directories.seal(directory)
    if saved.is_own and _is_loaded_by(flavor, noted) and _is_of_this_user(directory):
        own_models().note(manifest.digest)
    return noted


def inferred_signature(example: Example | None, predict: Callable[[Any, Any], Any] | None) -> ModelSignature | None:
    """The signature of a model by its example and what it predicts for it; None if that fails."""
    if example is None or predict is None:
        return None
    import numpy as np

    from genesis_flow.api.models.enforcement import enforced_input, enforced_params
    from genesis_flow.api.types.inference import UNKNOWN, infer_param_schema, infer_schema

    try:
        inputs = infer_schema(example.data)
        params = infer_param_schema(example.params) if example.params else None
        data = enforced_input(deepcopy(example.data), inputs)
        found = predict(data, enforced_params(example.params, params))
        if not inputs.is_tensor_spec() and isinstance(found, np.ndarray) and found.ndim == 1:
            import pandas as pd

            found = pd.Series(found)  # one prediction a row is a column, where the input has columns
        try:
            outputs = infer_schema(found)
        except (ValueError, TypeError, MlflowException):
            _log.warning("What the model predicts for the example has no schema, so anything is noted.")
            outputs = UNKNOWN
        return ModelSignature(inputs, outputs, params)
    except Exception as error:  # whatever the model raises: it is saved all the same
        _log.warning("The signature of the model was not found by its example: %r", error)
        return None


def copied_code(code_paths: Any, directory: Path) -> str | None:
    """
    Copy files and directories of code into the model; returns where to, None for none.

    Raises:
        TypeError: Not a list.
        MlflowException: INVALID_PARAMETER_VALUE: They cannot be copied.
    """
    if code_paths is None:
        return None
    if not isinstance(code_paths, list):
        raise TypeError(f"Argument code_paths should be a list, not {type(code_paths)}")
    for each in map(Path, code_paths):
        try:
            copied(each, directory / CODE_DIRECTORY / each.resolve().name)
        except OSError as error:
            raise MlflowException(
                f"Failed to copy the specified code path '{each}' into the model artifacts: {error}",
                INVALID_PARAMETER_VALUE,
            ) from error
    return CODE_DIRECTORY


def copied(source: Path, target: Path) -> None:
    """Copy a file or directory, without what was compiled."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copy(source, target)
    else:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


def _is_loaded_by(flavor: ModelFlavor, model: Model) -> bool:
    """Whether no other flavor reads what this one wrote or copied."""
    noted = model.flavors.get(FUNCTION, {})
    found = session.model_directories().flavors.by_loader(noted.get("loader_module", ""), tuple(model.flavors))
    return found is None or found.name == flavor.name


def _is_of_this_user(directory: Path) -> bool:
    """Whether nobody else could write what lies there."""
    found = directory.stat()
    return os.name == "nt" or (found.st_uid == os.getuid() and not found.st_mode & stat.S_IWOTH)


def _modules_of(example: Example | None) -> frozenset[str]:
    """The packages that a model is given data of."""
    return frozenset({"pandas"}) if example is not None and example.info["type"] == "dataframe" else frozenset()


def _prepared(path: Path) -> Path:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise MlflowException(f"Path '{path}' already exists and is not empty", RESOURCE_ALREADY_EXISTS)
    path.mkdir(parents=True, exist_ok=True)
    return path


def _signature(request: SaveRequest, example: Example | None) -> ModelSignature | None:
    if request.signature is False:
        return None
    if request.signature is None:
        return inferred_signature(example, request.function)
    found: ModelSignature = request.signature
    return found


def _note(
    noted: Model, flavor: ModelFlavor, saved: SavedModel, code: str | None, extra_files: Mapping[str, Any]
) -> None:
    if saved.function is not None:
        function: dict[str, Any] = {
            "loader_module": flavor.loader_module,
            "python_version": platform.python_version(),
            "env": {"conda": CONDA_FILE, "virtualenv": PYTHON_FILE},
            **saved.function,
        }
        if code or flavor.name == FUNCTION:
            function["code"] = code
        noted.add_flavor(FUNCTION, **function)
    else:
        _log.warning("The model cannot predict as a function, so it is saved without the flavor %s.", FUNCTION)
    if flavor.name != FUNCTION:
        noted.add_flavor(flavor.name, **saved.record, code=code, **extra_files)


def _copied_extra_files(files: list[str] | None, directory: Path) -> dict[str, Any]:
    if not files:
        return {}
    if not isinstance(files, list):
        raise TypeError("Extra files argument should be a list")
    from genesis_flow.api.artifacts import download_artifacts

    noted = []
    for uri in files:
        source = Path(download_artifacts(str(uri)))
        copied(source, directory / EXTRA_DIRECTORY / source.name)
        noted.append({"path": f"{EXTRA_DIRECTORY}/{source.name}"})
    return {EXTRA_DIRECTORY: noted}
