"""
Where the files of models are: `models:/` URIs resolved, and sources of registrations.

The registry may be another store than the one that runs and logged models are kept in.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

import attrs

from genesis_flow.api import session
from genesis_flow.api.exceptions import NOT_FOUND, MlflowException
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.use_cases.model_versions import LoggedModelPlace
from genesis_flow.domain.values.model_uris import ModelUri, is_model_uri, model_uri
from genesis_flow.domain.values.paths import artifact_path

_log = logging.getLogger(__name__)

MODEL_VERSIONS_TAG = "mlflow.modelVersions"


def logged_model_place(tracking_uri: str | None, model_id: str) -> LoggedModelPlace:
    """
    Where the files of a logged model are, and the run that made it.

    The seam between the registry and logged models: what keeps those is asked here, and nowhere else.

    Raises:
        NotFound: No such logged model.
    """
    from genesis_flow.api.client import MlflowClient

    model = MlflowClient(tracking_uri).get_logged_model(model_id)
    return LoggedModelPlace(model.artifact_location, model.source_run_id)


@attrs.frozen
class ModelPlace:
    """Where the files of a model are, the `path` that is meant among them, and which version it is, if it is one."""

    location: str
    path: str
    name: str = ""
    version: int | None = None


def model_place(uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> ModelPlace | None:
    """
    The place that a `models:/` URI names, None for any other URI.

    Raises:
        NotFound: No such model.
        InvalidInput: Not a proper URI, or it leaves the place of the model's files.
    """
    if not is_model_uri(uri):
        return None
    wanted = model_uri(uri)
    path = artifact_path(wanted.path).text
    if wanted.logged_model_id is not None:
        return ModelPlace(logged_model_place(tracking_uri, wanted.logged_model_id).artifact_location, path)
    version = registered_version(wanted, registry_uri or registry_of(tracking_uri))
    return ModelPlace(version.storage_location, path, version.name, version.version)


def registered_version(wanted: ModelUri, registry_uri: str) -> ModelVersion:
    """
    The version of a registered model that a URI names, which has files.

    Raises:
        NotFound: No such version. InvalidInput: Its location is not one of files.
    """
    version = session.application(registry_uri).model_versions.resolve(wanted)
    if is_model_uri(version.storage_location):
        raise InvalidInput(
            "model_uri",
            f"The location of version {version.version} of {version.name} is {version.storage_location}: "
            "no files are there.",
        )
    return version


def registry_of(tracking_uri: str | None) -> str:
    """The registry that goes with a tracking URI: the one that was chosen, else that of the same store."""
    return session.chosen_registry_uri() or tracking_uri or session.tracking_uri()


def registered_source(client: Any, uri: str) -> tuple[str, str | None, str | None]:
    """
    What is registered for a URI: the source, the run that made it, and the logged model that it is.

    `runs:/<run_id>/<path>` is where the run has a model at that path, else the logged model of that name.

    Raises:
        MlflowException: NOT_FOUND: The run has neither. RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.register_model`.
    """
    if is_model_uri(uri):
        wanted = model_uri(uri)
        if wanted.logged_model_id is None:
            return uri, None, _known_logged_model(client, wanted)
        run_id = logged_model_place(client.tracking_uri, wanted.logged_model_id).source_run_id
        return uri, run_id, wanted.logged_model_id
    if not uri.startswith("runs:/"):
        return uri, None, None
    run_id, _, path = uri.removeprefix("runs:/").partition("/")
    run = client.get_run(run_id)
    below = artifact_path(path).text
    if any(info.path.rpartition("/")[2] == "MLmodel" for info in client.list_artifacts(run_id, below or None)):
        root = run.info.artifact_uri.rstrip("/")
        return (f"{root}/{below}" if below else root), run_id, None
    model_id = _logged_model_of(client, run, path)
    return f"models:/{model_id}", run_id, model_id


def _known_logged_model(client: Any, wanted: ModelUri) -> str | None:
    if wanted.version is None:
        return None
    known: str | None = client.get_model_version(wanted.name, wanted.version).model_id
    return known


def _logged_model_of(client: Any, run: Any, name: str) -> str:
    """The id of the logged model of a run with this name; of several, the one at the greatest step."""
    found = [model.model_id for model in _logged_models(client, run, name)]
    if not found:
        raise MlflowException(
            f"Unable to find a logged_model with artifact_path {name} under run {run.info.run_id}", NOT_FOUND
        )
    steps = {output.model_id: output.step for output in (run.outputs.model_outputs if run.outputs else ())}
    newest: str = max(found, key=lambda model_id: steps.get(model_id, -1))
    return newest


def _logged_models(client: Any, run: Any, name: str) -> Sequence[Any]:
    if "'" in name:  # no logged model has a quote in its name
        return ()
    found: list[Any] = []
    token = None
    while True:
        page = client.search_logged_models([run.info.experiment_id], filter_string=f"name = '{name}'", page_token=token)
        found += [model for model in page if model.source_run_id == run.info.run_id]
        token = page.token
        if not token:
            return found


def note_registration(client: Any, model_id: str, name: str, version: Any) -> None:
    """Write on a logged model that it was registered, if that is possible: the version is there in any case."""
    try:
        known = client.get_logged_model(model_id).tags.get(MODEL_VERSIONS_TAG)
        noted = [*(json.loads(known) if known else []), {"name": name, "version": version}]
        client.set_logged_model_tags(model_id, {MODEL_VERSIONS_TAG: json.dumps(noted)})
    except (MlflowException, ValueError) as error:
        if getattr(error, "error_code", None) != "RESOURCE_DOES_NOT_EXIST":
            _log.warning("It was not noted on %s that it is version %s of %s: %s", model_id, version, name, error)
