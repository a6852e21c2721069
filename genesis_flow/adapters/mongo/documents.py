"""Entities to documents and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bson import encode

from genesis_flow.adapters.mongo import pending
from genesis_flow.adapters.mongo.names import field_name, key_of, run_document_id, sortable
from genesis_flow.adapters.mongo.terms import document_terms, scope
from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput, Run
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.lifecycle import RunStatus, Stage

Document = dict[str, Any]

NAME_FIELD: Final = field_name(NAME_TAG)

#: What reading a run leaves on the server: index terms, point counts and points.
RUN_PROJECTION: Final[Mapping[str, int]] = dict.fromkeys(("k", "scope", "n", *pending.FIELDS), 0)

_STAGES: Final = {stage.value: stage for stage in Stage}
_STATUSES: Final = {status.value: status for status in RunStatus}


def require_size(document: Document, limit: int) -> None:
    """
    Refuse a document that is larger than `limit` bytes, before it is sent.

    Raises:
        InvalidInput: It is.
    """
    size = len(encode(document))
    if size > limit:
        raise InvalidInput(
            "document",
            f"The record would have {size:,} bytes, and a document of this database may have {limit:,}: "
            "give it fewer or shorter params and tags.",
        )


def texts_to_fields(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by field name instead of by key."""
    return {field_name(key): value for key, value in texts.items()}


def fields_to_texts(fields: Mapping[str, str]) -> dict[str, str]:
    """Texts by key instead of by field name."""
    return {key_of(name) if "%" in name else name: value for name, value in fields.items()}


def point_to_document(metric: Metric) -> Document:
    """
    A metric's latest point.

    Documents compare field by field in order, so the greatest of these is the latest: by step, timestamp,
    value with NaN as 0 (`o`), and last by the value itself, where NaN is below every number.
    """
    value = metric.value + 0.0
    return {
        "s": metric.step,
        "t": metric.timestamp,
        "o": sortable(value if value == value else 0.0),
        "v": value,
    }


def experiment_to_document(experiment: Experiment) -> Document:
    """The document of an experiment."""
    return {
        "_id": int(experiment.id),
        "name": experiment.name,
        "location": experiment.artifact_location,
        "stage": experiment.stage.value,
        "created": experiment.created_at,
        "updated": experiment.updated_at,
        "t": texts_to_fields(experiment.tags),
    }


def document_to_experiment(document: Mapping[str, Any]) -> Experiment:
    """The experiment of a document."""
    return Experiment(
        id=str(document["_id"]),
        name=document["name"],
        artifact_location=document["location"],
        stage=_STAGES[document["stage"]],
        created_at=int(document["created"]),
        updated_at=int(document["updated"]),
        tags=fields_to_texts(document["t"]),
    )


def run_to_document(run: Run) -> Document:
    """The document of a new run."""
    document: Document = {  # first what searches look at: servers find a field by going through those before it
        "_id": run_document_id(run.experiment_id, run.started_at, run.id),
        "m": {},
        "p": texts_to_fields(run.params),
        "t": texts_to_fields({**run.tags, NAME_TAG: run.name}),
        "run": run.id,
        "exp": run.experiment_id,
        "scope": scope(run.experiment_id, run.stage.value),
        "name": run.name,
        "stage": run.stage.value,
        "status": run.status.value,
        "user": run.user_id,
        "start": run.started_at,
        "end": run.ended_at,
        "uri": run.artifact_uri,
        "n": {},
        **pending.none(),
    }
    if run.model_inputs:
        document["mi"] = list(run.model_inputs)
    if run.model_outputs:
        document["mo"] = [{"id": output.model_id, "s": output.step} for output in run.model_outputs]
    document["k"] = document_terms(document)
    return document


def document_to_run(document: Mapping[str, Any], contents: Mapping[str, Document] | None = None) -> Run:
    """The run of a document; `contents` holds what its large datasets keep in documents of their own."""
    return Run(
        id=document["run"],
        experiment_id=document["exp"],
        name=document["name"],
        user_id=document["user"],
        status=_STATUSES[document["status"]],
        started_at=int(document["start"]),
        ended_at=_whole(document["end"]),
        stage=_STAGES[document["stage"]],
        deleted_at=_whole(document.get("deleted_at")),
        artifact_uri=document["uri"],
        params=fields_to_texts(document["p"]),
        metrics=_fields_to_metrics(document["m"]),
        tags=fields_to_texts(document["t"]),
        dataset_inputs=tuple(_inputs(document["ds"], contents or {})) if "ds" in document else (),
        model_inputs=tuple(document["mi"]) if "mi" in document else (),
        model_outputs=tuple(_outputs(document["mo"])) if "mo" in document else (),
    )


def _whole(value: int | None) -> int | None:
    """`value` as a plain integer: the driver has a type of its own for 64 bits."""
    return None if value is None else int(value)


def _fields_to_metrics(fields: Mapping[str, Any]) -> dict[str, Metric]:
    points = ((key_of(name) if "%" in name else name, point) for name, point in fields.items())
    return {key: Metric(key, point["v"], int(point["t"]), int(point["s"])) for key, point in points}


def _outputs(rows: Iterable[Document]) -> Iterable[ModelOutput]:
    return (ModelOutput(row["id"], int(row["s"])) for row in rows)


def _inputs(rows: Iterable[Document], contents: Mapping[str, Document]) -> Iterable[DatasetInput]:
    for row in rows:
        content = contents[row["id"]] if row["far"] else row
        dataset = Dataset(
            name=row["n"],
            digest=row["g"],
            source_type=content["type"],
            source=content["source"],
            schema=content.get("schema"),
            profile=content.get("profile"),
        )
        yield DatasetInput(dataset, fields_to_texts(row["t"]))
