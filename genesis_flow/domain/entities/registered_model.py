"""Registered models: names under which versions of a model are kept. Prompts are registered models too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

#: The tag that makes a registered model, and each of its versions, a prompt.
PROMPT_TAG: Final = "mlflow.prompt.is_prompt"


@attrs.frozen
class RegisteredModel:
    """
    A name under which versions of a model are kept.

    Attributes:
        id: Stays the same when the model is renamed; another one if a model is deleted and created again.
        name: Unique among all registered models and prompts.
        created_at, updated_at: Milliseconds since the epoch (UTC).
        description: What its author says of it.
        tags: Texts by key.
        aliases: Numbers of versions by alias.
    """

    id: str
    name: str
    created_at: int
    updated_at: int
    description: str | None = None
    tags: Mapping[str, str] = attrs.field(factory=dict)
    aliases: Mapping[str, int] = attrs.field(factory=dict)

    @property
    def is_prompt(self) -> bool:
        """Whether it is a prompt."""
        return PROMPT_TAG in self.tags


@attrs.frozen
class NewRegisteredModel:
    """A registered model that has no id yet."""

    name: str
    created_at: int
    description: str | None = None
    tags: Mapping[str, str] = attrs.field(factory=dict)

    def with_id(self, id: str) -> RegisteredModel:
        """The registered model that this one becomes under the id that the store gave it."""
        return RegisteredModel(
            id=id, name=self.name, created_at=self.created_at, updated_at=self.created_at,
            description=self.description, tags=dict(self.tags),
        )
