"""Registered models."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.entities.model_registry._views import WORKSPACE, _RegistryView, texts
from genesis_flow.api.entities.model_registry.model_version import ModelVersion
from genesis_flow.api.entities.model_registry.registered_model_alias import RegisteredModelAlias
from genesis_flow.api.entities.model_registry.registered_model_tag import RegisteredModelTag
from genesis_flow.domain.entities.registered_model import PROMPT_TAG


class RegisteredModel(_RegistryView):
    """A name under which versions of a model are kept."""

    def __init__(
        self,
        name: str,
        creation_timestamp: int | None = None,
        last_updated_timestamp: int | None = None,
        description: str | None = None,
        latest_versions: list[ModelVersion] | None = None,
        tags: list[RegisteredModelTag] | None = None,
        aliases: list[RegisteredModelAlias] | None = None,
        deployment_job_id: str | None = None,
        deployment_job_state: Any = None,
        workspace: str | None = None,
    ) -> None:
        self._name = name
        self._creation_time = creation_timestamp
        self._last_updated_timestamp = last_updated_timestamp
        self._description = description
        self._latest_version = latest_versions
        self._tags = texts(tags)
        self._aliases = {alias.alias: alias.version for alias in aliases or ()}
        self._deployment_job_id = deployment_job_id
        self._deployment_job_state = deployment_job_state
        self._workspace = workspace or WORKSPACE

    @property
    def name(self) -> str:
        """Unique among registered models and prompts."""
        return self._name

    @name.setter
    def name(self, new_name: str) -> None:
        self._name = new_name

    @property
    def creation_timestamp(self) -> int | None:
        """Milliseconds since the epoch (UTC)."""
        return self._creation_time

    @property
    def last_updated_timestamp(self) -> int | None:
        """Milliseconds since the epoch (UTC)."""
        return self._last_updated_timestamp

    @last_updated_timestamp.setter
    def last_updated_timestamp(self, updated_timestamp: int) -> None:
        self._last_updated_timestamp = updated_timestamp

    @property
    def description(self) -> str | None:
        """What its author says of it."""
        return self._description

    @description.setter
    def description(self, description: str) -> None:
        self._description = description

    @property
    def latest_versions(self) -> list[ModelVersion] | None:
        """The version with the greatest number in each stage."""
        return self._latest_version

    @latest_versions.setter
    def latest_versions(self, latest_versions: list[ModelVersion]) -> None:
        self._latest_version = latest_versions

    @property
    def tags(self) -> dict[str, str]:
        """Texts by key, without the mark of prompts."""
        return {key: value for key, value in self._tags.items() if key != PROMPT_TAG}

    @property
    def aliases(self) -> dict[str, int]:
        """Numbers of versions by alias."""
        return self._aliases

    @property
    def deployment_job_id(self) -> str | None:
        """None: there are no deployment jobs."""
        return self._deployment_job_id

    @deployment_job_id.setter
    def deployment_job_id(self, new_job_id: str) -> None:
        self._deployment_job_id = new_job_id

    @property
    def deployment_job_state(self) -> Any:
        """None: there are no deployment jobs."""
        return self._deployment_job_state

    @property
    def workspace(self) -> str:
        """Always "default", as there are no workspaces."""
        return self._workspace
