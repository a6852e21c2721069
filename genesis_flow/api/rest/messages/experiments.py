"""JSON objects about experiments."""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.api.rest.messages.fields import PAIR, Choice, Field, Messages, pairs, present, text, texts, whole
from genesis_flow.domain.entities.dataset import DatasetUse
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.values.lifecycle import View

#: Numbers and names of MLflow's `ViewType`.
VIEWS: Final[dict[int | str, View]] = {
    1: View.ACTIVE_ONLY, 2: View.DELETED_ONLY, 3: View.ALL,
    "ACTIVE_ONLY": View.ACTIVE_ONLY, "DELETED_ONLY": View.DELETED_ONLY, "ALL": View.ALL,
}  # fmt: skip

ID: Final = (Field("experiment_id", text, is_required=True),)
BY_NAME: Final = (Field("experiment_name", text, is_required=True),)
CREATE: Final = (
    Field("name", text, is_required=True),
    Field("artifact_location", text),
    Field("tags", Messages(PAIR), ()),
)
UPDATE: Final = (*ID, Field("new_name", text, is_required=True))
SET_TAG: Final = (*ID, *PAIR)
DELETE_TAG: Final = (*ID, Field("key", text, is_required=True))
SEARCH: Final = (
    Field("max_results", whole, 0),
    Field("page_token", text),
    Field("filter", text),
    Field("order_by", texts, (), is_list=True),
    Field("view_type", Choice(VIEWS)),
)
DATASETS: Final = (Field("experiment_ids", texts, ()),)


def experiment_to_json(entity: Experiment) -> dict[str, Any]:
    """The experiment as MLflow writes it."""
    return present(
        experiment_id=entity.id,
        name=entity.name,
        artifact_location=entity.artifact_location,
        lifecycle_stage=entity.stage.value,
        last_update_time=entity.updated_at,
        creation_time=entity.created_at,
        tags=pairs(entity.tags),
        workspace="default",
    )


def dataset_use_to_json(entity: DatasetUse) -> dict[str, Any]:
    """The use of a dataset as MLflow writes it."""
    return present(
        experiment_id=entity.experiment_id, name=entity.name, digest=entity.digest, context=entity.context
    )
