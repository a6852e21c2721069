"""Datasets, as an experiment knows them."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.entities._mlflow_object import _Comparable


class Dataset(_Comparable):
    """A dataset, identified within its experiment by (name, digest)."""

    def __init__(
        self,
        name: str,
        digest: str,
        source_type: str,
        source: str,
        schema: str | None = None,
        profile: str | None = None,
    ) -> None:
        self._name = name
        self._digest = digest
        self._source_type = source_type
        self._source = source
        self._schema = schema
        self._profile = profile

    @property
    def name(self) -> str:
        """Name of the dataset."""
        return self._name

    @property
    def digest(self) -> str:
        """Short text that changes with the content."""
        return self._digest

    @property
    def source_type(self) -> str:
        """Kind of the source, such as "local" or "http"."""
        return self._source_type

    @property
    def source(self) -> str:
        """The source as JSON or text."""
        return self._source

    @property
    def schema(self) -> str | None:
        """The schema as JSON."""
        return self._schema

    @property
    def profile(self) -> str | None:
        """Statistics as JSON."""
        return self._profile

    def to_dictionary(self) -> dict[str, Any]:
        """All properties by name."""
        return {
            "name": self._name,
            "digest": self._digest,
            "source_type": self._source_type,
            "source": self._source,
            "schema": self._schema,
            "profile": self._profile,
        }
