"""Operations on versions of registered models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.locations import require_no_host
from genesis_flow.api.rest.messages import models as messages
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.messages.models import version_to_json
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.api.rest.sources import model_source, prompt_source
from genesis_flow.domain.entities import registry_change as change
from genesis_flow.domain.use_cases.model_versions import LoggedModelPlace

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def create(use_cases: UseCases, given: Values) -> dict[str, Any]:
    tags = {tag["key"]: tag["value"] for tag in given["tags"]}
    if change.is_prompt(tags):
        source = prompt_source(given["source"])
    else:
        require_no_host(given["source"], "source")
        source = model_source(use_cases, given["source"], given["run_id"], given["model_id"])
    created = use_cases.model_versions.create(
        given["name"],
        source.uri,
        run_id=source.run_id or None,
        tags=tags,
        run_link=given["run_link"] or None,
        description=given["description"] or None,
        logged_model_id=source.model_id or None,
        find_logged_model=lambda id: _place(use_cases, id),
    )
    if source.model_id:
        use_cases.logged_models.note_registration(source.model_id, created.name, created.version)
    use_cases.webhook_queue.put(
        change.version_created(
            created.name, created.version, source=source.uri, run_id=source.run_id, tags=tags,
            description=given["description"],
        )
    )
    return {"model_version": version_to_json(created)}


def get(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"model_version": version_to_json(use_cases.model_versions.get(given["name"], given["version"]))}


def download_uri(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"artifact_uri": use_cases.model_versions.location(given["name"], given["version"])}


def search(use_cases: UseCases, given: Values) -> dict[str, Any]:
    page = use_cases.model_versions.find(
        filter_string=given["filter"],
        order_by=given["order_by"],
        max_results=given["max_results"],
        page_token=given["page_token"],
    )
    return present(model_versions=[*map(version_to_json, page.items)], next_page_token=page.next_token)


def update(use_cases: UseCases, given: Values) -> dict[str, Any]:
    described = use_cases.model_versions.describe(given["name"], given["version"], given["description"])
    return {"model_version": version_to_json(described)}


def move(use_cases: UseCases, given: Values) -> dict[str, Any]:
    moved = use_cases.model_versions.move(
        given["name"], given["version"], given["stage"], archiving_others=given["archive_existing_versions"]
    )
    return {"model_version": version_to_json(moved)}


def delete(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.model_versions.delete(given["name"], given["version"])
    return {}


def set_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.model_versions.set_tags(given["name"], given["version"], {given["key"]: given["value"]})
    use_cases.webhook_queue.put(
        change.version_tag_set(given["name"], given["version"], given["key"], given["value"])
    )
    return {}


def delete_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.model_versions.remove_tag(given["name"], given["version"], given["key"])
    use_cases.webhook_queue.put(change.version_tag_deleted(given["name"], given["version"], given["key"]))
    return {}


def _place(use_cases: UseCases, model_id: str) -> LoggedModelPlace:
    model = use_cases.logged_models.get(model_id)
    return LoggedModelPlace(model.artifact_location, model.source_run_id)


ROUTES: Final = (
    Endpoint("model-versions/create", ("POST",), messages.CREATE_VERSION, create),
    Endpoint("model-versions/get", ("GET",), messages.VERSION, get),
    Endpoint("model-versions/get-download-uri", ("GET",), messages.VERSION, download_uri),
    Endpoint("model-versions/search", ("GET",), messages.search(200_000), search),
    Endpoint("model-versions/update", ("PATCH",), messages.UPDATE_VERSION, update),
    Endpoint("model-versions/transition-stage", ("POST",), messages.MOVE_VERSION, move),
    Endpoint("model-versions/delete", ("DELETE",), messages.VERSION, delete),
    Endpoint("model-versions/set-tag", ("POST",), messages.SET_VERSION_TAG, set_tag),
    Endpoint("model-versions/delete-tag", ("DELETE",), messages.DELETE_VERSION_TAG, delete_tag),
)
