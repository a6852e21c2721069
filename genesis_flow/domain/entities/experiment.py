"""Experiments: named groups of runs."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from genesis_flow.domain.values.lifecycle import Stage
from genesis_flow.domain.values.locations import below


@attrs.frozen
class Experiment:
    """
    A named group of runs.

    Attributes:
        id: A whole number as text; "0" is the default experiment.
        name: Unique among all experiments, deleted ones included.
        artifact_location: URI below which the runs of this experiment keep their artifacts.
        stage: Lifecycle stage.
        created_at, updated_at: Milliseconds since the epoch (UTC).
        tags: Texts by key.
    """

    id: str
    name: str
    artifact_location: str
    stage: Stage
    created_at: int
    updated_at: int
    tags: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class NewExperiment:
    """
    An experiment that has no id yet.

    Attributes:
        artifact_location: Where its runs keep artifacts, or None for `<artifact_root>/<id>`.
        artifact_root: URI of the store's artifact root.
        created_at: Milliseconds since the epoch (UTC).
    """

    name: str
    artifact_location: str | None
    artifact_root: str
    created_at: int
    tags: Mapping[str, str] = attrs.field(factory=dict)

    def with_id(self, id: str) -> Experiment:
        """The experiment that this one becomes under the id that the store gave it."""
        location = self.artifact_location or below(self.artifact_root, id)
        return Experiment(
            id=id, name=self.name, artifact_location=location, stage=Stage.ACTIVE,
            created_at=self.created_at, updated_at=self.created_at, tags=dict(self.tags),
        )
