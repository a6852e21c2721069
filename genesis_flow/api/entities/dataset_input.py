"""Uses of datasets by runs."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.entities._mlflow_object import _Comparable
from genesis_flow.api.entities.dataset import Dataset
from genesis_flow.api.entities.input_tag import InputTag


class DatasetInput(_Comparable):
    """A dataset that a run used, with the tags of that use."""

    def __init__(self, dataset: Dataset, tags: list[InputTag] | None = None) -> None:
        self._dataset = dataset
        self._tags = tags or []

    @property
    def dataset(self) -> Dataset:
        """The dataset."""
        return self._dataset

    @property
    def tags(self) -> list[InputTag]:
        """Tags of this use; `mlflow.data.context` says what for."""
        return self._tags

    def to_dictionary(self) -> dict[str, Any]:
        """The dataset as a dictionary, and texts by tag."""
        return {
            "dataset": self._dataset.to_dictionary(),
            "tags": {tag.key: tag.value for tag in self._tags},
        }
