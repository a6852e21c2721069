"""Datasets that some code made."""

from __future__ import annotations

from typing import Any, Self

from genesis_flow.api.data.dataset_source import DatasetSource


class CodeDatasetSource(DatasetSource):
    """
    The code that made a dataset, described by the tags that a run of it has: user, file, commit.

    Source: MLflow `mlflow.data.code_dataset_source.CodeDatasetSource`.
    """

    def __init__(self, tags: dict[Any, Any]) -> None:
        self._tags = tags

    @staticmethod
    def _get_source_type() -> str:
        return "code"

    def load(self, **kwargs: Any) -> Any:
        """Not possible: code is described, not kept."""
        raise NotImplementedError

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return False

    @classmethod
    def _resolve(cls, raw_source: Any) -> Self:
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The source as a dict with the key "tags"."""
        return {"tags": self._tags}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> Self:
        """The source that `to_dict` gave."""
        return cls(tags=source_dict.get("tags") or {})
