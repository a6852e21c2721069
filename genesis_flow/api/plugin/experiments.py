"""Experiments, as a tracking store of MLflow has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlflow.entities import Experiment, ExperimentTag, ViewType
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking import SEARCH_MAX_RESULTS_DEFAULT
from mlflow.utils.uri import resolve_uri_if_local
from mlflow.utils.validation import _validate_experiment_artifact_location_length

from genesis_flow.api.plugin.errors import translated
from genesis_flow.api.plugin.translation import experiment_to_stock, texts, view_of
from genesis_flow.bootstrap import Application
from genesis_flow.domain.errors import NotFound


class ExperimentMethods:
    """Create, read, change and find experiments."""

    _application: Application

    @translated
    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: Sequence[ExperimentTag] | None = None
    ) -> str:
        if isinstance(artifact_location, str) and artifact_location:
            artifact_location = resolve_uri_if_local(artifact_location)
            _validate_experiment_artifact_location_length(artifact_location)
        created = self._application.experiments.create(
            name, artifact_location=artifact_location, tags=texts(tags)
        )
        return created.id

    @translated
    def get_experiment(self, experiment_id: str) -> Experiment:
        return experiment_to_stock(self._application.experiments.get(experiment_id))

    @translated
    def get_experiment_by_name(self, experiment_name: str) -> Experiment | None:
        try:
            return experiment_to_stock(self._application.experiments.get_by_name(experiment_name))
        except NotFound:
            return None

    @translated
    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = SEARCH_MAX_RESULTS_DEFAULT,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: Any = None,
    ) -> PagedList[Experiment]:
        page = self._application.experiments.find(
            filter_string=filter_string, order_by=order_by, view=view_of(view_type), max_results=max_results,
            page_token=page_token,
        )
        return PagedList([experiment_to_stock(found) for found in page.items], page.next_token)

    @translated
    def delete_experiment(self, experiment_id: str) -> None:
        self._application.experiments.delete(experiment_id)

    @translated
    def restore_experiment(self, experiment_id: str) -> None:
        self._application.experiments.restore(experiment_id)

    @translated
    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        self._application.experiments.rename(experiment_id, new_name)

    @translated
    def set_experiment_tag(self, experiment_id: str, tag: ExperimentTag) -> None:
        self._application.experiments.set_tags(experiment_id, {tag.key: tag.value})

    @translated
    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        self._application.experiments.remove_tag(experiment_id, key)
