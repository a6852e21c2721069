"""
Documents of the model registry; docs/decisions/0011 has the reasons.

A registered model, beside the claims on names (`claims.py`), whose `_id`s begin otherwise:

    {_id: "model/<32 hex digits>", name, created, updated, about, t: {tag: value}, a: {alias: version as in `_id`s},
     n: greatest number given, q: tickets of moves, c: {stage: ticket of the last move that archived the others},
     k: [index terms]}

A version: {_id: "<model's id>/<number, 10 digits>", m: model's id, v: number, stage, q: ticket of its last move, ...}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from genesis_flow.adapters.mongo.documents import fields_to_texts, texts_to_fields
from genesis_flow.adapters.mongo.names import SEPARATOR, field_name, key_of, prefix_range
from genesis_flow.adapters.mongo.terms import TAG, VALUE_LENGTH, text_term
from genesis_flow.domain.entities.model_version import ModelVersion, VersionStage, VersionStatus
from genesis_flow.domain.entities.registered_model import RegisteredModel

Document = dict[str, Any]

_PREFIX: Final = "model"
_DIGITS: Final = 10

#: The `_id`s of registered models, and those of versions.
ALL_IDS: Final = prefix_range(_PREFIX)
#: Attributes of versions that have index terms.
INDEXED_ATTRIBUTES: Final = ("run_id", "source")
#: What reading leaves on the server.
MODEL_PROJECTION: Final[Mapping[str, int]] = {"k": 0}
VERSION_PROJECTION: Final[Mapping[str, int]] = {"k": 0, "f": 0}

_STAGES: Final = {stage.value: stage for stage in VersionStage}
_STATUSES: Final = {status.value: status for status in VersionStatus}

_CUT: Final = {"$substrCP": ["$$this.v", 0, VALUE_LENGTH]}
_HEAD: Final = [f"{SEPARATOR}{TAG}{SEPARATOR}", "$$this.k", SEPARATOR]
_TAG_TERMS: Final = {"$map": {"input": {"$objectToArray": "$t"}, "in": {"$concat": [*_HEAD, _CUT]}}}

#: The last stage of every update that changes tags: index terms follow, those of attributes (`f`) stay.
REFRESH: Final[Document] = {"$set": {"k": {"$concatArrays": [_TAG_TERMS, {"$ifNull": ["$f", []]}]}}}


def model_document_id(hex_digits: str) -> str:
    """The `_id` of a registered model."""
    return f"{_PREFIX}/{hex_digits}"


def number_text(version: int) -> str | None:
    """The number of a version as `_id`s and aliases have it; None if no version can have the number."""
    return f"{version:0{_DIGITS}d}" if 0 < version < 10**_DIGITS else None


def model_to_document(model: RegisteredModel) -> Document:
    """The document of a new registered model."""
    tags = texts_to_fields(model.tags)
    return {
        "_id": model_document_id(model.id), "name": model.name, "created": model.created_at,
        "updated": model.updated_at, "about": model.description, "t": tags, "a": {}, "n": 0, "q": 0, "c": {},
        "k": [text_term("", TAG, name, value) for name, value in tags.items()],
    }


def document_to_model(document: Mapping[str, Any]) -> RegisteredModel:
    """The registered model of a document."""
    return RegisteredModel(
        id=document["_id"].partition("/")[2],
        name=document["name"],
        created_at=int(document["created"]),
        updated_at=int(document["updated"]),
        description=document["about"],
        tags=fields_to_texts(document["t"]),
        aliases={key_of(name): int(number) for name, number in document["a"].items()},
    )


def version_to_document(version: ModelVersion, model_id: str) -> Document:
    """The document of a new version; `model_id` is the `_id` of its registered model."""
    tags = texts_to_fields(version.tags)
    given = {"run_id": version.run_id, "source": version.source}
    fixed = [text_term("", kind, "", value) for kind, value in given.items() if value is not None]
    return {
        "_id": f"{model_id}/{number_text(version.version)}", "m": model_id, "v": version.version,
        "created": version.created_at, "updated": version.updated_at, "about": version.description,
        "user": version.user_id, "stage": version.stage.value, "q": 0, "source": version.source,
        "location": version.storage_location, "run": version.run_id, "link": version.run_link,
        "logged": version.logged_model_id, "status": version.status.value, "why": version.status_message,
        "t": tags, "f": fixed, "k": [*(text_term("", TAG, name, value) for name, value in tags.items()), *fixed],
    }


def document_to_version(document: Mapping[str, Any], name: str) -> ModelVersion:
    """The version of a document, without aliases; `name` is that of its registered model."""
    return ModelVersion(
        name=name,
        version=int(document["v"]),
        created_at=int(document["created"]),
        updated_at=int(document["updated"]),
        source=document["source"],
        storage_location=document["location"],
        run_id=document["run"],
        run_link=document["link"],
        description=document["about"],
        user_id=document["user"],
        logged_model_id=document["logged"],
        stage=_STAGES[document["stage"]],
        status=_STATUSES[document["status"]],
        status_message=document["why"],
        tags=fields_to_texts(document["t"]),
    )


def whole_version(model: Mapping[str, Any], document: Mapping[str, Any]) -> ModelVersion:
    """The version of a document with its aliases, as its registered model's document has them."""
    version = document_to_version(document, model["name"])
    named = sorted(key_of(alias) for alias, number in model["a"].items() if int(number) == version.version)
    return attrs.evolve(version, aliases=tuple(named))


def tag_update(tags: Mapping[str, str]) -> list[Document]:
    """The update that sets tags. Values are literal: a text may look like an expression."""
    change = {f"t.{field_name(key)}": {"$literal": value} for key, value in tags.items()}
    return [{"$set": change}, REFRESH] if change else [REFRESH]


def untag_update(key: str) -> list[Document]:
    """The update that removes a tag."""
    return [{"$unset": f"t.{field_name(key)}"}, REFRESH]
