"""Versions of registered models: where the files of one are, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

import attrs

from genesis_flow.domain.entities.registered_model import PROMPT_TAG


class VersionStage(Enum):
    """How far a version has come. Any change is allowed."""

    NONE = "None"
    STAGING = "Staging"
    PRODUCTION = "Production"
    ARCHIVED = "Archived"


#: The stages that others can be archived from.
ACTIVE_STAGES: Final = (VersionStage.STAGING, VersionStage.PRODUCTION)


class VersionStatus(Enum):
    """Whether the files of a version are in place."""

    PENDING = "PENDING_REGISTRATION"
    FAILED = "FAILED_REGISTRATION"
    READY = "READY"


@attrs.frozen
class NewModelVersion:
    """
    A version that has no number yet.

    Attributes:
        name: Of the registered model.
        created_at: Milliseconds since the epoch (UTC).
        source: The URI that it was registered from, as it was given.
        storage_location: Where its files are: the source, resolved.
        run_id: The run that made it. run_link: A URL of that run.
        logged_model_id: The logged model that it was registered from.
        tags: Texts by key.
    """

    name: str
    created_at: int
    source: str
    storage_location: str
    run_id: str | None = None
    run_link: str | None = None
    description: str | None = None
    user_id: str | None = None
    logged_model_id: str | None = None
    tags: Mapping[str, str] = attrs.field(factory=dict)

    def with_number(self, version: int) -> ModelVersion:
        """The version that this one becomes under the number that the store gave it."""
        return ModelVersion(
            name=self.name, version=version, created_at=self.created_at, updated_at=self.created_at,
            source=self.source, storage_location=self.storage_location, run_id=self.run_id,
            run_link=self.run_link, description=self.description, user_id=self.user_id,
            logged_model_id=self.logged_model_id, tags=dict(self.tags),
        )


@attrs.frozen
class ModelVersion:
    """
    A version of a registered model.

    Attributes:
        name: Of the registered model, as it is called now.
        version: From 1; never given again, also after deletion.
        created_at, updated_at: Milliseconds since the epoch (UTC).
        source, storage_location, run_id, run_link, logged_model_id: As in `NewModelVersion`.
        description: What its author says of it. user_id: Who registered it.
        stage: How far it has come.
        status: Whether its files are in place; `status_message` says why not.
        tags: Texts by key.
        aliases: Those that name it, in order; empty where a method says that it leaves them out.
    """

    name: str
    version: int
    created_at: int
    updated_at: int
    source: str
    storage_location: str
    run_id: str | None = None
    run_link: str | None = None
    description: str | None = None
    user_id: str | None = None
    logged_model_id: str | None = None
    stage: VersionStage = VersionStage.NONE
    status: VersionStatus = VersionStatus.READY
    status_message: str | None = None
    tags: Mapping[str, str] = attrs.field(factory=dict)
    aliases: tuple[str, ...] = ()

    @property
    def is_prompt(self) -> bool:
        """Whether it is a version of a prompt."""
        return PROMPT_TAG in self.tags
