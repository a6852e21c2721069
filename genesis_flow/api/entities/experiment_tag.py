"""Tags of experiments."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Comparable


class ExperimentTag(_Comparable):
    """A tag of an experiment."""

    def __init__(self, key: str, value: str) -> None:
        self._key = key
        self._value = value

    @property
    def key(self) -> str:
        """Name of the tag."""
        return self._key

    @property
    def value(self) -> str:
        """Text of the tag."""
        return self._value
