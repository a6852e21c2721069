"""Logged models, as a tracking store of MLflow has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlflow.entities import LoggedModel, LoggedModelParameter, LoggedModelStatus, LoggedModelTag
from mlflow.store.entities.paged_list import PagedList

from genesis_flow.api.plugin.errors import translated
from genesis_flow.api.plugin.translation import logged_model_to_stock, status_to_domain, texts
from genesis_flow.bootstrap import Application


class LoggedModelMethods:
    """Create, read, change and find logged models."""

    _application: Application

    @translated
    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: Sequence[LoggedModelTag] | None = None,
        params: Sequence[LoggedModelParameter] | None = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        created = self._application.logged_models.create(
            experiment_id, name=name, source_run_id=source_run_id, tags=texts(tags), params=texts(params),
            type=model_type,
        )
        return logged_model_to_stock(created)

    @translated
    def log_logged_model_params(self, model_id: str, params: Sequence[LoggedModelParameter]) -> None:
        self._application.logged_models.log_params(model_id, texts(params))

    @translated
    def search_logged_models(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None = None,
        datasets: Sequence[dict[str, Any]] | None = None,
        max_results: int | None = None,
        order_by: Sequence[dict[str, Any]] | None = None,
        page_token: Any = None,
    ) -> PagedList[LoggedModel]:
        page = self._application.logged_models.find(
            experiment_ids, filter_string=filter_string, datasets=datasets, order_by=order_by,
            max_results=max_results, page_token=page_token,
        )
        return PagedList([logged_model_to_stock(found) for found in page.items], page.next_token)

    @translated
    def get_logged_model(self, model_id: str, allow_deleted: bool = False) -> LoggedModel:
        return logged_model_to_stock(self._application.logged_models.get(model_id, allow_deleted=allow_deleted))

    @translated
    def finalize_logged_model(self, model_id: str, status: LoggedModelStatus) -> LoggedModel:
        finalized = self._application.logged_models.finalize(model_id, status_to_domain(status))
        return logged_model_to_stock(finalized)

    @translated
    def set_logged_model_tags(self, model_id: str, tags: Sequence[LoggedModelTag]) -> None:
        self._application.logged_models.set_tags(model_id, texts(tags))

    @translated
    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        self._application.logged_models.remove_tag(model_id, key)

    @translated
    def delete_logged_model(self, model_id: str) -> None:
        self._application.logged_models.delete(model_id)
