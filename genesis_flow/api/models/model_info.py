"""
What is known of a stored model.

Source: MLflow `mlflow.models.model.ModelInfo`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genesis_flow.api.entities import LoggedModel
    from genesis_flow.api.models.model_signature import ModelSignature

__all__ = ["ModelInfo"]


class ModelInfo:
    """What is known of a stored model."""

    def __init__(
        self,
        artifact_path: str,
        flavors: dict[str, Any],
        model_uri: str,
        model_uuid: str,
        run_id: str | None,
        saved_input_example_info: dict[str, Any] | None,
        signature: ModelSignature | None,
        utc_time_created: str,
        mlflow_version: str | None,
        metadata: dict[str, Any] | None = None,
        registered_model_version: int | None = None,
        env_vars: list[str] | None = None,
        prompts: list[str] | None = None,
        logged_model: LoggedModel | None = None,
    ) -> None:
        self._artifact_path = artifact_path
        self._flavors = flavors
        self._model_uri = model_uri
        self._model_uuid = model_uuid
        self._run_id = run_id
        self._saved_input_example_info = saved_input_example_info
        self._signature = signature
        self._utc_time_created = utc_time_created
        self._mlflow_version = mlflow_version
        self._metadata = metadata
        self._prompts = prompts
        self._registered_model_version = registered_model_version
        self._env_vars = env_vars
        self._logged_model = logged_model

    @property
    def artifact_path(self) -> str:
        """Where the model was logged."""
        return self._artifact_path

    @property
    def flavors(self) -> dict[str, Any]:
        """What each flavor notes, by its name."""
        return self._flavors

    @property
    def model_uri(self) -> str:
        """What loads the model."""
        return self._model_uri

    @property
    def model_uuid(self) -> str:
        """Unique among all models."""
        return self._model_uuid

    @property
    def run_id(self) -> str | None:
        """The run that logged it."""
        return self._run_id

    @property
    def saved_input_example_info(self) -> dict[str, Any] | None:
        """What is known of the files of an example."""
        return self._saved_input_example_info

    @property
    def signature(self) -> ModelSignature | None:
        """What the model takes and gives."""
        return self._signature

    @property
    def utc_time_created(self) -> str:
        """When it was made, in UTC."""
        return self._utc_time_created

    @property
    def mlflow_version(self) -> str | None:
        """The MLflow that it was made for."""
        return self._mlflow_version

    @property
    def metadata(self) -> dict[str, Any] | None:
        """What its author noted."""
        return self._metadata

    @property
    def prompts(self) -> list[str] | None:
        """URIs of prompts that it uses."""
        return self._prompts

    @property
    def env_vars(self) -> list[str] | None:
        """Environment variables that it reads."""
        return self._env_vars

    @env_vars.setter
    def env_vars(self, value: list[str] | None) -> None:
        if value and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            raise TypeError(f"env_vars must be a list of strings. Got: {value}")
        self._env_vars = value

    @property
    def registered_model_version(self) -> int | None:
        """The version as which it was registered when it was logged."""
        return self._registered_model_version

    @registered_model_version.setter
    def registered_model_version(self, value: int | None) -> None:
        self._registered_model_version = value

    @property
    def model_id(self) -> str | None:
        """The id of the logged model."""
        return self._logged_model.model_id if self._logged_model else None

    @property
    def metrics(self) -> Any:
        """Metrics of the logged model."""
        return self._logged_model.metrics if self._logged_model else None

    @property
    def params(self) -> dict[str, str] | None:
        """Params of the logged model."""
        return self._logged_model.params if self._logged_model else None

    @property
    def tags(self) -> dict[str, str] | None:
        """Tags of the logged model."""
        return self._logged_model.tags if self._logged_model else None

    @property
    def creation_timestamp(self) -> int | None:
        """When it was logged: milliseconds since the epoch (UTC)."""
        return self._logged_model.creation_timestamp if self._logged_model else None

    @property
    def name(self) -> str | None:
        """The name of the logged model."""
        return self._logged_model.name if self._logged_model else None
