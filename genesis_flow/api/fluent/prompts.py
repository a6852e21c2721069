"""Registering, loading and finding prompts, without a client at hand."""

from __future__ import annotations

import logging
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities.model_registry import Prompt, PromptVersion
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.paging import all_pages

_log = logging.getLogger(__name__)


def register_prompt(
    name: str,
    template: str | list[dict[str, Any]],
    commit_message: str | None = None,
    tags: dict[str, str] | None = None,
    response_format: Any = None,
    model_config: Any = None,
) -> PromptVersion:
    """
    Register a version of a prompt, which is created if there is none; see `MlflowClient.register_prompt`.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE, also where the name is that of a model.
        ValueError: A message or the configuration of the model is wrong.

    Source: MLflow `mlflow.register_prompt`.
    """
    return MlflowClient().register_prompt(name, template, commit_message, tags, response_format, model_config)


def load_prompt(
    name_or_uri: str,
    version: str | int | None = None,
    allow_missing: bool = False,
    link_to_model: bool = True,
    model_id: str | None = None,
    cache_ttl_seconds: float | None = None,
) -> PromptVersion | None:
    """
    A version of a prompt; the active run and a logged model are linked to it.

    Args:
        name_or_uri: The name, or `prompts:/name/1` or `prompts:/name@alias`.
        version: With a name: the number; the latest by default.
        allow_missing: Whether to return None where there is none.
        link_to_model: Whether to link the logged model `model_id`, or the active one. That this fails is said,
            and nothing else: the prompt is what was asked for.
        cache_ttl_seconds: How long to keep it; see `MlflowClient.load_prompt`.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.load_prompt`.
    """
    client = MlflowClient()
    prompt = client.load_prompt(name_or_uri, version, allow_missing, cache_ttl_seconds)
    if prompt is None:
        return None
    runs = session.active_runs()
    if runs:
        client.link_prompt_version_to_run(runs[-1].info.run_id, prompt)
    linked = (model_id or session.active_model_id()) if link_to_model else None
    if linked is not None:
        try:
            client.link_prompt_version_to_model(prompt.name, str(prompt.version), linked)
        except MlflowException as error:
            _log.warning(
                "Failed to link prompt '%s' version '%s' to model '%s': %s", prompt.name, prompt.version, linked, error
            )
    return prompt


def search_prompts(
    filter_string: str | None = None, max_results: int | None = None, order_by: list[str] | None = None
) -> list[Prompt]:
    """
    The prompts that match a filter, all of them or at most `max_results`.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.search_prompts`.
    """
    client = MlflowClient()
    return all_pages(
        lambda size, token: client.search_prompts(filter_string, size, token, order_by),
        page_size=1_000, most=max_results,
    )


def set_prompt_alias(name: str, alias: str, version: int) -> None:
    """
    Let an alias name this version of a prompt, and no other any more.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.set_prompt_alias`.
    """
    MlflowClient().set_prompt_alias(name, alias, version)


def delete_prompt_alias(name: str, alias: str) -> None:
    """
    Remove an alias of a prompt; one that it does not have, nothing.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.delete_prompt_alias`.
    """
    MlflowClient().delete_prompt_alias(name, alias)
