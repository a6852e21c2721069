"""A tag of a registered model."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Comparable


class RegisteredModelTag(_Comparable):
    """A tag of a registered model."""

    def __init__(self, key: str, value: str) -> None:
        self._key = key
        self._value = value

    @property
    def key(self) -> str:
        """The key."""
        return self._key

    @property
    def value(self) -> str:
        """The value."""
        return self._value
