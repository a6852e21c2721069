"""Experiments, as `MlflowClient` has them."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.client.connected import Connected, texts
from genesis_flow.api.entities import Experiment, ViewType
from genesis_flow.api.entities.translation import experiment_to_view, view_type_to_view
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.paged_list import PagedList
from genesis_flow.domain.errors import NotFound
from genesis_flow.settings import absolute_location


class ExperimentClient(Connected):
    """Create, read, change, delete and find experiments."""

    @translating_errors
    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: dict[str, Any] | None = None
    ) -> str:
        """
        Create an experiment.

        Args:
            name: 1 to 500 characters, unique also among deleted experiments.
            artifact_location: URI or path for the artifacts of its runs; by default below the store's root.
            tags: Texts by key.

        Returns:
            The id of the experiment, a whole number as text.

        Raises:
            MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.create_experiment`.
        """
        location = artifact_location
        if isinstance(location, str) and location and not location.startswith("runs:"):
            location = absolute_location(location)
        created = self._application.experiments.create(name, artifact_location=location, tags=texts(tags))
        return created.id

    @translating_errors
    def get_experiment(self, experiment_id: str) -> Experiment:
        """
        The experiment with this id, deleted or not.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.get_experiment`.
        """
        return experiment_to_view(self._application.experiments.get(experiment_id))

    @translating_errors
    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """
        The experiment with this name, deleted or not; None if there is none.

        Source: MLflow `MlflowClient.get_experiment_by_name`.
        """
        try:
            return experiment_to_view(self._application.experiments.get_by_name(name))
        except NotFound:
            return None

    @translating_errors
    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int | None = 1000,
        filter_string: str | None = None,
        order_by: list[str] | None = None,
        page_token: Any = None,
    ) -> PagedList[Experiment]:
        """
        One page of the experiments that match a filter.

        Args:
            view_type: A `ViewType`. max_results: 1 to 50,000.
            filter_string: Such as `name LIKE 'pre%' AND tags.team = 'a'`.
            order_by: Such as `["last_update_time DESC"]`; the newest come first by default.
            page_token: `.token` of the page before.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.search_experiments`.
        """
        page = self._application.experiments.find(
            filter_string=filter_string,
            order_by=order_by,
            view=view_type_to_view(view_type),
            max_results=1000 if max_results is None else max_results,
            page_token=page_token,
        )
        return PagedList([experiment_to_view(experiment) for experiment in page.items], page.next_token)

    @translating_errors
    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """
        Rename an active experiment.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_STATE, RESOURCE_ALREADY_EXISTS,
                INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.rename_experiment`.
        """
        self._application.experiments.rename(experiment_id, new_name)

    @translating_errors
    def set_experiment_tag(self, experiment_id: str, key: str, value: Any) -> None:
        """
        Set a tag of an active experiment; `value` becomes a text of at most 20,000 characters.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_experiment_tag`.
        """
        self._application.experiments.set_tags(experiment_id, {key: str(value)})

    @translating_errors
    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """
        Remove a tag of an active experiment.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_experiment_tag`.
        """
        self._application.experiments.remove_tag(experiment_id, key)

    @translating_errors
    def delete_experiment(self, experiment_id: str) -> None:
        """
        Mark an active experiment and all of its runs as deleted.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.delete_experiment`.
        """
        self._application.experiments.delete(experiment_id)

    @translating_errors
    def restore_experiment(self, experiment_id: str) -> None:
        """
        Make a deleted experiment and all of its runs active again.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.restore_experiment`.
        """
        self._application.experiments.restore(experiment_id)
