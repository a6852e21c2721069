"""Registered models, as a model registry store of MLflow has them; prompts are among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlflow.entities.model_registry import RegisteredModel, RegisteredModelTag
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.model_registry import SEARCH_REGISTERED_MODEL_MAX_RESULTS_DEFAULT

from genesis_flow.api.plugin.errors import translated
from genesis_flow.api.plugin.registry_translation import model_to_stock
from genesis_flow.api.plugin.translation import texts
from genesis_flow.domain.entities import registered_model
from genesis_flow.domain.use_cases.model_versions import ModelVersions
from genesis_flow.domain.use_cases.registered_models import RegisteredModels


class RegisteredModelMethods:
    """Create, read, change, delete and find registered models."""

    _models: RegisteredModels
    _versions: ModelVersions

    @translated
    def create_registered_model(
        self,
        name: str,
        tags: Sequence[RegisteredModelTag] | None = None,
        description: str | None = None,
        deployment_job_id: str | None = None,
    ) -> RegisteredModel:
        return model_to_stock(self._models.create(name, tags=texts(tags), description=description))

    @translated
    def get_registered_model(self, name: str) -> RegisteredModel:
        return self._with_latest(self._models.get(name))

    @translated
    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int = SEARCH_REGISTERED_MODEL_MAX_RESULTS_DEFAULT,
        order_by: Sequence[str] | None = None,
        page_token: Any = None,
    ) -> PagedList[RegisteredModel]:
        page = self._models.find(
            filter_string=filter_string, order_by=order_by, max_results=max_results, page_token=page_token
        )
        latest = self._versions.latest_of(page.items)
        return PagedList([model_to_stock(found, latest[found.name]) for found in page.items], page.next_token)

    @translated
    def update_registered_model(
        self, name: str, description: str | None, deployment_job_id: str | None = None
    ) -> RegisteredModel:
        return self._with_latest(self._models.describe(name, description))

    @translated
    def rename_registered_model(self, name: str, new_name: str) -> RegisteredModel:
        return self._with_latest(self._models.rename(name, new_name))

    @translated
    def delete_registered_model(self, name: str) -> None:
        self._models.delete(name)

    @translated
    def set_registered_model_tag(self, name: str, tag: RegisteredModelTag) -> None:
        self._models.set_tags(name, {tag.key: tag.value})

    @translated
    def delete_registered_model_tag(self, name: str, key: str) -> None:
        self._models.remove_tag(name, key)

    @translated
    def set_registered_model_alias(self, name: str, alias: str, version: Any) -> None:
        self._models.set_alias(name, alias, version)

    @translated
    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        self._models.remove_alias(name, alias)

    def _with_latest(self, model: registered_model.RegisteredModel) -> RegisteredModel:
        return model_to_stock(model, self._versions.latest_of([model])[model.name])
