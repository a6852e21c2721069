"""Registered models, as `MlflowClient` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genesis_flow.api.client.connected import Connected, texts
from genesis_flow.api.entities.registry_translation import model_to_view
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.paged_list import PagedList

if TYPE_CHECKING:
    from genesis_flow.api.entities.model_registry import RegisteredModel


class RegisteredModelClient(Connected):
    """Create, read, change, delete and find registered models."""

    @translating_errors
    def create_registered_model(
        self,
        name: str,
        tags: dict[str, Any] | None = None,
        description: str | None = None,
        deployment_job_id: str | None = None,
    ) -> RegisteredModel:
        """
        Create a registered model without versions.

        Args:
            name: Unique among registered models and prompts.
            tags: Texts by key.
            deployment_job_id: Not kept: there are no deployment jobs.

        Raises:
            MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.create_registered_model`.
        """
        created = self._registry.registered_models.create(name, tags=texts(tags), description=description)
        return model_to_view(created)

    @translating_errors
    def get_registered_model(self, name: str) -> RegisteredModel:
        """
        The registered model with this name, and the latest version of each stage.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.get_registered_model`.
        """
        found = self._registry.registered_models.get(name)
        return model_to_view(found, self._registry.model_versions.latest_of([found])[found.name])

    @translating_errors
    def rename_registered_model(self, name: str, new_name: str) -> RegisteredModel:
        """
        Give a registered model, with its versions, tags and aliases, a new name.

        Returns:
            The registered model as it is now (MLflow's client returns None).

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, RESOURCE_ALREADY_EXISTS, RESOURCE_CONFLICT,
                INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.rename_registered_model`.
        """
        renamed = self._registry.registered_models.rename(name, new_name)
        return model_to_view(renamed, self._registry.model_versions.latest_of([renamed])[renamed.name])

    @translating_errors
    def update_registered_model(
        self, name: str, description: str | None = None, deployment_job_id: str | None = None
    ) -> RegisteredModel:
        """
        Replace the description of a registered model.

        Args:
            deployment_job_id: Not kept: there are no deployment jobs.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.update_registered_model`.
        """
        described = self._registry.registered_models.describe(name, description)
        return model_to_view(described, self._registry.model_versions.latest_of([described])[described.name])

    @translating_errors
    def delete_registered_model(self, name: str) -> None:
        """
        Erase a registered model with its versions, tags and aliases, for good.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_registered_model`.
        """
        self._registry.registered_models.delete(name)

    @translating_errors
    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int = 100,
        order_by: list[str] | None = None,
        page_token: Any = None,
    ) -> PagedList[RegisteredModel]:
        """
        One page of the registered models that match a filter, each with the latest version of each stage.

        Args:
            filter_string: Such as `name LIKE 'pre%' AND tags.team = 'a'`.
            max_results: 0 to 1,000.
            order_by: Such as `["timestamp DESC"]`; by name by default.
            page_token: `.token` of the page before.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.search_registered_models`.
        """
        page = self._registry.registered_models.find(
            filter_string=filter_string, order_by=order_by, max_results=max_results, page_token=page_token
        )
        latest = self._registry.model_versions.latest_of(page.items)
        return PagedList([model_to_view(model, latest[model.name]) for model in page.items], page.next_token)

    @translating_errors
    def set_registered_model_tag(self, name: str, key: str, value: Any) -> None:
        """
        Set a tag of a registered model; `value` becomes a text of at most 100,000 characters.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_registered_model_tag`.
        """
        self._registry.registered_models.set_tags(name, {key: str(value)})

    @translating_errors
    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """
        Remove a tag of a registered model; one that it does not have, nothing.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_registered_model_tag`.
        """
        self._registry.registered_models.remove_tag(name, key)

    @translating_errors
    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        """
        Let an alias name this version, and no other any more.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_registered_model_alias`.
        """
        self._registry.registered_models.set_alias(name, alias, version)

    @translating_errors
    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        """
        Remove an alias of a registered model; one that it does not have, nothing.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_registered_model_alias`.
        """
        self._registry.registered_models.remove_alias(name, alias)


def version_of(client: Any, name: str, version: Any, stage: str | None) -> Any:
    """
    The version that is meant: given, or the latest of a stage.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: Both are given, or none. INTERNAL_ERROR: The stage is empty.
    """
    if version and stage:
        raise MlflowException.invalid_parameter_value("version and stage cannot be set together")
    if not (version or stage):
        raise MlflowException.invalid_parameter_value("version or stage must be set")
    if version:
        return version
    found = client.get_latest_versions(name, stages=[stage])
    if not found:
        raise MlflowException(f"Could not find any model version for {stage} stage")
    return found[0].version
