"""JSON objects about registered models and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from genesis_flow.api.rest.messages.fields import PAIR, Field, Messages, boolean, pairs, present, text, texts, whole
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import RegisteredModel

_KEY: Final = Field("key", text, is_required=True)
_VALUE: Final = Field("value", text, "")
_ALIAS: Final = Field("alias", text, is_required=True)
_VERSION: Final = Field("version", text, is_required=True)

NAME: Final = (Field("name", text, is_required=True),)
CREATE: Final = (*NAME, Field("tags", Messages(PAIR), ()), Field("description", text))
RENAME: Final = (*NAME, Field("new_name", text, is_required=True))
UPDATE: Final = (*NAME, Field("description", text))
SET_TAG: Final = (*NAME, _KEY, _VALUE)
DELETE_TAG: Final = (*NAME, _KEY)
ALIAS: Final = (*NAME, _ALIAS)
SET_ALIAS: Final = (*NAME, _ALIAS, _VERSION)
LATEST: Final = (*NAME, Field("stages", texts, (), is_list=True))

VERSION: Final = (*NAME, _VERSION)
CREATE_VERSION: Final = (
    *NAME,
    Field("source", text, is_required=True),
    Field("run_id", text),
    Field("tags", Messages(PAIR), ()),
    Field("run_link", text),
    Field("description", text),
    Field("model_id", text),
)
UPDATE_VERSION: Final = (*VERSION, Field("description", text))
MOVE_VERSION: Final = (
    *VERSION,
    Field("stage", text, is_required=True),
    Field("archive_existing_versions", boolean, is_required=True),
)
SET_VERSION_TAG: Final = (*VERSION, _KEY, _VALUE)
DELETE_VERSION_TAG: Final = (*VERSION, _KEY)


def search(most: int) -> tuple[Field, ...]:
    """The fields of a search that gives `most` results in a page by default."""
    return (
        Field("filter", text),
        Field("max_results", whole, most),
        Field("order_by", texts, (), is_list=True),
        Field("page_token", text),
    )


def model_to_json(entity: RegisteredModel, latest: Sequence[ModelVersion] = ()) -> dict[str, Any]:
    """The registered model as MLflow writes it, with the latest version of each stage."""
    return present(
        name=entity.name,
        creation_timestamp=entity.created_at,
        last_updated_timestamp=entity.updated_at,
        description=entity.description or None,
        latest_versions=[version_to_json(version) for version in latest],
        tags=pairs(entity.tags),
        aliases=[{"alias": alias, "version": str(number)} for alias, number in sorted(entity.aliases.items())],
    )


def version_to_json(entity: ModelVersion) -> dict[str, Any]:
    """The version as MLflow writes it: its number is a text."""
    return present(
        name=entity.name,
        version=str(entity.version),
        creation_timestamp=entity.created_at,
        last_updated_timestamp=entity.updated_at,
        user_id=entity.user_id,
        current_stage=entity.stage.value,
        description=entity.description or "",
        source=entity.source,
        run_id=entity.run_id or "",
        status=entity.status.value,
        status_message=entity.status_message,
        tags=pairs(entity.tags),
        run_link=entity.run_link or "",
        aliases=list(entity.aliases),
        model_id=entity.logged_model_id,
    )
