"""Operations on runs, from their creation to their deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages import runs as messages
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.messages.runs import info_to_json, run_to_json
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.values.lifecycle import View

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def create(use_cases: UseCases, given: Values) -> dict[str, Any]:
    run = use_cases.lifecycle.create(
        given["experiment_id"],
        name=given["run_name"],
        user_id=given["user_id"],
        started_at=given["start_time"],
        tags={tag["key"]: tag["value"] for tag in given["tags"]},
    )
    return {"run": run_to_json(run, with_outputs=False)}


def get(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"run": run_to_json(use_cases.lifecycle.get(given["run_id"]))}


def update(use_cases: UseCases, given: Values) -> dict[str, Any]:
    run = use_cases.lifecycle.update(
        given["run_id"], status=given["status"], ended_at=given["end_time"], name=given["run_name"]
    )
    return {"run_info": info_to_json(run)}


def delete(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.lifecycle.delete(given["run_id"])
    return {}


def restore(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.lifecycle.restore(given["run_id"])
    return {}


def search(use_cases: UseCases, given: Values) -> dict[str, Any]:
    page = use_cases.search.find(
        given["experiment_ids"],
        filter_string=given["filter"],
        order_by=given["order_by"],
        view=given["run_view_type"] or View.ACTIVE_ONLY,
        max_results=given["max_results"],
        page_token=given["page_token"],
    )
    runs = [run_to_json(run, with_model_inputs=False) for run in page.items]
    return present(runs=runs, next_page_token=page.next_token)


ROUTES: Final = (
    Endpoint("runs/create", ("POST",), messages.CREATE, create),
    Endpoint("runs/get", ("GET",), messages.ID, get),
    Endpoint("runs/update", ("POST",), messages.UPDATE, update),
    Endpoint("runs/delete", ("POST",), messages.ID, delete),
    Endpoint("runs/restore", ("POST",), messages.ID, restore),
    Endpoint("runs/search", ("POST",), messages.SEARCH, search),
)
