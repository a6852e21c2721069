"""JSON objects about runs and what they log."""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.api.rest.messages.experiments import VIEWS
from genesis_flow.api.rest.messages.fields import (
    PAIR,
    Choice,
    Field,
    Message,
    Messages,
    double,
    pairs,
    present,
    real,
    text,
    texts,
    whole,
)
from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.values.lifecycle import RunStatus

_NUMBERS: Final = ("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")
_STATUSES: Final[dict[int | str, RunStatus]] = {
    key: RunStatus(name) for number, name in enumerate(_NUMBERS, 1) for key in (number, name)
}
_DATASET: Final = (
    Field("name", text, is_required=True),
    Field("digest", text, is_required=True),
    Field("source_type", text, is_required=True),
    Field("source", text, is_required=True),
    Field("schema", text),
    Field("profile", text),
)
_METRIC: Final = (
    Field("key", text, is_required=True),
    Field("value", real, is_required=True),
    Field("timestamp", whole, is_required=True),
    Field("step", whole, 0),
    Field("model_id", text),
    Field("dataset_name", text),
    Field("dataset_digest", text),
)

ID: Final = (Field("run_id", text, is_required=True, alias="run_uuid"),)
CREATE: Final = (
    Field("experiment_id", text, is_required=True),
    Field("user_id", text, ""),
    Field("run_name", text),
    Field("start_time", whole),
    Field("tags", Messages(PAIR), ()),
)
UPDATE: Final = (*ID, Field("status", Choice(_STATUSES)), Field("end_time", whole), Field("run_name", text))
SEARCH: Final = (
    Field("experiment_ids", texts, (), is_list=True),
    Field("filter", text),
    Field("run_view_type", Choice(VIEWS)),
    Field("max_results", whole, 1000),
    Field("order_by", texts, (), is_list=True),
    Field("page_token", text),
)
LOG_METRIC: Final = (*ID, *_METRIC)
PAIR_OF_RUN: Final = (*ID, *PAIR)
DELETE_TAG: Final = (*ID, Field("key", text, is_required=True))
LOG_BATCH: Final = (
    *ID,
    Field("metrics", Messages(_METRIC), ()),
    Field("params", Messages(PAIR), ()),
    Field("tags", Messages(PAIR), ()),
)
LOG_INPUTS: Final = (
    *ID,
    Field(
        "datasets",
        Messages((Field("tags", Messages(PAIR), ()), Field("dataset", Message(_DATASET), is_required=True))),
        (),
    ),
    Field("models", Messages((Field("model_id", text, is_required=True),)), ()),
)
LOG_OUTPUTS: Final = (
    *ID,
    Field("models", Messages((Field("model_id", text, is_required=True), Field("step", whole, 0))), is_required=True),
)
LOG_MODEL: Final = (*ID, Field("model_json", text, is_required=True))


def info_to_json(entity: Run) -> dict[str, Any]:
    """What a run is, apart from what it logged, as MLflow writes it."""
    return present(
        run_uuid=entity.id,
        experiment_id=entity.experiment_id,
        run_name=entity.name,
        user_id=entity.user_id,
        status=entity.status.value,
        start_time=entity.started_at,
        end_time=entity.ended_at or None,
        artifact_uri=entity.artifact_uri,
        lifecycle_stage=entity.stage.value,
        run_id=entity.id,
    )


def run_to_json(entity: Run, *, with_model_inputs: bool = True, with_outputs: bool = True) -> dict[str, Any]:
    """The run as MLflow writes it; its searches leave out model inputs, and new runs have no outputs."""
    outputs = present(model_outputs=[{"model_id": made.model_id, "step": made.step} for made in entity.model_outputs])
    return {
        "info": info_to_json(entity),
        "data": present(
            metrics=[point_to_json(point) for point in entity.metrics.values()],
            params=pairs(entity.params),
            tags=pairs(entity.tags),
        ),
        "inputs": present(
            dataset_inputs=[_input_to_json(row) for row in entity.dataset_inputs],
            model_inputs=[{"model_id": id} for id in entity.model_inputs] if with_model_inputs else [],
        ),
        **({"outputs": outputs} if with_outputs else {}),
    }


def point_to_json(point: Metric) -> dict[str, Any]:
    """A point of a metric as MLflow writes it."""
    return {"key": point.key, "value": double(point.value), "timestamp": point.timestamp, "step": point.step}


def _input_to_json(row: DatasetInput) -> dict[str, Any]:
    dataset = row.dataset
    return present(
        tags=pairs(row.tags),
        dataset=present(
            name=dataset.name,
            digest=dataset.digest,
            source_type=dataset.source_type,
            source=dataset.source,
            schema=dataset.schema,
            profile=dataset.profile,
        ),
    )
