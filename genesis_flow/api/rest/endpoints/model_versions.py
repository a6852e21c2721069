"""Operations on versions of registered models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from genesis_flow.api.rest.locations import is_below, local_path
from genesis_flow.api.rest.messages import models as messages
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.messages.models import version_to_json
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.use_cases.model_versions import LoggedModelPlace
from genesis_flow.domain.values.text import shown

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application


def create(application: Application, given: Values) -> dict[str, Any]:
    _require_own(application, given["source"], given["run_id"] or None, given["model_id"] or None)
    created = application.model_versions.create(
        given["name"],
        given["source"],
        run_id=given["run_id"] or None,
        tags={tag["key"]: tag["value"] for tag in given["tags"]},
        run_link=given["run_link"] or None,
        description=given["description"] or None,
        logged_model_id=given["model_id"] or None,
        find_logged_model=lambda id: _place(application, id),
    )
    return {"model_version": version_to_json(created)}


def get(application: Application, given: Values) -> dict[str, Any]:
    return {"model_version": version_to_json(application.model_versions.get(given["name"], given["version"]))}


def download_uri(application: Application, given: Values) -> dict[str, Any]:
    return {"artifact_uri": application.model_versions.location(given["name"], given["version"])}


def search(application: Application, given: Values) -> dict[str, Any]:
    page = application.model_versions.find(
        filter_string=given["filter"],
        order_by=given["order_by"],
        max_results=given["max_results"],
        page_token=given["page_token"],
    )
    return present(model_versions=[*map(version_to_json, page.items)], next_page_token=page.next_token)


def update(application: Application, given: Values) -> dict[str, Any]:
    described = application.model_versions.describe(given["name"], given["version"], given["description"])
    return {"model_version": version_to_json(described)}


def move(application: Application, given: Values) -> dict[str, Any]:
    moved = application.model_versions.move(
        given["name"], given["version"], given["stage"], archiving_others=given["archive_existing_versions"]
    )
    return {"model_version": version_to_json(moved)}


def delete(application: Application, given: Values) -> dict[str, Any]:
    application.model_versions.delete(given["name"], given["version"])
    return {}


def set_tag(application: Application, given: Values) -> dict[str, Any]:
    application.model_versions.set_tags(given["name"], given["version"], {given["key"]: given["value"]})
    return {}


def delete_tag(application: Application, given: Values) -> dict[str, Any]:
    application.model_versions.remove_tag(given["name"], given["version"], given["key"])
    return {}


def _place(application: Application, model_id: str) -> LoggedModelPlace:
    model = application.logged_models.get(model_id)
    return LoggedModelPlace(model.artifact_location, model.source_run_id)


def _require_own(application: Application, source: str, run_id: str | None, model_id: str | None) -> None:
    """
    Refuse a source that names files of this machine other than those of the run or logged model of the request.

    Raises:
        InvalidInput: It does, or it has `..` in it.
        NotFound: No such run or logged model.
    """
    if ".." in _decoded(source).replace("\\", "/").split("/"):
        raise _refused(source, "an absolute path must be provided without relative path references present")
    if source.startswith("runs:/"):
        if run_id is None or source.removeprefix("runs:/").lstrip("/").partition("/")[0] != run_id:
            raise _refused(source, "the run_id request parameter must identify the run that contains the source")
        return
    path = local_path(source)
    if path is None:
        return
    homes = [application.lifecycle.get(run_id).artifact_uri] if run_id else []
    homes += [_place(application, model_id).artifact_location] if model_id else []
    if not any(is_below(path, home) for home in homes):
        raise _refused(
            source,
            "to use a local path as a model version source, the run_id or model_id request parameter has to be "
            "specified and the path has to be in the artifact directory of that run or logged model",
        )


def _decoded(source: str) -> str:
    """`source` without percent-escapes, however often they were escaped themselves."""
    while (plain := unquote(source)) != source:
        source = plain
    return source


def _refused(source: str, why: str) -> InvalidInput:
    return InvalidInput("source", f"Invalid model version source: '{shown(source)}': {why}.")


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
