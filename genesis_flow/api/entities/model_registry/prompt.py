"""Prompts, apart from what their versions say."""

from __future__ import annotations


class Prompt:
    """A name under which versions of a prompt are kept."""

    def __init__(
        self,
        name: str,
        description: str | None = None,
        creation_timestamp: int | None = None,
        tags: dict[str, str] | None = None,
    ) -> None:
        self._name = name
        self._description = description
        self._creation_timestamp = creation_timestamp
        self._tags = tags or {}

    @property
    def name(self) -> str:
        """Unique among prompts and registered models."""
        return self._name

    @property
    def description(self) -> str | None:
        """What its author says of it."""
        return self._description

    @property
    def creation_timestamp(self) -> int | None:
        """Milliseconds since the epoch (UTC)."""
        return self._creation_timestamp

    @property
    def tags(self) -> dict[str, str]:
        """Texts by key; a copy."""
        return self._tags.copy()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prompt) and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment]  # as of every view that is compared by its content

    def __repr__(self) -> str:
        return f"<PromptInfo: name='{self.name}', description='{self.description}', tags={self.tags}>"
