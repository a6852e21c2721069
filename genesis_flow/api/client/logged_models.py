"""Logged models, as `MlflowClient` has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from genesis_flow.api.client.connected import Connected
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.paged_list import PagedList
from genesis_flow.domain.errors import NotFound

if TYPE_CHECKING:
    from genesis_flow.api.entities import FileInfo, LoggedModel, LoggedModelStatus


class LoggedModelClient(Connected):
    """Create, read, change, delete and find logged models."""

    @translating_errors
    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        """
        Create a logged model, PENDING until it is finalized.

        Args:
            name: Without any of `/ : . % " '`, need not be unique; by default a readable random one.
            source_run_id: The run that made it. model_type: What kind of model it is, in your own words.
            tags, params: By key; values become texts.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.create_logged_model`.
        """
        from genesis_flow.api.entities.model_translation import logged_model_to_view

        created = self._application.logged_models.create(
            experiment_id, name=name, source_run_id=source_run_id, tags=_texts(tags), params=_texts(params),
            type=model_type,
        )
        return logged_model_to_view(created)

    @translating_errors
    def get_logged_model(self, model_id: str) -> LoggedModel:
        """
        The logged model with this id, with every point of its metrics.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, also where it is deleted; INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.get_logged_model`.
        """
        from genesis_flow.api.entities.model_translation import logged_model_to_view

        return logged_model_to_view(self._application.logged_models.get(model_id))

    @translating_errors
    def finalize_logged_model(
        self, model_id: str, status: Literal["READY", "FAILED"] | LoggedModelStatus
    ) -> LoggedModel:
        """
        Give a logged model a status, and return it as it is now.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.
            ValueError: No such status.

        Source: MLflow `MlflowClient.finalize_logged_model`.
        """
        from genesis_flow.api.entities.model_translation import logged_model_to_view, status_to_domain

        return logged_model_to_view(self._application.logged_models.finalize(model_id, status_to_domain(status)))

    @translating_errors
    def delete_logged_model(self, model_id: str) -> None:
        """
        Mark a logged model as deleted; garbage collection erases it.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_logged_model`.
        """
        self._application.logged_models.delete(model_id)

    @translating_errors
    def log_model_params(self, model_id: str, params: dict[str, str]) -> None:
        """
        Set params of a logged model, for good; values become texts.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE, also if there is no such model or a param has another value.

        Source: MLflow `MlflowClient.log_model_params`.
        """
        with _naming("log parameters to a Registered Model Version, this is not supported."):
            self._application.logged_models.log_params(model_id, _texts(params))

    @translating_errors
    def set_logged_model_tags(self, model_id: str, tags: dict[str, Any]) -> None:
        """
        Set tags of a logged model; values become texts.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE, also if there is no such model.

        Source: MLflow `MlflowClient.set_logged_model_tags`.
        """
        with _naming("set tags on a Registered Model Version, use `set_model_version_tag` instead."):
            self._application.logged_models.set_tags(model_id, _texts(tags))

    @translating_errors
    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """
        Remove a tag of a logged model.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.delete_logged_model_tag`.
        """
        self._application.logged_models.remove_tag(model_id, key)

    @translating_errors
    def log_model_artifact(self, model_id: str, local_path: str, artifact_path: str | None = None) -> None:
        """
        Store a local file with a logged model, in the directory `artifact_path` under its own name.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_model_artifact`.
        """
        self._application.model_artifacts.log_file(model_id, Path(local_path), artifact_path)

    @translating_errors
    def log_model_artifacts(self, model_id: str, local_dir: str, artifact_path: str | None = None) -> None:
        """
        Store everything below a local directory with a logged model, in the directory `artifact_path`.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.log_model_artifacts`.
        """
        self._application.model_artifacts.log_tree(model_id, Path(local_dir), artifact_path)

    @translating_errors
    def list_logged_model_artifacts(self, model_id: str, path: str | None = None) -> list[FileInfo]:
        """
        The files and directories of a logged model directly below a directory, by path; none for a file.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.list_logged_model_artifacts`.
        """
        from genesis_flow.api.entities.translation import artifacts_to_views

        return artifacts_to_views(self._application.model_artifacts.find(model_id, path))

    @translating_errors
    def search_logged_models(
        self,
        experiment_ids: list[str],
        filter_string: str | None = None,
        datasets: list[dict[str, Any]] | None = None,
        max_results: int | None = None,
        order_by: list[dict[str, Any]] | None = None,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        """
        One page of the logged models of some experiments that match a filter.

        Args:
            filter_string: Such as `metrics.acc > 0.9 AND params.kind = 'tree'`; any point of a metric satisfies it.
            datasets: Only metrics on one of these count: `[{"dataset_name": "test", "dataset_digest": "d"}]`.
            max_results: 1 to 50,000; by default 100.
            order_by: `[{"field_name": "metrics.acc", "ascending": False, "dataset_name": "test"}]`.
            page_token: `.token` of the page before.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.search_logged_models`.
        """
        from genesis_flow.api.entities.model_translation import logged_model_to_view

        if not isinstance(experiment_ids, list) or not all(isinstance(id, str) for id in experiment_ids):
            raise MlflowException.invalid_parameter_value(
                f"experiment_ids must be a list of strings, got {type(experiment_ids)}"
            )
        page = self._application.logged_models.find(
            experiment_ids, filter_string=filter_string, datasets=datasets, order_by=order_by,
            max_results=max_results, page_token=page_token,
        )
        return PagedList([logged_model_to_view(model) for model in page.items], page.next_token)


@contextmanager
def _naming(attempt: str) -> Iterator[None]:
    """Say of a missing model what callers may have meant, as MLflow does."""
    try:
        yield
    except NotFound as error:
        if error.entity != "logged model":
            raise
        raise MlflowException.invalid_parameter_value(
            f"Failed to get logged model with ID {error.key}. You may not have access to the logged model, or the "
            f"logged model may have been deleted. If you are attempting to {attempt}"
        ) from error


def _texts(values: dict[str, Any] | None) -> dict[str, str]:
    return {str(key): str(value) for key, value in (values or {}).items()}
