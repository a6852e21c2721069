"""The life of runs, and searches of them, as a tracking store of MLflow has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlflow.entities import Run, RunInfo, RunStatus, RunTag
from mlflow.entities.dataset_summary import _DatasetSummary

from genesis_flow.api.plugin.errors import translated
from genesis_flow.api.plugin.translation import run_info_to_stock, run_to_stock, texts, view_of
from genesis_flow.bootstrap import Application
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import lifecycle


class RunMethods:
    """Create, read, end, delete and find runs."""

    _application: Application

    @translated
    def create_run(
        self,
        experiment_id: str,
        user_id: str | None,
        start_time: int | None,
        tags: Sequence[RunTag] | None,
        run_name: str | None,
    ) -> Run:
        created = self._application.lifecycle.create(
            experiment_id, name=run_name, user_id=user_id or "", started_at=start_time, tags=texts(tags)
        )
        made = run_to_stock(created)
        return Run(made.info, made.data, made.inputs)  # without outputs, as MLflow has it until the run is read again

    @translated
    def get_run(self, run_id: str) -> Run:
        return run_to_stock(self._application.lifecycle.get(run_id))

    @translated
    def update_run_info(
        self, run_id: str, run_status: int | None, end_time: int | None, run_name: str | None
    ) -> RunInfo:
        status = None if run_status is None else _status(run_status)
        updated = self._application.lifecycle.update(run_id, status=status, ended_at=end_time, name=run_name)
        return run_info_to_stock(updated)

    @translated
    def delete_run(self, run_id: str) -> None:
        self._application.lifecycle.delete(run_id)

    @translated
    def restore_run(self, run_id: str) -> None:
        self._application.lifecycle.restore(run_id)

    @translated
    def _search_runs(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None,
        run_view_type: int,
        max_results: int,
        order_by: Sequence[str] | None,
        page_token: Any,
    ) -> tuple[list[Run], str | bytes | None]:
        page = self._application.search.find(
            experiment_ids, filter_string=filter_string, order_by=order_by, view=view_of(run_view_type),
            max_results=max_results, page_token=page_token,
        )
        return [run_to_stock(found, with_model_inputs=False) for found in page.items], page.next_token

    @translated
    def _search_datasets(self, experiment_ids: Sequence[str]) -> list[_DatasetSummary]:
        uses = self._application.search.dataset_uses(experiment_ids)
        return [_DatasetSummary(use.experiment_id, use.name, use.digest, use.context) for use in uses]


def _status(number: Any) -> lifecycle.RunStatus:
    try:
        return lifecycle.RunStatus(RunStatus.to_string(number))
    except Exception as error:  # what MLflow raises is nothing better
        raise InvalidInput("status", str(error)) from error
