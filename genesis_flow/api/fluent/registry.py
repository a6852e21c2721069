"""Registering models and finding them, without a client at hand."""

from __future__ import annotations

import sys
from typing import Any

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.client.connected import texts
from genesis_flow.api.entities.model_registry import ModelVersion, RegisteredModel
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.paging import all_pages
from genesis_flow.domain.values.registry_rules import model_source, registry_tags


@translating_errors
def register_model(
    model_uri: str,
    name: str,
    await_registration_for: int = 300,
    *,
    tags: dict[str, Any] | None = None,
    env_pack: Any = None,
) -> ModelVersion:
    """
    Register a model as the next version of a registered model, which is created if there is none.

    Args:
        model_uri: `runs:/<run_id>/<path>`, `models:/<model_id>`, or a URI or path of the model's files.
        await_registration_for: Not needed: nothing is waited for.
        tags: Texts by key, for the version.
        env_pack: Not supported; leave it out.

    Raises:
        MlflowException: NOT_FOUND: The run has no such model. RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.register_model`.
    """
    from genesis_flow.api.client.registry_sources import note_registration, registered_source

    if env_pack is not None:
        raise MlflowException.invalid_parameter_value("Packed environments are not supported: leave out env_pack.")
    client = MlflowClient()
    source, run_id, model_id = registered_source(client, model_uri)
    # What would be refused later is refused now, so that no registered model without versions is left.
    model_source(source)
    registry_tags(texts(tags))
    _ensure_model(client, name)
    version = client.create_model_version(name, source, run_id=run_id, tags=tags, model_id=model_id)
    _say(f"Created version '{version.version}' of model '{version.name}'.")
    if model_id:
        note_registration(client, model_id, version.name, version.version)
    return version


def _ensure_model(client: MlflowClient, name: str) -> None:
    try:
        client.create_registered_model(name)
        _say(f"Successfully registered model '{name}'.")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        client.get_registered_model(name)  # a prompt may have the name
        _say(f"Registered model '{name}' already exists. Creating a new version of this model...")


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201  # as MLflow does


def search_registered_models(
    max_results: int | None = None, filter_string: str | None = None, order_by: list[str] | None = None
) -> list[RegisteredModel]:
    """
    The registered models that match a filter, all of them or at most `max_results`.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.search_registered_models`.
    """
    client = MlflowClient()
    return all_pages(
        lambda size, token: client.search_registered_models(filter_string, size, order_by, token),
        page_size=1_000, most=max_results,
    )


def search_model_versions(
    max_results: int | None = None, filter_string: str | None = None, order_by: list[str] | None = None
) -> list[ModelVersion]:
    """
    The versions that match a filter, all of them or at most `max_results`, without their aliases.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.search_model_versions`.
    """
    client = MlflowClient()
    return all_pages(
        lambda size, token: client.search_model_versions(filter_string, size, order_by, token),
        page_size=10_000, most=max_results,
    )


def set_model_version_tag(name: str, version: str | None = None, key: str | None = None, value: Any = None) -> None:
    """
    Set a tag of a version; `value` becomes a text.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.set_model_version_tag`.
    """
    MlflowClient().set_model_version_tag(name, version, key, value)
