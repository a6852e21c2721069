"""Versions of registered models, as `MlflowClient` has them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from genesis_flow.api.client.connected import Connected, texts
from genesis_flow.api.client.registered_models import version_of
from genesis_flow.api.entities.registry_translation import version_to_view
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.paged_list import PagedList
from genesis_flow.domain.errors import AlreadyExists, InvalidInput, NotFound
from genesis_flow.domain.values.model_uris import is_model_uri, model_uri

if TYPE_CHECKING:
    from genesis_flow.api.entities.model_registry import ModelVersion


class ModelVersionClient(Connected):
    """Register, read, change, delete and find versions of registered models."""

    @translating_errors
    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: dict[str, Any] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        await_creation_for: int = 300,
        model_id: str | None = None,
    ) -> ModelVersion:
        """
        Register a version under the next number; it is ready at once.

        Args:
            source: URI or path of the model's files; `models:/name/version` and `models:/<model_id>` are
                resolved into the download URI.
            run_id: The run that made it; by default that of the logged model.
            await_creation_for: Not needed: nothing is waited for.
            model_id: The logged model that it is.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE. INTERNAL_ERROR: What the source
                names cannot be found.

        Source: MLflow `MlflowClient.create_model_version`.
        """
        from genesis_flow.api.client.registry_sources import logged_model_place

        created = self._registry.model_versions.create(
            name, source, run_id=run_id, tags=texts(tags), run_link=run_link, description=description,
            logged_model_id=model_id, find_logged_model=lambda id: logged_model_place(self._tracking_uri, id),
        )
        return version_to_view(created)

    @translating_errors
    def copy_model_version(self, src_model_uri: str, dst_name: str) -> ModelVersion:
        """
        Register a version as a new version of another registered model, which is created if there is none.

        Args:
            src_model_uri: Such as `models:/name/1` or `models:/name@alias`.

        Raises:
            MlflowException: INTERNAL_ERROR: Not a `models:/` URI, or it names nothing. INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.copy_model_version`.
        """
        if not is_model_uri(src_model_uri):
            raise MlflowException(
                f"Unsupported source model URI: '{src_model_uri}'. The `copy_model_version` API only copies models "
                "stored in the 'models:/' scheme."
            )
        registry = self._registry
        try:
            known = registry.model_versions.resolve(model_uri(src_model_uri))
        except (NotFound, InvalidInput) as error:
            raise MlflowException(
                f"Failed to fetch model version from source model URI: '{src_model_uri}'. Error: {error.message}"
            ) from error
        try:
            registry.registered_models.create(dst_name)
            print(f"Successfully registered model '{dst_name}'.", file=sys.stderr)  # noqa: T201  # as MLflow does
        except AlreadyExists:
            pass
        return version_to_view(registry.model_versions.copy(known, registry.registered_models.get(dst_name).name))

    @translating_errors
    def get_model_version(self, name: str, version: str) -> ModelVersion:
        """
        The version with this number.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.get_model_version`.
        """
        return version_to_view(self._registry.model_versions.get(name, version))

    @translating_errors
    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """
        The version that an alias names; "latest" in any case is the one with the greatest number.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST. INVALID_PARAMETER_VALUE: No such alias.

        Source: MLflow `MlflowClient.get_model_version_by_alias`.
        """
        return version_to_view(self._registry.model_versions.get_by_alias(name, alias))

    @translating_errors
    def get_model_version_download_uri(self, name: str, version: str) -> str:
        """
        Where the files of a version are.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.get_model_version_download_uri`.
        """
        return self._registry.model_versions.location(name, version)

    def get_model_version_stages(self, name: str, version: str) -> list[str]:
        """
        The stages that a version can be in.

        Source: MLflow `MlflowClient.get_model_version_stages`.
        """
        from genesis_flow.api.entities.model_registry.model_version_stages import ALL_STAGES

        return list(ALL_STAGES)

    @translating_errors
    def get_latest_versions(self, name: str, stages: list[str] | None = None) -> list[ModelVersion]:
        """
        The version with the greatest number in each stage, or in each of `stages`.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.get_latest_versions`.
        """
        return [version_to_view(version) for version in self._registry.model_versions.latest(name, stages)]

    @translating_errors
    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int = 10_000,
        order_by: list[str] | None = None,
        page_token: Any = None,
    ) -> PagedList[ModelVersion]:
        """
        One page of the versions that match a filter, without their aliases.

        Args:
            filter_string: Such as `name = 'a' AND tags.ok = 'yes'`.
            max_results: 1 to 200,000.
            order_by: Such as `["version_number DESC"]`; the latest update comes first by default.
            page_token: `.token` of the page before.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.search_model_versions`.
        """
        page = self._registry.model_versions.find(
            filter_string=filter_string, order_by=order_by, max_results=max_results, page_token=page_token
        )
        return PagedList([version_to_view(version) for version in page.items], page.next_token)

    @translating_errors
    def update_model_version(self, name: str, version: str, description: str | None = None) -> ModelVersion:
        """
        Replace the description of a version.

        Raises:
            MlflowException: INTERNAL_ERROR: No description is given. RESOURCE_DOES_NOT_EXIST,
                INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.update_model_version`.
        """
        if description is None:
            raise MlflowException("Attempting to update model version with no new field values.")
        return version_to_view(self._registry.model_versions.describe(name, version, description))

    @translating_errors
    def transition_model_version_stage(
        self, name: str, version: str, stage: str, archive_existing_versions: bool = False
    ) -> ModelVersion:
        """
        Put a version into a stage, and perhaps archive those that were there.

        Args:
            stage: "None", "Staging", "Production" or "Archived", in any case.
            archive_existing_versions: Only for "Staging" and "Production".

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE. INTERNAL_ERROR: Others cannot be
                archived from that stage.

        Source: MLflow `MlflowClient.transition_model_version_stage`.
        """
        moved = self._registry.model_versions.move(
            name, version, stage, archiving_others=bool(archive_existing_versions)
        )
        return version_to_view(moved)

    @translating_errors
    def delete_model_version(self, name: str, version: str) -> None:
        """
        Erase a version with its tags and aliases; its number is not given again.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_model_version`.
        """
        self._registry.model_versions.delete(name, version)

    @translating_errors
    def set_model_version_tag(
        self,
        name: str,
        version: str | None = None,
        key: str | None = None,
        value: Any = None,
        stage: str | None = None,
    ) -> None:
        """
        Set a tag of a version, or of the latest one in a stage; `value` becomes a text.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_model_version_tag`.
        """
        number = version_of(self, name, version, stage)
        self._registry.model_versions.set_tags(name, number, {key: str(value)})  # type: ignore[dict-item]  # checked

    @translating_errors
    def delete_model_version_tag(
        self, name: str, version: str | None = None, key: str | None = None, stage: str | None = None
    ) -> None:
        """
        Remove a tag of a version, or of the latest one in a stage; one that it does not have, nothing.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_model_version_tag`.
        """
        self._registry.model_versions.remove_tag(name, version_of(self, name, version, stage), key)
