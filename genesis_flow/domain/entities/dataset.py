"""Datasets as inputs of runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

#: The tag of a dataset input that says what it was used for ("train", "eval", ...).
CONTEXT_TAG: Final = "mlflow.data.context"


@attrs.frozen
class Dataset:
    """
    A dataset, identified within its experiment by (name, digest).

    Attributes:
        source_type: Kind of the source, such as "local" or "http".
        source: The source as JSON or text.
        schema, profile: JSON texts, or None.
    """

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None


@attrs.frozen
class DatasetInput:
    """A dataset that a run used, with the tags of that use."""

    dataset: Dataset
    tags: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def context(self) -> str | None:
        """What the dataset was used for, if a tag says so."""
        return self.tags.get(CONTEXT_TAG)


@attrs.frozen
class DatasetUse:
    """That some run of an experiment used a dataset, and what for if a tag says so."""

    experiment_id: str
    name: str
    digest: str
    context: str | None
