"""Datasets of which only the description is known."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from genesis_flow.api.data.dataset import Dataset
from genesis_flow.api.data.dataset_source import DatasetSource
from genesis_flow.api.types.schemas import Schema


class MetaDataset(Dataset):
    """
    A dataset without its data: source, name and perhaps schema.

    Source: MLflow `mlflow.data.meta_dataset.MetaDataset`.
    """

    def __init__(
        self,
        source: DatasetSource,
        name: str | None = None,
        digest: str | None = None,
        schema: Schema | None = None,
    ) -> None:
        self._schema = schema
        super().__init__(source=source, name=name, digest=digest)

    def _compute_digest(self) -> str:
        described = {
            "name": self.name,
            "source": self.source.to_json(),
            "source_type": self.source._get_source_type(),
            "schema": self._schema.to_dict() if self._schema else "",
        }
        return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:8]

    @property
    def schema(self) -> Any | None:
        """The schema, or None."""
        return self._schema

    def to_dict(self) -> dict[str, Any]:
        """Name, digest, source, source type, and the schema if there is one."""
        content = super().to_dict()
        if self._schema:
            content["schema"] = json.dumps({"mlflow_colspec": self._schema.to_dict()})
        return content
