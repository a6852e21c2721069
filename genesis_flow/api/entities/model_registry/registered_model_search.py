"""What searches give where the registry leaves tags and aliases out; this library's registries do not."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.entities.model_registry.registered_model import RegisteredModel


class RegisteredModelSearch(RegisteredModel):
    """One of the registered models that a search found, without tags and aliases."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "tags": [], "aliases": []})

    def tags(self) -> dict[str, str]:  # type: ignore[override]  # as in MLflow, a method
        """
        Not known.

        Raises:
            Exception: Always.
        """
        raise Exception("Results of this search have no tags: use get_registered_model.")

    def aliases(self) -> Any:  # type: ignore[override]  # as in MLflow, a method
        """
        Not known.

        Raises:
            Exception: Always.
        """
        raise Exception("Results of this search have no aliases: use get_registered_model.")
