"""Operations on experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages import experiments as messages
from genesis_flow.api.rest.messages.experiments import experiment_to_json
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.errors import NotFound
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.settings import absolute_location

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application


def create(application: Application, given: Values) -> dict[str, Any]:
    location = given["artifact_location"]
    if location and not location.startswith("runs:"):
        location = absolute_location(location)
    tags = {tag["key"]: tag["value"] for tag in given["tags"]}
    created = application.experiments.create(given["name"], artifact_location=location, tags=tags)
    return {"experiment_id": created.id}


def get(application: Application, given: Values) -> dict[str, Any]:
    return {"experiment": experiment_to_json(application.experiments.get(given["experiment_id"]))}


def get_by_name(application: Application, given: Values) -> dict[str, Any]:
    name = given["experiment_name"]
    try:
        return {"experiment": experiment_to_json(application.experiments.get_by_name(name))}
    except NotFound:
        raise NotFound("experiment", name, f"Could not find experiment with name '{name}'") from None


def search(application: Application, given: Values) -> dict[str, Any]:
    page = application.experiments.find(
        filter_string=given["filter"],
        order_by=given["order_by"],
        view=given["view_type"] or View.ACTIVE_ONLY,
        max_results=given["max_results"],
        page_token=given["page_token"],
    )
    return present(experiments=[*map(experiment_to_json, page.items)], next_page_token=page.next_token)


def update(application: Application, given: Values) -> dict[str, Any]:
    application.experiments.rename(given["experiment_id"], given["new_name"])
    return {}


def delete(application: Application, given: Values) -> dict[str, Any]:
    application.experiments.delete(given["experiment_id"])
    return {}


def restore(application: Application, given: Values) -> dict[str, Any]:
    application.experiments.restore(given["experiment_id"])
    return {}


def set_tag(application: Application, given: Values) -> dict[str, Any]:
    application.experiments.set_tags(given["experiment_id"], {given["key"]: given["value"]})
    return {}


def delete_tag(application: Application, given: Values) -> dict[str, Any]:
    application.experiments.remove_tag(given["experiment_id"], given["key"])
    return {}


ROUTES: Final = (
    Endpoint("experiments/create", ("POST",), messages.CREATE, create),
    Endpoint("experiments/get", ("GET",), messages.ID, get),
    Endpoint("experiments/get-by-name", ("GET",), messages.BY_NAME, get_by_name),
    Endpoint("experiments/search", ("GET", "POST"), messages.SEARCH, search),
    Endpoint("experiments/update", ("POST",), messages.UPDATE, update),
    Endpoint("experiments/delete", ("POST",), messages.ID, delete),
    Endpoint("experiments/restore", ("POST",), messages.ID, restore),
    Endpoint("experiments/set-experiment-tag", ("POST",), messages.SET_TAG, set_tag),
    Endpoint("experiments/delete-experiment-tag", ("POST",), messages.DELETE_TAG, delete_tag),
)
