"""Operations on registered models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages import models as messages
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.messages.models import model_to_json, version_to_json
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.entities import registry_change as change
from genesis_flow.domain.entities.registered_model import RegisteredModel

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def create(use_cases: UseCases, given: Values) -> dict[str, Any]:
    tags = {tag["key"]: tag["value"] for tag in given["tags"]}
    created = use_cases.registered_models.create(given["name"], tags=tags, description=given["description"])
    use_cases.webhook_queue.put(change.model_created(given["name"], tags, given["description"]))
    return _shown(use_cases, created)


def get(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return _shown(use_cases, use_cases.registered_models.get(given["name"]))


def search(use_cases: UseCases, given: Values) -> dict[str, Any]:
    page = use_cases.registered_models.find(
        filter_string=given["filter"],
        order_by=given["order_by"],
        max_results=given["max_results"],
        page_token=given["page_token"],
    )
    latest = use_cases.model_versions.latest_of(page.items)
    models = [model_to_json(model, latest[model.name]) for model in page.items]
    return present(registered_models=models, next_page_token=page.next_token)


def rename(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return _shown(use_cases, use_cases.registered_models.rename(given["name"], given["new_name"]))


def update(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return _shown(use_cases, use_cases.registered_models.describe(given["name"], given["description"]))


def delete(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.registered_models.delete(given["name"])
    return {}


def set_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.registered_models.set_tags(given["name"], {given["key"]: given["value"]})
    use_cases.webhook_queue.put(change.model_tag_set(given["name"], given["key"], given["value"]))
    return {}


def delete_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.registered_models.remove_tag(given["name"], given["key"])
    use_cases.webhook_queue.put(change.model_tag_deleted(given["name"], given["key"]))
    return {}


def set_alias(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.registered_models.set_alias(given["name"], given["alias"], given["version"])
    use_cases.webhook_queue.put(change.alias_set(given["name"], given["alias"], given["version"]))
    return {}


def delete_alias(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.registered_models.remove_alias(given["name"], given["alias"])
    use_cases.webhook_queue.put(change.alias_deleted(given["name"], given["alias"]))
    return {}


def get_by_alias(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"model_version": version_to_json(use_cases.model_versions.get_by_alias(given["name"], given["alias"]))}


def latest(use_cases: UseCases, given: Values) -> dict[str, Any]:
    found = use_cases.model_versions.latest(given["name"], given["stages"])
    return present(model_versions=[*map(version_to_json, found)])


def _shown(use_cases: UseCases, model: RegisteredModel) -> dict[str, Any]:
    return {"registered_model": model_to_json(model, use_cases.model_versions.latest_of([model])[model.name])}


ROUTES: Final = (
    Endpoint("registered-models/create", ("POST",), messages.CREATE, create),
    Endpoint("registered-models/get", ("GET",), messages.NAME, get),
    # MLflow's client for R posts its searches.
    Endpoint("registered-models/search", ("GET", "POST"), messages.search(100), search),
    Endpoint("registered-models/rename", ("POST",), messages.RENAME, rename),
    Endpoint("registered-models/update", ("PATCH",), messages.UPDATE, update),
    Endpoint("registered-models/delete", ("DELETE",), messages.NAME, delete),
    Endpoint("registered-models/set-tag", ("POST",), messages.SET_TAG, set_tag),
    Endpoint("registered-models/delete-tag", ("DELETE",), messages.DELETE_TAG, delete_tag),
    Endpoint("registered-models/alias", ("POST",), messages.SET_ALIAS, set_alias),
    Endpoint("registered-models/alias", ("DELETE",), messages.ALIAS, delete_alias),
    Endpoint("registered-models/alias", ("GET",), messages.ALIAS, get_by_alias),
    Endpoint("registered-models/get-latest-versions", ("GET", "POST"), messages.LATEST, latest),
)
