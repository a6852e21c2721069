"""Datasets that runs use."""

from __future__ import annotations

import json
from typing import Any

from genesis_flow.api.data.dataset_source import DatasetSource
from genesis_flow.api.entities import Dataset as DatasetEntity


class Dataset:
    """
    A dataset: name, digest, source, and perhaps schema and profile.

    Subclasses set what `_compute_digest` needs before they call `__init__` of this class.

    Source: MLflow `mlflow.data.dataset.Dataset`.
    """

    def __init__(self, source: DatasetSource, name: str | None = None, digest: str | None = None) -> None:
        self._name = name
        self._source = source
        self._digest = digest or self._compute_digest()

    def _compute_digest(self) -> str:
        """A short text (8 to 10 characters) that changes with the content."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Name, digest, source (JSON) and source type; subclasses may add schema and profile (JSON)."""
        return {
            "name": self.name,
            "digest": self.digest,
            "source": self.source.to_json(),
            "source_type": self.source._get_source_type(),
        }

    def to_json(self) -> str:
        """What `to_dict` gives, as JSON."""
        return json.dumps(self.to_dict())

    def _get_source_type(self) -> str:
        """Kind of the source, such as "local" or "http"."""
        return self.source._get_source_type()

    @property
    def name(self) -> str:
        """The name; "dataset" if none was given."""
        return self._name if self._name is not None else "dataset"

    @property
    def digest(self) -> str:
        """A short text that changes with the content."""
        return self._digest

    @property
    def source(self) -> DatasetSource:
        """Where the dataset comes from."""
        return self._source

    @property
    def profile(self) -> Any | None:
        """Statistics, or None."""
        return None

    @property
    def schema(self) -> Any | None:
        """The schema, or None."""
        return None

    def _to_mlflow_entity(self) -> DatasetEntity:
        """The dataset as it is stored with a run."""
        content = self.to_dict()
        return DatasetEntity(
            name=content["name"],
            digest=content["digest"],
            source_type=content["source_type"],
            source=content["source"],
            schema=content.get("schema"),
            profile=content.get("profile"),
        )
