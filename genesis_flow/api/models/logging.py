"""Logging a model: a logged model is made, its files are stored, and perhaps it is registered."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import LoggedModelOutput, Metric
from genesis_flow.api.entities.logged_model import LoggedModel
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.active_run import active_run
from genesis_flow.api.fluent.logged_models import initialize_logged_model
from genesis_flow.api.models.config import read_config
from genesis_flow.api.models.model_info import ModelInfo
from genesis_flow.api.models.own_models import own_models
from genesis_flow.api.models.trial import try_example
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.domain.values.manifests import Manifest, noted_digest

_log = logging.getLogger(__name__)

_EXTERNAL = "mlflow.model.isExternal"


@translating_errors
def log(
    kind: Any,
    artifact_path: str | None,
    flavor: Any,
    registered_model_name: str | None = None,
    *,
    await_registration_for: int | None,
    metadata: dict[str, Any] | None,
    run_id: str | None,
    resources: Any,
    auth_policy: Any,
    prompts: list[Any] | None,
    name: str | None,
    model_type: str | None,
    params: dict[str, Any] | None,
    tags: dict[str, Any] | None,
    step: int,
    model_id: str | None,
    options: dict[str, Any],
) -> ModelInfo:
    """As `Model.log`, which `kind` is."""
    name = _name(name, artifact_path)
    if resources is not None and auth_policy is not None:
        raise ValueError("Only one of `resources`, and `auth_policy` can be specified.")
    client = MlflowClient()
    run = active_run()
    run_id = run_id or (run.info.run_id if run else None)
    logged = _logged_model(client, name, run_id, model_type, params, tags, model_id)
    uris = [str(getattr(each, "uri", each)) for each in prompts] if prompts is not None else None
    made = kind(
        artifact_path=logged.artifact_location, model_uuid=logged.model_id, run_id=run_id, metadata=metadata,
        resources=resources, auth_policy=auth_policy, prompts=uris, model_id=logged.model_id,
    )  # fmt: skip

    def write(directory: Path) -> Manifest:
        if run_id is not None:
            _link(client, run_id, logged.model_id, step)
        flavor.save_model(path=str(directory), mlflow_model=made, **options)
        is_own = noted_digest(directory) in own_models().digests()
        try_example(made, directory, options)
        _link_prompts(client, uris, run_id, logged.model_id)
        manifest = session.model_directories().seal(directory)
        if is_own:
            own_models().note(manifest.digest)
        return manifest

    session.application().model_persistence.store(logged.model_id, write)
    if logged.tags.get(_EXTERNAL, "").lower() == "true":
        client.delete_logged_model_tag(logged.model_id, _EXTERNAL)
    _log_config(client, run_id, options.get("model_config"))
    info: ModelInfo = made.get_model_info(client.get_logged_model(logged.model_id))
    if registered_model_name is not None:
        info.registered_model_version = _registered(info, registered_model_name, await_registration_for, tags)
    return info


def _name(name: str | None, artifact_path: str | None) -> str | None:
    if name is not None and artifact_path is not None:
        raise MlflowException.invalid_parameter_value(
            "Both `artifact_path` (deprecated) and `name` parameters were specified. Please only specify `name`."
        )
    if artifact_path is not None:
        _log.warning("`artifact_path` is deprecated. Please use `name` instead.")
    return name or artifact_path


def _logged_model(
    client: MlflowClient,
    name: str | None,
    run_id: str | None,
    model_type: str | None,
    params: dict[str, Any] | None,
    tags: dict[str, Any] | None,
    model_id: str | None,
) -> LoggedModel:
    """The logged model that gets the files: an existing one, or a new one with the params of its run."""
    if model_id is not None:
        return client.get_logged_model(model_id)
    of_run = client.get_run(run_id).data.params if run_id else {}
    settings = {str(key): str(value) for key, value in {**(params or {}), **of_run}.items()}
    labels = {str(key): str(value) for key, value in (tags or {}).items()}
    return initialize_logged_model(name, run_id, labels, settings, model_type)


def _link(client: MlflowClient, run_id: str, model_id: str, step: int) -> None:
    """Note the model as an output of its run, and the run's metrics of that step as the model's."""
    client.log_outputs(run_id, [LoggedModelOutput(model_id, step)])
    points = [
        Metric(point.key, point.value, point.timestamp, point.step, model_id, point.dataset_name, point.dataset_digest)
        for key, latest in client.get_run(run_id).data.metrics.items()
        for point in client.get_metric_history(run_id, key)
        if point.step == step and point.model_id is None
    ]
    if points:
        client.log_batch(run_id, metrics=points, synchronous=True)


def _link_prompts(client: Any, uris: list[str] | None, run_id: str | None, model_id: str) -> None:
    for uri in uris or ():
        if run_id is not None:
            client.link_prompt_version_to_run(run_id, uri)
        prompt = client.load_prompt(uri)
        client.link_prompt_version_to_model(name=prompt.name, version=prompt.version, model_id=model_id)


def _log_config(client: MlflowClient, run_id: str | None, config: Any) -> None:
    """A model's configuration as params of its run, as far as they are new there."""
    if run_id is None or not config:
        return
    try:
        for key, value in _flat(read_config(config) or {}).items():
            client.log_param(run_id, key, value, synchronous=True)
    except MlflowException as error:
        _log.warning("The configuration of the model was not logged as params: %s", error)


def _flat(content: dict[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in content.items():
        name = f"{above}/{key}" if above else str(key)
        if isinstance(value, dict) and value:
            found |= _flat(value, name)
        else:
            found[name] = value if isinstance(value, str) else json.dumps(value, default=str)
    return found


def _registered(info: ModelInfo, name: str, wait_s: int | None, tags: dict[str, Any] | None) -> int:
    """The number of the new version. If there is none, the logged model is FAILED, and its files are kept."""
    from genesis_flow.api.fluent.registry import register_model

    try:
        version = register_model(info.model_uri, name, await_registration_for=wait_s or 0, tags=tags)
    except BaseException as error:
        error.add_note(f"The files of {info.model_uri} are stored; mlflow.register_model registers them.")
        with contextlib.suppress(GenesisFlowError):  # what went wrong first is what the caller has to hear of
            session.application().model_persistence.fail(info.model_id)
        raise
    return int(version.version)
