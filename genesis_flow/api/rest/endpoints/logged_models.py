"""Operations on logged models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.locations import require_served
from genesis_flow.api.rest.messages import logged_models as messages
from genesis_flow.api.rest.messages.artifacts import artifact_to_json
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.messages.logged_models import model_to_json
from genesis_flow.api.rest.routes import Endpoint

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def create(use_cases: UseCases, given: Values) -> dict[str, Any]:
    created = use_cases.logged_models.create(
        given["experiment_id"],
        name=given["name"] or None,
        source_run_id=given["source_run_id"],
        tags=_texts(given["tags"]),
        params=_texts(given["params"]),
        type=given["model_type"],
    )
    return {"model": model_to_json(created)}


def get(use_cases: UseCases, given: Values) -> dict[str, Any]:
    is_deleted_too = given["allow_deleted"].lower() == "true"
    return {"model": model_to_json(use_cases.logged_models.get(given["model_id"], allow_deleted=is_deleted_too))}


def finalize(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"model": model_to_json(use_cases.logged_models.finalize(given["model_id"], given["status"]))}


def delete(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logged_models.delete(given["model_id"])
    return {}


def search(use_cases: UseCases, given: Values) -> dict[str, Any]:
    page = use_cases.logged_models.find(
        given["experiment_ids"],
        filter_string=given["filter"],
        datasets=given["datasets"],
        order_by=given["order_by"],
        max_results=given["max_results"],
        page_token=given["page_token"],
    )
    return present(models=[*map(model_to_json, page.items)], next_page_token=page.next_token)


def set_tags(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logged_models.set_tags(given["model_id"], _texts(given["tags"]))
    return {}


def delete_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logged_models.remove_tag(given["model_id"], given["tag_key"])
    return {}


def log_params(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logged_models.log_params(given["model_id"], _texts(given["params"]))
    return {}


def find_artifacts(use_cases: UseCases, given: Values) -> dict[str, Any]:
    model = use_cases.logged_models.get(given["model_id"])
    require_served(model.artifact_location, use_cases.settings)
    files = use_cases.model_artifacts.find(model.id, given["artifact_directory_path"])
    return present(root_uri=model.artifact_location, files=[*map(artifact_to_json, files)])


def _texts(rows: Any) -> dict[str, str]:
    return {row["key"]: row["value"] for row in rows}


_ONE: Final = "logged-models/{model_id}"

ROUTES: Final = (
    Endpoint("logged-models", ("POST",), messages.CREATE, create),
    Endpoint("logged-models/search", ("POST",), messages.SEARCH, search),
    Endpoint(_ONE, ("GET",), messages.GET, get),
    Endpoint(_ONE, ("PATCH",), messages.FINALIZE, finalize),
    Endpoint(_ONE, ("DELETE",), messages.ID, delete),
    Endpoint(f"{_ONE}/tags", ("PATCH",), messages.SET_TAGS, set_tags),
    Endpoint(f"{_ONE}/tags/{{tag_key:path}}", ("DELETE",), messages.DELETE_TAG, delete_tag),
    Endpoint(f"{_ONE}/params", ("POST",), messages.LOG_PARAMS, log_params),
    Endpoint(f"{_ONE}/artifacts/directories", ("GET",), messages.LIST, find_artifacts),
)
