"""What views share: their properties as pairs, and a repr made of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Self


class _MlflowObject:
    """
    A read model with properties; iterating gives (name, value) pairs in order of the names.

    Only properties that the class itself defines count, as in MLflow: a subclass that adds none is empty.
    """

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        for name in self._properties():
            yield name, getattr(self, name)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={_shown(value)}" for name, value in self)
        return f"<{type(self).__name__}: {fields}>"

    @classmethod
    def from_dictionary(cls, the_dict: dict[str, Any]) -> Self:
        """
        An object made from the entries of `the_dict` that are named like properties of this class.

        Raises:
            TypeError: A required entry is missing, or the constructor has another name for it.
        """
        names = cls._properties()
        return cls(**{name: value for name, value in the_dict.items() if name in names})

    @classmethod
    def _properties(cls) -> list[str]:
        return sorted(
            name
            for name, member in vars(cls).items()
            if isinstance(member, (property, cached_property)) and not name.startswith("_")
        )


class _Comparable(_MlflowObject):
    """A view that equals any other of exactly its type with the same content; not hashable."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment]  # content may change


class _KeyedText(_MlflowObject):
    """A text under a key; what it belongs to is what its subclasses differ in."""

    def __init__(self, key: str, value: str) -> None:
        self._key = key
        self._value = value

    @property
    def key(self) -> str:
        """Its name."""
        return self._key

    @property
    def value(self) -> str:
        """Its text."""
        return self._value

    @classmethod
    def _properties(cls) -> list[str]:
        return ["key", "value"]


class _Tag(_KeyedText, _Comparable):
    """A text that can be set anew."""


class _Param(_KeyedText):
    """A text that is set once; params of one kind with the same key are equal."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _shown(value: object) -> str:
    import pprint  # only needed to show things

    return repr(value) if isinstance(value, _MlflowObject) else pprint.pformat(value)
