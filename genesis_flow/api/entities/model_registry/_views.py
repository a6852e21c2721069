"""What views of the registry share: equality by content, and properties of ancestors count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genesis_flow.api.entities._mlflow_object import _MlflowObject

#: There are no workspaces; MLflow calls the one that everything is in so.
WORKSPACE = "default"


class _RegistryView(_MlflowObject):
    """A view that equals any other of exactly its type with the same properties; not hashable."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and dict(other) == dict(self)

    __hash__ = None  # type: ignore[assignment]  # content may change

    @classmethod
    def _properties(cls) -> list[str]:
        found = {
            name
            for kind in cls.__mro__
            for name, member in vars(kind).items()
            if isinstance(member, property) and not name.startswith("_")
        }
        return sorted(name for name in found if isinstance(getattr(cls, name), property))


class _WithoutTags:
    """What a search found where the registry leaves tags and aliases out; `_instead` is the method that has them."""

    _instead: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "tags": [], "aliases": []})

    def tags(self) -> dict[str, str]:
        """
        Not known.

        Raises:
            Exception: Always.
        """
        raise Exception(f"Results of this search have no tags: use {self._instead}.")

    def aliases(self) -> Any:
        """
        Not known.

        Raises:
            Exception: Always.
        """
        raise Exception(f"Results of this search have no aliases: use {self._instead}.")


def texts(tags: Iterable[Any] | None) -> dict[str, str]:
    """Tags as texts by key."""
    return {tag.key: tag.value for tag in tags or ()}
