"""Operations on experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.locations import require_plain
from genesis_flow.api.rest.messages import experiments as messages
from genesis_flow.api.rest.messages.experiments import dataset_use_to_json, experiment_to_json
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.settings import absolute_location

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

#: Experiments whose datasets may be asked for at once.
MOST_EXPERIMENTS: Final = 20


def create(use_cases: UseCases, given: Values) -> dict[str, Any]:
    location = given["artifact_location"]
    if location:
        require_plain(location, "artifact_location")
    if location and not location.startswith("runs:"):
        location = absolute_location(location)
    tags = {tag["key"]: tag["value"] for tag in given["tags"]}
    created = use_cases.experiments.create(given["name"], artifact_location=location, tags=tags)
    return {"experiment_id": created.id}


def get(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"experiment": experiment_to_json(use_cases.experiments.get(given["experiment_id"]))}


def get_by_name(use_cases: UseCases, given: Values) -> dict[str, Any]:
    name = given["experiment_name"]
    try:
        return {"experiment": experiment_to_json(use_cases.experiments.get_by_name(name))}
    except NotFound:
        raise NotFound("experiment", name, f"Could not find experiment with name '{name}'") from None


def search(use_cases: UseCases, given: Values) -> dict[str, Any]:
    page = use_cases.experiments.find(
        filter_string=given["filter"],
        order_by=given["order_by"],
        view=given["view_type"] or View.ACTIVE_ONLY,
        max_results=given["max_results"],
        page_token=given["page_token"],
    )
    return present(experiments=[*map(experiment_to_json, page.items)], next_page_token=page.next_token)


def update(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.experiments.rename(given["experiment_id"], given["new_name"])
    return {}


def delete(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.experiments.delete(given["experiment_id"])
    return {}


def restore(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.experiments.restore(given["experiment_id"])
    return {}


def set_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.experiments.set_tags(given["experiment_id"], {given["key"]: given["value"]})
    return {}


def delete_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.experiments.remove_tag(given["experiment_id"], given["key"])
    return {}


def datasets(use_cases: UseCases, given: Values) -> dict[str, Any]:
    asked = given["experiment_ids"]
    if not asked:
        raise InvalidInput("experiment_ids", "SearchDatasets request must specify at least one experiment_id.")
    if len(asked) > MOST_EXPERIMENTS:
        raise InvalidInput(
            "experiment_ids",
            f"SearchDatasets request cannot specify more than {MOST_EXPERIMENTS} experiment_ids. Received "
            f"{len(asked)} experiment_ids.",
        )
    return present(dataset_summaries=[*map(dataset_use_to_json, use_cases.search.dataset_uses(asked))])


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
    Endpoint(
        "mlflow/experiments/search-datasets",
        ("POST",),
        messages.DATASETS,
        datasets,
        # Without the slash it is what MLflow's definition of the API says.
        prefixes=("/api/2.0/", "/ajax-api/2.0/", "/api/2.0", "/ajax-api/2.0"),
    ),
)
