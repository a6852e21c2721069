"""
Registered models, versions and prompts of the domain as MLflow-shaped views.

Views are loaded when one is made: clients that only log import this module, too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from genesis_flow.api.exceptions import MlflowException

if TYPE_CHECKING:
    from genesis_flow.api.entities.model_registry import ModelVersion, Prompt, PromptVersion, RegisteredModel
    from genesis_flow.domain.entities import model_version, registered_model


def model_to_view(
    model: registered_model.RegisteredModel, latest: Sequence[model_version.ModelVersion] = ()
) -> RegisteredModel:
    """A registered model with the latest version of each stage."""
    from genesis_flow.api.entities.model_registry import RegisteredModel, RegisteredModelAlias, RegisteredModelTag

    return RegisteredModel(
        name=model.name, creation_timestamp=model.created_at, last_updated_timestamp=model.updated_at,
        description=model.description, latest_versions=[version_to_view(version) for version in latest],
        tags=[RegisteredModelTag(key, value) for key, value in model.tags.items()],
        aliases=[RegisteredModelAlias(alias, version) for alias, version in sorted(model.aliases.items())],
    )


def version_to_view(version: model_version.ModelVersion) -> ModelVersion:
    """A version of a registered model."""
    from genesis_flow.api.entities.model_registry import ModelVersion, ModelVersionTag

    return ModelVersion(
        name=version.name, version=version.version, creation_timestamp=version.created_at,
        last_updated_timestamp=version.updated_at, description=version.description, user_id=version.user_id,
        current_stage=version.stage.value, source=version.source, run_id=version.run_id,
        status=version.status.value, status_message=version.status_message,
        tags=[ModelVersionTag(key, value) for key, value in version.tags.items()], run_link=version.run_link,
        aliases=list(version.aliases), model_id=version.logged_model_id,
    )


def prompt_to_view(prompt: registered_model.RegisteredModel) -> Prompt:
    """A prompt, apart from its versions."""
    from genesis_flow.api.entities.model_registry import Prompt
    from genesis_flow.domain.entities.registered_model import PROMPT_TAG

    tags = {key: value for key, value in prompt.tags.items() if key != PROMPT_TAG}
    return Prompt(prompt.name, prompt.description, prompt.created_at, tags)


def prompt_version_to_view(version: model_version.ModelVersion) -> PromptVersion:
    """
    A version of a prompt.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: It has no text.
    """
    from genesis_flow.api.entities.model_registry import PromptVersion
    from genesis_flow.domain.entities.prompt import CHAT_TYPE, MODEL_CONFIG_TAG, RESPONSE_FORMAT_TAG, TEXT_TAG, TYPE_TAG

    tags = dict(version.tags)
    if TEXT_TAG not in tags:
        raise MlflowException.invalid_parameter_value(f"Prompt `{version.name}` does not contain a prompt text")
    text = tags[TEXT_TAG]
    formats = {name: json.loads(tags[name]) for name in (RESPONSE_FORMAT_TAG, MODEL_CONFIG_TAG) if name in tags}
    return PromptVersion(
        name=version.name, version=version.version,
        template=json.loads(text) if tags.get(TYPE_TAG) == CHAT_TYPE else text,
        commit_message=version.description, creation_timestamp=version.created_at, tags=tags,
        aliases=list(version.aliases), last_updated_timestamp=version.updated_at, user_id=version.user_id,
        response_format=formats.get(RESPONSE_FORMAT_TAG), model_config=formats.get(MODEL_CONFIG_TAG),
    )
