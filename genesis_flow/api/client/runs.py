"""The life of runs, as `MlflowClient` has it."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.client.connected import Connected, texts
from genesis_flow.api.context import PARENT_RUN_ID, USER
from genesis_flow.api.entities import Run, ViewType
from genesis_flow.api.entities.translation import run_to_view, runs_to_views, view_type_to_view
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.paged_list import PagedList
from genesis_flow.domain.values.lifecycle import RunStatus


class RunClient(Connected):
    """Create, read, end, delete and find runs."""

    @translating_errors
    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: dict[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """
        Create a run without making it the active one.

        Args:
            start_time: Milliseconds since the epoch (UTC); by default now.
            tags: Texts by key. run_name: By default a readable random name.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.create_run`.
        """
        named = texts(tags)
        run = self._application.lifecycle.create(
            experiment_id,
            name=run_name,
            user_id=named.get(USER, "unknown"),
            started_at=start_time or None,
            tags=named,
        )
        return run_to_view(run)

    @translating_errors
    def get_run(self, run_id: str) -> Run:
        """
        The run with this id, deleted or not, with the latest value of each metric.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.get_run`.
        """
        return run_to_view(self._application.lifecycle.get(run_id))

    def get_parent_run(self, run_id: str) -> Run | None:
        """
        The parent of a nested run; None if it has none.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.get_parent_run`.
        """
        parent = self.get_run(run_id).data.tags.get(PARENT_RUN_ID)
        return None if parent is None else self.get_run(parent)

    @translating_errors
    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """
        Change the status or name of an active run; what is empty stays as it is.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.update_run`.
        """
        if status is not None or name is not None:
            self._application.lifecycle.update(run_id, status=_status(status) if status else None, name=name)

    @translating_errors
    def set_terminated(self, run_id: str, status: str | None = None, end_time: int | None = None) -> None:
        """
        End a run.

        Args:
            status: "FINISHED" (the default), "FAILED", "KILLED", or another `RunStatus`.
            end_time: Milliseconds since the epoch (UTC); by default now.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.set_terminated`.
        """
        self._application.lifecycle.end(run_id, status=_status(status or "FINISHED"), ended_at=end_time or None)

    @translating_errors
    def delete_run(self, run_id: str) -> None:
        """
        Mark a run as deleted.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.delete_run`.
        """
        self._application.lifecycle.delete(run_id)

    @translating_errors
    def restore_run(self, run_id: str) -> None:
        """
        Make a deleted run active again.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.restore_run`.
        """
        self._application.lifecycle.restore(run_id)

    @translating_errors
    def search_runs(
        self,
        experiment_ids: list[str],
        filter_string: str = "",
        run_view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = 1000,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """
        One page of the runs of some experiments that match a filter.

        Args:
            filter_string: Such as `metrics.acc > 0.9 AND params.model = 'tree'`.
            run_view_type: A `ViewType`. max_results: 1 to 50,000.
            order_by: Such as `["metrics.acc DESC"]`; the latest start comes first where it does not decide.
            page_token: `.token` of the page before.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.search_runs`.
        """
        ids: Any = experiment_ids  # MLflow's clients may give one id instead of a list
        ids = [ids] if isinstance(ids, (int, str)) else ids
        page = self._application.search.find(
            ids or [],
            filter_string=filter_string,
            order_by=order_by,
            view=view_type_to_view(run_view_type),
            max_results=max_results,
            page_token=page_token,
        )
        return PagedList(runs_to_views(page.items), page.next_token)


def _status(text: str) -> RunStatus:
    try:
        return RunStatus(text)
    except ValueError:
        raise MlflowException.invalid_parameter_value(
            f"Could not get run status corresponding to string {text}. Valid run status strings: "
            f"{[status.value for status in RunStatus]}"
        ) from None
