"""Where datasets come from."""

from __future__ import annotations

import json
from typing import Any, Self


class DatasetSource:
    """
    Where a dataset comes from; subclasses override what raises `NotImplementedError`.

    Source: MLflow `mlflow.data.dataset_source.DatasetSource`.
    """

    @staticmethod
    def _get_source_type() -> str:
        """Kind of the source, such as "local" or "http"."""
        raise NotImplementedError

    def load(self) -> Any:
        """What the source refers to, such as the local path of a downloaded file."""
        raise NotImplementedError

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        """Whether `raw_source`, such as a URI, means a source of this kind."""
        raise NotImplementedError

    @classmethod
    def _resolve(cls, raw_source: Any) -> DatasetSource:
        """The source that `raw_source` means."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The source as a dict that JSON can hold."""
        raise NotImplementedError

    def to_json(self) -> str:
        """The source as JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> Self:
        """The source that `to_dict` gave."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, source_json: str) -> Self:
        """The source that `to_json` gave."""
        return cls.from_dict(json.loads(source_json))
