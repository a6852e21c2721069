"""Params of runs."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _MlflowObject


class Param(_MlflowObject):
    """A param of a run; params with the same key are equal."""

    def __init__(self, key: str, value: str) -> None:
        self._key = key
        self._value = value

    @property
    def key(self) -> str:
        """Name of the param."""
        return self._key

    @property
    def value(self) -> str:
        """Value of the param as text."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)
