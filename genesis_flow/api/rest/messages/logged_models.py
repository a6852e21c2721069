"""JSON objects about logged models."""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.api.rest.messages.fields import (
    Field,
    Known,
    Messages,
    boolean,
    double,
    pairs,
    present,
    text,
    texts,
    whole,
)
from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric, ModelStatus

_NAMES: Final = {
    ModelStatus.PENDING: "LOGGED_MODEL_PENDING",
    ModelStatus.READY: "LOGGED_MODEL_READY",
    ModelStatus.FAILED: "LOGGED_MODEL_UPLOAD_FAILED",
}
#: Statuses by the numbers and names of MLflow; clients send a number as a text, too.
_STATUSES: Final[dict[int | str, ModelStatus]] = {
    key: status for status, name in _NAMES.items() for key in (status.value, str(status.value), name)
}
#: Unlike those of runs, keys may be empty.
_PAIR: Final = (Field("key", text, ""), Field("value", text, ""))
_DATASET: Final = (Field("dataset_name", text), Field("dataset_digest", text))
_ORDER: Final = (Field("field_name", text, ""), Field("ascending", boolean, True), *_DATASET)

ID: Final = (Field("model_id", text, is_required=True),)
GET: Final = (*ID, Field("allow_deleted", text, ""))
CREATE: Final = (
    Field("experiment_id", text, is_required=True),
    Field("name", text),
    Field("model_type", text, ""),
    Field("source_run_id", text, ""),
    Field("params", Messages(_PAIR), ()),
    Field("tags", Messages(_PAIR), ()),
)
FINALIZE: Final = (*ID, Field("status", Known(_STATUSES), is_required=True))
LOG_PARAMS: Final = (*ID, Field("params", Messages(_PAIR), ()))
SET_TAGS: Final = (*ID, Field("tags", Messages(_PAIR), ()))
DELETE_TAG: Final = (*ID, Field("tag_key", text, is_required=True))
SEARCH: Final = (
    Field("experiment_ids", texts, is_required=True),
    Field("filter", text),
    Field("datasets", Messages(_DATASET)),
    Field("max_results", whole, 50),
    Field("order_by", Messages(_ORDER)),
    Field("page_token", text),
)
LIST: Final = (*ID, Field("artifact_directory_path", text), Field("page_token", text))


def model_to_json(entity: LoggedModel) -> dict[str, Any]:
    """The logged model as MLflow writes it."""
    return {
        "info": present(
            model_id=entity.id,
            experiment_id=entity.experiment_id,
            name=entity.name,
            creation_timestamp_ms=entity.created_at,
            last_updated_timestamp_ms=entity.updated_at,
            artifact_uri=entity.artifact_location,
            status=_NAMES[entity.status],
            model_type=entity.type or "",
            source_run_id=entity.source_run_id or "",
            status_message=entity.status_message,
            tags=pairs(entity.tags),
        ),
        "data": present(params=pairs(entity.params), metrics=[*map(_point_to_json, entity.metrics)]),
    }


def _point_to_json(point: ModelMetric) -> dict[str, Any]:
    return present(
        key=point.key,
        value=double(point.value),
        timestamp=point.timestamp,
        step=point.step,
        dataset_name=point.dataset_name,
        dataset_digest=point.dataset_digest,
        model_id=point.model_id,
        run_id=point.run_id,
    )
