"""Checkpoints that training left somewhere, as logged models."""

from __future__ import annotations

import logging
import posixpath
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import LoggedModel
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.logged_models import create_external_model, search_logged_models

_log = logging.getLogger(__name__)

_PATH_TAG = "original_artifact_path"


def import_checkpoints(
    checkpoint_path: str,
    source_run_id: str | None = None,
    model_prefix: str | None = None,
    overwrite_checkpoints: bool = False,
) -> list[LoggedModel]:
    """
    Create an external model for every file and directory directly in a directory of checkpoints.

    What has no name that a model can have, such as one with a dot, is left out with a warning.

    Args:
        checkpoint_path: A local directory, or the URI of one in an artifact store.
        source_run_id: The run that made them; by default the active run.
        model_prefix: What the names of the models begin with.
        overwrite_checkpoints: Replace models of the run that have the same name, instead of keeping them.

    Returns:
        The models, new ones and kept ones.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.import_checkpoints`.
    """
    if not isinstance(checkpoint_path, str) or not checkpoint_path.strip():
        raise MlflowException.invalid_parameter_value(
            "Parameter 'checkpoint_path' must be a non-empty string pointing to a directory that contains checkpoints"
        )
    stack = session.active_runs()
    if source_run_id is None and not stack:
        raise MlflowException.invalid_parameter_value(
            "Please set 'source_run_id' or start an active run before calling 'import_checkpoints'."
        )
    source_run_id = source_run_id or stack[-1].info.run_id
    experiment_id = MlflowClient().get_run(source_run_id).info.experiment_id
    found: list[LoggedModel] = []
    for path in _checkpoints(checkpoint_path):
        found += _imported(path, model_prefix, source_run_id, experiment_id, overwrite_checkpoints)
    return found


def _checkpoints(directory: str) -> list[str]:
    from genesis_flow.api.artifacts import list_artifacts

    root = directory.strip().rstrip("/")
    names = [posixpath.basename(info.path) for info in list_artifacts(root)]
    if not names:
        _log.warning("No checkpoints were found at path %r: is it a directory that this program can read?", directory)
    return [f"{root}/{name}" for name in names]


def _imported(
    path: str, prefix: str | None, run_id: str, experiment_id: str, replaces: bool
) -> list[LoggedModel]:
    name = (prefix or "") + posixpath.basename(path)
    known = _known(name, run_id, experiment_id)
    if known and not replaces:
        return known
    try:
        created = create_external_model(
            name=name, source_run_id=run_id, tags={_PATH_TAG: path}, experiment_id=experiment_id
        )
    except MlflowException as error:
        if not error.message.startswith("Invalid model name"):
            raise
        _log.warning("The checkpoint %r is left out: %s", path, error.message)
        return []
    for model in known:
        MlflowClient().delete_logged_model(model.model_id)
    return [created]


def _known(name: str, run_id: str, experiment_id: str) -> list[LoggedModel]:
    if "'" in name:
        return []
    wanted = f"name = '{name}' AND source_run_id = '{run_id}'"
    models: Any = search_logged_models([experiment_id], wanted, output_format="list")
    found: list[LoggedModel] = models
    return found
