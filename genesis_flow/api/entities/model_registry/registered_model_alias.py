"""A name for one version of a registered model."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Comparable


class RegisteredModelAlias(_Comparable):
    """A name for one version of a registered model."""

    def __init__(self, alias: str, version: int) -> None:
        self._alias = alias
        self._version = version

    @property
    def alias(self) -> str:
        """The alias."""
        return self._alias

    @property
    def version(self) -> int:
        """The version."""
        return self._version
