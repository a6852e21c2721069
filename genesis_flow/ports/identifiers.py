"""Where new ids and names come from."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Identifiers(ABC):
    """Where new ids and names come from."""

    @abstractmethod
    def run_id(self) -> str:
        """A new run id: 32 hexadecimal digits, never given before."""

    @abstractmethod
    def model_id(self) -> str:
        """A new id of a logged model: "m-" and 32 hexadecimal digits, never given before."""

    @abstractmethod
    def webhook_id(self) -> str:
        """A new id of a webhook: a UUID with hyphens, never given before."""

    @abstractmethod
    def delivery_id(self) -> str:
        """A new id of what a webhook is told: a UUID with hyphens, never given before."""

    @abstractmethod
    def run_name(self) -> str:
        """A readable name, such as "brisk-heron-412"; at most 20 characters, not unique."""
