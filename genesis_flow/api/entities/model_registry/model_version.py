"""Versions of registered models."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.entities.metric import Metric
from genesis_flow.api.entities.model_registry._views import WORKSPACE, _RegistryView, texts
from genesis_flow.api.entities.model_registry.model_version_tag import ModelVersionTag


class ModelVersion(_RegistryView):
    """A version of a registered model."""

    def __init__(
        self,
        name: str,
        version: str | int,
        creation_timestamp: int,
        last_updated_timestamp: int | None = None,
        description: str | None = None,
        user_id: str | None = None,
        current_stage: str | None = None,
        source: str | None = None,
        run_id: str | None = None,
        status: str = "READY",
        status_message: str | None = None,
        tags: list[ModelVersionTag] | None = None,
        run_link: str | None = None,
        aliases: list[str] | None = None,
        model_id: str | None = None,
        params: list[Any] | None = None,
        metrics: list[Metric] | None = None,
        deployment_job_state: Any = None,
        workspace: str | None = None,
    ) -> None:
        self._name = name
        self._version = version
        self._creation_time = creation_timestamp
        self._last_updated_timestamp = last_updated_timestamp
        self._description = description
        self._user_id = user_id
        self._current_stage = current_stage
        self._source = source
        self._run_id = run_id
        self._status = status
        self._status_message = status_message
        self._tags = texts(tags)
        self._run_link = run_link
        self._aliases = aliases or []
        self._model_id = model_id
        self._params = params
        self._metrics = metrics
        self._deployment_job_state = deployment_job_state
        self._workspace = workspace or WORKSPACE

    @property
    def name(self) -> str:
        """Name of the registered model."""
        return self._name

    @name.setter
    def name(self, new_name: str) -> None:
        self._name = new_name

    @property
    def version(self) -> str | int:
        """Number of the version."""
        return self._version

    @property
    def creation_timestamp(self) -> int:
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
    def user_id(self) -> str | None:
        """Who registered it."""
        return self._user_id

    @property
    def current_stage(self) -> str | None:
        """Name of its stage, such as "Production"."""
        return self._current_stage

    @current_stage.setter
    def current_stage(self, stage: str) -> None:
        self._current_stage = stage

    @property
    def source(self) -> str | None:
        """The URI that it was registered from."""
        return self._source

    @property
    def run_id(self) -> str | None:
        """The run that made it."""
        return self._run_id

    @property
    def run_link(self) -> str | None:
        """A URL of the run that made it."""
        return self._run_link

    @property
    def status(self) -> str:
        """Name of its status, such as "READY"."""
        return self._status

    @property
    def status_message(self) -> str | None:
        """Why its files are not in place."""
        return self._status_message

    @property
    def tags(self) -> dict[str, str]:
        """Texts by key."""
        return self._tags

    @property
    def aliases(self) -> list[str]:
        """The aliases that name it; empty in the results of searches."""
        return self._aliases

    @aliases.setter
    def aliases(self, aliases: list[str]) -> None:
        self._aliases = aliases

    @property
    def model_id(self) -> str | None:
        """The logged model that it was registered from."""
        return self._model_id

    @property
    def params(self) -> list[Any] | None:
        """Params of the logged model."""
        return self._params

    @property
    def metrics(self) -> list[Metric] | None:
        """Metrics of the logged model."""
        return self._metrics

    @property
    def deployment_job_state(self) -> Any:
        """None: there are no deployment jobs."""
        return self._deployment_job_state

    @property
    def workspace(self) -> str:
        """Always "default", as there are no workspaces."""
        return self._workspace


