"""Versions of registered models, as a model registry store of MLflow has them; those of prompts are among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import LoggedModel
from mlflow.entities.model_registry import ModelVersion, ModelVersionTag
from mlflow.exceptions import MlflowException
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.model_registry import SEARCH_MODEL_VERSION_MAX_RESULTS_DEFAULT

from genesis_flow.api.plugin.errors import translated
from genesis_flow.api.plugin.registry_translation import version_to_stock
from genesis_flow.api.plugin.translation import texts
from genesis_flow.bootstrap import Application
from genesis_flow.domain.errors import NotFound
from genesis_flow.domain.use_cases.model_versions import LoggedModelPlace, ModelVersions


class ModelVersionMethods:
    """Register, read, change, delete and find versions of registered models."""

    _application: Application
    _versions: ModelVersions
    _tracking_uri: str | None

    @translated
    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: Sequence[ModelVersionTag] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        local_model_path: str | None = None,
        model_id: str | None = None,
    ) -> ModelVersion:
        created = self._versions.create(
            name, source, run_id=run_id, tags=texts(tags), run_link=run_link, description=description,
            logged_model_id=model_id, find_logged_model=self._logged_model_place,
        )
        return version_to_stock(created)

    @translated
    def get_model_version(self, name: str, version: Any) -> ModelVersion:
        return version_to_stock(self._versions.get(name, version))

    @translated
    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        return version_to_stock(self._versions.get_by_alias(name, alias))

    @translated
    def get_model_version_download_uri(self, name: str, version: Any) -> str:
        return self._versions.location(name, version)

    @translated
    def get_latest_versions(self, name: str, stages: Sequence[str] | None = None) -> list[ModelVersion]:
        return [version_to_stock(found) for found in self._versions.latest(name, stages)]

    @translated
    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int = SEARCH_MODEL_VERSION_MAX_RESULTS_DEFAULT,
        order_by: Sequence[str] | None = None,
        page_token: Any = None,
    ) -> PagedList[ModelVersion]:
        page = self._versions.find(
            filter_string=filter_string, order_by=order_by, max_results=max_results, page_token=page_token
        )
        return PagedList([version_to_stock(found) for found in page.items], page.next_token)

    @translated
    def update_model_version(self, name: str, version: Any, description: str | None = None) -> ModelVersion:
        return version_to_stock(self._versions.describe(name, version, description))

    @translated
    def transition_model_version_stage(
        self, name: str, version: Any, stage: str, archive_existing_versions: bool
    ) -> ModelVersion:
        moved = self._versions.move(name, version, stage, archiving_others=archive_existing_versions)
        return version_to_stock(moved)

    @translated
    def delete_model_version(self, name: str, version: Any) -> None:
        self._versions.delete(name, version)

    @translated
    def set_model_version_tag(self, name: str, version: Any, tag: ModelVersionTag) -> None:
        self._versions.set_tags(name, version, {tag.key: tag.value})

    @translated
    def delete_model_version_tag(self, name: str, version: Any, key: str) -> None:
        self._versions.remove_tag(name, version, key)

    def _logged_model_place(self, model_id: str) -> LoggedModelPlace:
        """Where a logged model is, of the same store or of the one in which MLflow keeps its runs."""
        try:
            found: Any = self._application.logged_models.get(model_id)
        except NotFound:
            if self._tracking_uri is None:
                raise
            found = _elsewhere(self._tracking_uri, model_id)
        return LoggedModelPlace(found.artifact_location, found.source_run_id)


def _elsewhere(tracking_uri: str, model_id: str) -> LoggedModel:
    try:
        return MlflowClient(tracking_uri=tracking_uri).get_logged_model(model_id)
    except MlflowException as error:
        raise NotFound("logged model", model_id, error.message) from error
